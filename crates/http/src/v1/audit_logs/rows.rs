//! Events of the audit trail, as JSON and as lines of CSV.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use upivia_domain::{
    RequestId,
    audit::{JournalEvent, hex},
    dispatch::Tags,
};
use utoipa::ToSchema;

use super::export::labels;
use crate::csv::{self, Cell};

/// One event.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::v1) struct EventBody {
    #[schema(example = "evt_42")]
    id: String,
    /// Its place in the organization's chain.
    seq: i64,
    #[schema(example = "request.executed")]
    event_type: String,
    created_at: String,
    /// Who caused it: `kind`, and `id` and `credential` where there are any.
    #[schema(value_type = Object)]
    actor: Value,
    agent_id: Option<String>,
    service: Option<String>,
    operation: Option<String>,
    status: Option<String>,
    /// The service request that it is about.
    request_id: Option<String>,
    /// `live`, `test`, or null where no money is concerned.
    mode: Option<&'static str>,
    /// What moved, rounded half up; null where no money moved.
    amount_cents: Option<i64>,
    amount_usd: Option<String>,
    /// The account that the money left.
    debit: Option<String>,
    /// The account where it arrived.
    credit: Option<String>,
    /// What the change was about, where it is not a request.
    #[schema(value_type = Option<Object>)]
    object: Value,
    /// Figures, old and new values, digests.
    #[schema(value_type = Object)]
    details: Value,
    /// The labels in `metadata.tags` of the request: no part of the chain. Null where the event is about no request.
    #[schema(value_type = Option<Object>)]
    tags: Option<Tags>,
    /// The id of the HTTP request that caused it.
    trace_id: Option<String>,
    /// SHA-256 over the event and the hash before it.
    hash: String,
}

pub(in crate::v1) fn body(event: JournalEvent, tags: &HashMap<RequestId, Tags>) -> EventBody {
    let mut body: Value = serde_json::from_str(&event.body).unwrap_or_default();
    let mut part = |name: &str| body.get_mut(name).map(Value::take).unwrap_or_default();
    EventBody {
        id: format!("evt_{}", event.seq),
        seq: event.seq,
        event_type: event.kind.into_owned(),
        created_at: event.at.to_string(),
        actor: part("actor"),
        object: part("object"),
        details: part("detail"),
        trace_id: part("trace").as_str().map(str::to_owned),
        agent_id: event.agent.map(|agent| agent.to_string()),
        service: event.operation.as_ref().map(|operation| operation.service().to_owned()),
        operation: event.operation.as_ref().map(|operation| operation.operation().to_owned()),
        status: event.status.map(std::borrow::Cow::into_owned),
        request_id: event.request.map(|request| request.to_string()),
        mode: event.mode.map(upivia_domain::Mode::as_str),
        amount_cents: event.posting.map(|posting| posting.amount.cents_half_up()),
        amount_usd: event.posting.map(|posting| posting.amount.to_string()),
        debit: event.posting.map(|posting| posting.debit.to_string()),
        credit: event.posting.map(|posting| posting.credit.to_string()),
        tags: event.request.map(|id| tags.get(&id).cloned().unwrap_or_default()),
        hash: hex(&event.hash),
    }
}

/// The columns of the file, in order.
pub(super) const COLUMNS: [&str; 21] = [
    "id",
    "seq",
    "event_type",
    "created_at",
    "actor_kind",
    "actor_id",
    "agent_id",
    "service",
    "operation",
    "status",
    "request_id",
    "mode",
    "amount_cents",
    "amount_usd",
    "debit",
    "credit",
    "object",
    "details",
    "tags",
    "trace_id",
    "hash",
];

/// The same as a line: objects as JSON in one cell.
pub(super) fn line(event: EventBody) -> String {
    let actor = |name: &str| event.actor.get(name).and_then(Value::as_str);
    let json = |value: &Value| Cell::text(Some(value).filter(|value| !value.is_null()));
    csv::line(&[
        Cell::text(Some(&event.id)),
        Cell::figure(Some(event.seq)),
        Cell::text(Some(&event.event_type)),
        Cell::text(Some(&event.created_at)),
        Cell::text(actor("kind")),
        Cell::text(actor("id")),
        Cell::text(event.agent_id.as_ref()),
        Cell::text(event.service.as_ref()),
        Cell::text(event.operation.as_ref()),
        Cell::text(event.status.as_ref()),
        Cell::text(event.request_id.as_ref()),
        Cell::text(event.mode),
        Cell::figure(event.amount_cents),
        Cell::figure(event.amount_usd.as_ref()),
        Cell::text(event.debit.as_ref()),
        Cell::text(event.credit.as_ref()),
        json(&event.object),
        json(&event.details),
        event.tags.as_ref().map_or(Cell::Empty, labels),
        Cell::text(event.trace_id.as_ref()),
        Cell::text(Some(&event.hash)),
    ])
}
