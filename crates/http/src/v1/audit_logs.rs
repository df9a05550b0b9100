//! The audit trail.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::Value;
use upivia_application::{access::UserCaller, reports::AuditFilter};
use upivia_domain::{
    audit::{JournalEvent, hex},
    identity::Permission,
};
use utoipa::ToSchema;

use super::{cursor, present::ok};
use crate::{
    ApiError, Input,
    openapi::{Doc, Kind, Parameter, SchemaOf, Success},
    query::Query,
    route::{Access, Group, Method, Route},
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

pub(crate) const GROUP: Group = Group {
    name: "Audit",
    routes: &[Route {
        method: Method::Get,
        path: "/audit-logs",
        access: Access::Person(Permission::OrganizationRead, |caller, input| Box::pin(list(caller, input))),
        changes: false,
        doc: Doc {
            id: "listAuditLogs",
            summary: "The audit trail, the newest first",
            details: "Every change of money, policy and access is one event of a hash chain. Pages are cut by the commit \
                      sequence: nothing is skipped or shown twice while new events arrive.",
            parameters: &[
                Parameter::query("agent_id", "Only about this agent.", Kind::Text),
                Parameter::query("service", "Only about operations of this service.", Kind::Text),
                Parameter::query("status", "Only with this status.", Kind::Text),
                Parameter::query("mode", "Only of this world of money.", Kind::OneOf(&["live", "test"])),
                Parameter::query("from", "Not before.", Kind::Time),
                Parameter::query("to", "Before.", Kind::Time),
                Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
                Parameter::query("cursor", "The `next_cursor` of the page before.", Kind::Text),
            ],
            body: None,
            answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<AuditPageBody>() }],
            errors: &[],
        },
    }],
};

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPageBody {
    logs: Vec<EventBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// One event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventBody {
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
    /// The id of the HTTP request that caused it.
    trace_id: Option<String>,
    /// SHA-256 over the event and the hash before it.
    hash: String,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let (filter, limit) = (filter(&query)?, query.limit(DEFAULT_LIMIT, MOST)?);
    let page = input.api.parts.reports.audit_trail(caller.org, filter, limit).await?;
    ok(&AuditPageBody { logs: page.events.into_iter().map(event).collect(), next_cursor: page.next.map(cursor::text) })
}

fn filter(query: &Query) -> Result<AuditFilter, ApiError> {
    Ok(AuditFilter {
        agent: query.parsed("agent_id")?,
        service: query.word("service")?,
        status: query.word("status")?,
        mode: query.parsed("mode")?,
        from: query.time("from")?,
        to: query.time("to")?,
        cursor: query.text("cursor").map(cursor::place).transpose()?,
    })
}

pub(super) fn event(event: JournalEvent) -> EventBody {
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
        hash: hex(&event.hash),
    }
}
