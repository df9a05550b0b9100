//! The audit trail: a list, and a file.

mod rows;

use std::sync::Arc;

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::{
    access::UserCaller,
    reports::{AuditFilter, AuditPage},
};
use upivia_domain::identity::Permission;
use utoipa::ToSchema;

pub(super) use self::rows::{EventBody, body};
use super::{
    cursor, export,
    filters::{self, AGENT, CURSOR, FROM, OPERATION, SERVICE, TAG, TO},
    present::ok,
};
use crate::{
    ApiError, Input,
    openapi::{Doc, Kind, Parameter, SchemaOf, Success},
    query::Query,
    route::{Access, Group, Method, Route},
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;
const EVENT: Parameter = Parameter::query("event_type", "Only of this kind, such as `request.executed`.", Kind::Text);
const STATUS: Parameter = Parameter::query("status", "Only with this status.", Kind::Text);
const MODE: Parameter = Parameter::query("mode", "Only of this world of money.", Kind::OneOf(&["live", "test"]));

pub(crate) const GROUP: Group = Group {
    name: "Audit",
    routes: &[
        Route {
            method: Method::Get,
            path: "/audit-logs",
            access: Access::Person(Permission::AuditRead, |caller, input| Box::pin(list(caller, input))),
            changes: false,
            doc: Doc {
                id: "listAuditLogs",
                summary: "The audit trail, the newest first",
                details: "Every change of money, policy and access is one event of a hash chain. Pages are cut by the commit \
                          sequence: nothing is skipped or shown twice while new events arrive.",
                parameters: &[
                    EVENT,
                    AGENT,
                    SERVICE,
                    OPERATION,
                    STATUS,
                    TAG,
                    MODE,
                    FROM,
                    TO,
                    Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
                    CURSOR,
                ],
                body: None,
                answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<AuditPageBody>() }],
                errors: &[],
            },
        },
        Route {
            method: Method::Get,
            path: "/audit-logs.csv",
            access: Access::Person(Permission::AuditExport, |caller, input| Box::pin(file(caller, input))),
            changes: false,
            doc: Doc {
                id: "exportAuditLogs",
                summary: "All events of the audit trail as a CSV file",
                details: "The events of the list that fit the filters, all of them, the newest first, in the form of \
                          `GET /usage.csv`. Object, details and labels are JSON in one cell each.",
                parameters: &[EVENT, AGENT, SERVICE, OPERATION, STATUS, TAG, MODE, FROM, TO],
                body: None,
                answers: &[Success { status: 200, meaning: "The file.", schema: SchemaOf::csv::<AuditCsv>() }],
                errors: &[],
            },
        },
    ],
};

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPageBody {
    logs: Vec<EventBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// Lines of CSV.
#[derive(ToSchema)]
#[schema(value_type = String)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct AuditCsv(String);

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let filter = filter(&query)?;
    let filter = AuditFilter { cursor: query.text("cursor").map(cursor::place).transpose()?, ..filter };
    let page = input.api.parts.reports.audit_trail(caller.org, filter, query.limit(DEFAULT_LIMIT, MOST)?).await?;
    filters::not_lost(page.events.is_empty(), page.next)?;
    let next_cursor = page.next.map(cursor::text);
    ok(&AuditPageBody { logs: bodies(page).collect(), next_cursor })
}

async fn file(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let filter = filter(&input.query()?)?;
    let api = Arc::clone(&input.api);
    export::csv("audit-logs.csv", &rows::COLUMNS, move |cursor| {
        let (api, filter) = (Arc::clone(&api), AuditFilter { cursor, ..filter.clone() });
        async move {
            let page = api.parts.reports.audit_trail(caller.org, filter, export::PAGE).await?;
            let next = page.next;
            Ok((bodies(page).map(rows::line).collect(), next))
        }
    })
    .await
}

fn bodies(page: AuditPage) -> impl Iterator<Item = EventBody> {
    let tags = page.tags;
    page.events.into_iter().map(move |event| body(event, &tags))
}

fn filter(query: &Query) -> Result<AuditFilter, ApiError> {
    let (from, to) = query.span()?;
    Ok(AuditFilter {
        event: query.kind("event_type")?,
        agent: query.parsed("agent_id")?,
        service: query.word("service")?,
        operation: query.operation()?,
        status: query.word("status")?,
        tag: filters::tag(query)?,
        mode: query.parsed("mode")?,
        from,
        to,
        cursor: None,
    })
}
