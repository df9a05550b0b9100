//! Rows of usage, as JSON and as lines of CSV.

use serde::Serialize;
use upivia_application::reports::UsageRow;
use upivia_domain::{Mode, NanoUsd, dispatch::Tags};
use utoipa::ToSchema;

use super::export;
use crate::csv::{self, Cell};

/// One cost.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UsageRowBody {
    request_id: String,
    agent_id: Option<String>,
    /// The agent's present name.
    agent_name: Option<String>,
    service: Option<String>,
    operation: Option<String>,
    /// The state of the request after this.
    #[schema(example = "executed")]
    status: String,
    mode: &'static str,
    /// The most that it was expected to cost, rounded up.
    estimated_cost_cents: Option<i64>,
    estimated_cost_usd: Option<String>,
    /// Rounded half up.
    cost_cents: i64,
    cost_usd: String,
    /// The part above the hold, which no account paid.
    overrun_cents: i64,
    overrun_usd: String,
    /// How the cost is known: `provider_usage`, `counted`, `estimate`, `resolution`; null for a correction.
    basis: Option<String>,
    /// When the request was made.
    created_at: Option<String>,
    /// When it was charged or corrected: what `from` and `to` are about.
    ended_at: String,
    /// The labels in `metadata.tags` of the request.
    #[schema(value_type = Object)]
    tags: Tags,
}

/// The columns of the file, in order.
pub(super) const COLUMNS: [&str; 17] = [
    "request_id",
    "agent_id",
    "agent_name",
    "service",
    "operation",
    "status",
    "mode",
    "estimated_cost_cents",
    "estimated_cost_usd",
    "cost_cents",
    "cost_usd",
    "overrun_cents",
    "overrun_usd",
    "basis",
    "created_at",
    "ended_at",
    "tags",
];

pub(super) fn body(row: UsageRow, mode: Mode) -> UsageRowBody {
    UsageRowBody {
        request_id: row.request.to_string(),
        agent_id: row.agent.map(|agent| agent.to_string()),
        agent_name: row.agent_name.map(|name| name.to_string()),
        service: row.operation.as_ref().map(|operation| operation.service().to_owned()),
        operation: row.operation.as_ref().map(|operation| operation.operation().to_owned()),
        status: row.status,
        mode: mode.as_str(),
        estimated_cost_cents: row.estimate.map(NanoUsd::cents_rounded_up),
        estimated_cost_usd: row.estimate.map(|estimate| estimate.to_string()),
        cost_cents: row.cost.cents_half_up(),
        cost_usd: row.cost.to_string(),
        overrun_cents: row.overrun.cents_half_up(),
        overrun_usd: row.overrun.to_string(),
        basis: row.basis,
        created_at: row.created_at.map(|at| at.to_string()),
        ended_at: row.ended_at.to_string(),
        tags: row.tags,
    }
}

/// The same as a line: labels as JSON in one cell, which is empty where there are none.
pub(super) fn line(row: UsageRowBody) -> String {
    csv::line(&[
        Cell::Text(row.request_id),
        Cell::text(row.agent_id),
        Cell::text(row.agent_name),
        Cell::text(row.service),
        Cell::text(row.operation),
        Cell::Text(row.status),
        Cell::text(Some(row.mode)),
        Cell::figure(row.estimated_cost_cents),
        Cell::figure(row.estimated_cost_usd),
        Cell::figure(Some(row.cost_cents)),
        Cell::Figure(row.cost_usd),
        Cell::figure(Some(row.overrun_cents)),
        Cell::Figure(row.overrun_usd),
        Cell::text(row.basis),
        Cell::text(row.created_at),
        Cell::Text(row.ended_at),
        export::labels(&row.tags),
    ])
}
