//! Operations that the platform answers itself.

use serde_json::json;
use upivia_domain::catalog::{Operation, Price};

use super::operation;

pub(super) fn check_budget() -> Option<Operation> {
    let input = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "agent_id": {"type": "string", "description": "One that the asking agent spawned; default: itself."},
        },
    });
    let dollars = json!({"type": ["number", "null"]});
    let cents = json!({"type": ["integer", "null"]});
    let output = json!({
        "type": "object",
        "properties": {
            "remaining_dollars": dollars, "remaining_cents": cents,
            "monthly_spent": dollars, "monthly_spent_cents": cents,
            "monthly_held": dollars, "monthly_held_cents": cents,
            "monthly_limit": dollars, "monthly_limit_cents": cents,
            "org_balance": dollars, "org_balance_cents": cents,
            "delegated_tasks": {
                "type": "array",
                "description": "Open tasks that the agent was given, with what each leaves; null without a cap.",
                "items": {
                    "type": "object",
                    "properties": {"id": {"type": "string"}, "remaining_dollars": dollars, "remaining_cents": cents},
                },
            },
        },
    });
    let description = "Tells what an agent may still spend. Free, and needs no binding.";
    operation("platform.check_budget", description, Price::Free, [input, output, json!({})])
}
