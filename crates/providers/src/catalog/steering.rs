//! The member `sandbox` that every payload may have: it tells the sandbox how to answer and never leaves this server.

use serde_json::{Value, json};
use upivia_domain::catalog::STEERING;

/// The operation's input schema with the steering beside its own members.
pub(super) fn allowed_in(mut input: Value) -> Value {
    if let Some(properties) = input.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(STEERING.to_owned(), schema());
    }
    input
}

fn schema() -> Value {
    json!({
        "type": "object",
        "description": "With a test key: how the sandbox answers. With a live key it is ignored and not sent on.",
        "additionalProperties": false,
        "properties": {
            "delay_ms": {"type": "integer", "minimum": 0, "description": "Answer only after so many milliseconds."},
            "fail": {"type": "boolean", "description": "Refuse, without a charge."},
            "status": {
                "type": "integer", "minimum": 400, "maximum": 599,
                "description": "Fail as a provider does with this HTTP status; 429 and 5xx mean unavailable.",
            },
            "hang": {"type": "boolean", "description": "Do not answer within the time limit; the outcome is unknown."},
            "unknown": {"type": "boolean", "description": "Execute, but lose the answer; the outcome is unknown."},
            "running": {
                "type": "boolean",
                "description": "Accept and report the outcome later; with false, report it at once where it is not.",
            },
            "outcome_after_ms": {
                "type": "integer", "minimum": 0,
                "description": "Accept, and know the outcome only so many milliseconds later.",
            },
            "never": {"type": "boolean", "description": "Accept and never report an outcome."},
            "lookup": {
                "enum": ["knows", "denies", "silent"],
                "description": "When the sandbox is asked what became of it: the outcome, that it knows nothing of it, or no answer.",
            },
            "cost_cents": {
                "type": "integer", "minimum": 0, "maximum": 1_000_000,
                "description": "Report this cost, also where it is above the estimate.",
            },
        },
    })
}
