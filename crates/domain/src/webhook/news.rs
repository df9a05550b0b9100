//! What an event of the journal means to somebody outside. The journal is the log: nothing else has to be written for this.
//!
//! What is told holds ids, states and figures, as the journal does; never a payload, a result or a text of a person.

use serde_json::{Map, Value, json};

use super::WebhookEvent;
use crate::{Mode, NanoUsd, OrgId, Timestamp, WebhookMessageId, audit::JournalEvent};

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What kind.
    pub event: WebhookEvent,
    /// What is known of it.
    pub data: Value,
}

/// What an event of the journal is worth telling: mostly nothing, sometimes two things.
pub fn news(event: &JournalEvent) -> Vec<News> {
    let detail = || detail(event);
    let one = |kind, data| vec![News { event: kind, data }];
    match &*event.kind {
        "approval.requested" => one(WebhookEvent::ApprovalRequested, asked(event, &detail())),
        "approval.approved" => one(WebhookEvent::ApprovalResolved, answered(event, &detail(), "approved")),
        "approval.rejected" => closed(event, &detail(), "rejected"),
        "approval.expired" => closed(event, &detail(), "expired"),
        "approval.withdrawn" => closed(event, &detail(), "withdrawn"),
        "request.executed" => one(WebhookEvent::RequestExecuted, ended(event, &detail())),
        "request.failed" | "request.voided" => one(WebhookEvent::RequestFailed, ended(event, &detail())),
        "request.resolved" if event.status.as_deref() == Some("executed") => {
            one(WebhookEvent::RequestExecuted, ended(event, &detail()))
        }
        "request.resolved" => one(WebhookEvent::RequestFailed, ended(event, &detail())),
        "request.blocked" => one(WebhookEvent::RequestBlocked, blocked(event, &detail())),
        "operation.suspended" => one(WebhookEvent::OperationSuspended, Value::Object(subject(event))),
        "agent.created" => one(WebhookEvent::AgentCreated, created(event, &detail())),
        "agent.deleted" | "agent.ended" => one(WebhookEvent::AgentEnded, Value::Object(subject(event))),
        _ => Vec::new(),
    }
}

/// The whole message, as it is signed and sent.
pub fn envelope(
    id: WebhookMessageId,
    (org, mode, at): (OrgId, Option<Mode>, Timestamp),
    kind: WebhookEvent,
    data: &Value,
) -> String {
    let message = json!({
        "id": id,
        "type": kind.as_str(),
        "timestamp": at.to_string(),
        "workspace_id": org,
        "mode": mode.map(Mode::as_str),
        "data": data,
    });
    message.to_string()
}

fn detail(event: &JournalEvent) -> Value {
    let body = serde_json::from_str::<Value>(&event.body).unwrap_or_default();
    body.get("detail").cloned().unwrap_or_default()
}

/// What every event about a request or an agent is about.
fn subject(event: &JournalEvent) -> Map<String, Value> {
    let mut data = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            data.insert(name.to_owned(), value);
        }
    };
    put("request_id", event.request.map(|id| json!(id)));
    put("agent_id", event.agent.map(|id| json!(id)));
    put("service", event.operation.as_ref().map(|name| json!(name.service())));
    put("operation", event.operation.as_ref().map(|name| json!(name.operation())));
    put("status", event.status.as_deref().map(|status| json!(status)));
    data
}

fn with(event: &JournalEvent, more: Vec<(&str, Value)>) -> Value {
    let mut data = subject(event);
    data.extend(more.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)));
    Value::Object(data)
}

fn money(detail: &Value, name: &str) -> Option<NanoUsd> {
    detail.get(name)?.as_i64().map(NanoUsd::from_nanos)
}

fn member(detail: &Value, name: &str) -> Value {
    detail.get(name).cloned().unwrap_or_default()
}

fn asked(event: &JournalEvent, detail: &Value) -> Value {
    let estimate = money(detail, "estimate").unwrap_or_default();
    with(
        event,
        vec![
            ("approval_id", member(detail, "approval")),
            ("expires_at", member(detail, "expires_at")),
            ("estimated_cents", json!(estimate.cents_rounded_up())),
            ("estimated_usd", json!(estimate.to_string())),
        ],
    )
}

fn answered(event: &JournalEvent, detail: &Value, resolution: &str) -> Value {
    with(event, vec![("approval_id", member(detail, "approval")), ("resolution", json!(resolution))])
}

/// The end of the question is also the end of the request.
fn closed(event: &JournalEvent, detail: &Value, resolution: &str) -> Vec<News> {
    let reason = with(event, vec![("reason_code", member(detail, "reason"))]);
    vec![
        News { event: WebhookEvent::ApprovalResolved, data: answered(event, detail, resolution) },
        News { event: WebhookEvent::RequestBlocked, data: reason },
    ]
}

fn ended(event: &JournalEvent, detail: &Value) -> Value {
    let cost = money(detail, "cost").unwrap_or_default();
    with(
        event,
        vec![
            ("cost_cents", json!(cost.cents_half_up())),
            ("cost_usd", json!(cost.to_string())),
            ("overrun_usd", json!(money(detail, "overrun").map(|overrun| overrun.to_string()))),
            ("reason_code", member(detail, "reason")),
        ],
    )
}

fn blocked(event: &JournalEvent, detail: &Value) -> Value {
    let first = detail.get("reasons").and_then(|reasons| reasons.get(0)).cloned().unwrap_or_default();
    with(event, vec![("reason_code", member(&first, "code")), ("scope", member(&first, "scope"))])
}

fn created(event: &JournalEvent, detail: &Value) -> Value {
    with(event, vec![("kind", member(detail, "kind")), ("clone_of", member(detail, "clone_of"))])
}
