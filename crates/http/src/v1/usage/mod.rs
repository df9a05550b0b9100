//! What was used and what it cost: a list, a glance at fourteen days, and a file.

mod chart;
mod rows;

use std::sync::Arc;

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::{
    access::UserCaller,
    reports::{Usage, UsageFilter},
};
use upivia_domain::identity::Permission;
use utoipa::ToSchema;

use self::{
    chart::{ChartBody, PerhapsChart},
    rows::UsageRowBody,
};
use super::{
    balance::{self, BalanceBody, MODE},
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

const DEFAULT_LIMIT: u32 = 100;
const MOST: u32 = 500;
const STATUSES: &[&str] = &["executed", "failed", "blocked", "approval_required", "running"];
const STATUS: Parameter = Parameter::query(
    "status",
    "Only with this status. Rows are `executed` or `failed`; the others are counted in the chart only.",
    Kind::OneOf(STATUSES),
);

pub(crate) const GROUP: Group = Group {
    name: "Usage",
    routes: &[
        Route {
            method: Method::Get,
            path: "/usage",
            access: Access::Person(Permission::UsageRead, |caller, input| Box::pin(list(caller, input))),
            changes: false,
            doc: Doc {
                id: "listUsage",
                summary: "What was used and what it cost, the newest first",
                details: "One row per request that was charged or executed, and one per later correction, negative where \
                          money came back. Rows stand, and `from` and `to` choose them, by when they were charged or \
                          corrected: a month that is over never changes. Pages are cut by the commit sequence: nothing is \
                          skipped or shown twice while new rows arrive. `total` is the sum of the listed rows. \
                          `include_chart=1` adds the balance and a glance at fourteen days of the organization's zone, \
                          those that end with today or with the day before `to`. There a request counts once, on the day \
                          of its admission (which is the day of its approval where it needed one), with all that it cost \
                          by now: corrections and overruns belong to the day, and to the limits, of the admission. Days, \
                          `by_agent` and `by_operation` each add up to `totals`; `from` and `to` leave out what was admitted \
                          outside them. Not together with `tag`.",
                parameters: &[
                    AGENT,
                    SERVICE,
                    OPERATION,
                    STATUS,
                    TAG,
                    FROM,
                    TO,
                    Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
                    CURSOR,
                    Parameter::query(
                        "include_chart",
                        "Adds balance, chart and shares.",
                        Kind::OneOf(&["0", "1", "true", "false"]),
                    ),
                    MODE,
                ],
                body: None,
                answers: &[Success { status: 200, meaning: "The usage.", schema: SchemaOf::of::<UsageBody>() }],
                errors: &[],
            },
        },
        Route {
            method: Method::Get,
            path: "/usage.csv",
            access: Access::Person(Permission::UsageExport, |caller, input| Box::pin(file(caller, input))),
            changes: false,
            doc: Doc {
                id: "exportUsage",
                summary: "All rows of usage as a CSV file",
                details: "The rows of the list that fit the filters, all of them, the newest first: RFC 4180 in UTF-8, a line \
                          with the names of the columns on top, exact decimals in the columns `…_usd`, labels as JSON in the \
                          column `tags`. Texts that a spreadsheet would take for a formula begin with an apostrophe. A file \
                          that breaks off ends the connection with an error.",
                parameters: &[AGENT, SERVICE, OPERATION, STATUS, TAG, FROM, TO, MODE],
                body: None,
                answers: &[Success { status: 200, meaning: "The file.", schema: SchemaOf::csv::<UsageCsv>() }],
                errors: &[],
            },
        },
    ],
};

/// Usage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageBody {
    usage: Vec<UsageRowBody>,
    /// The sum of the listed rows, rounded half up once.
    total_cents: i64,
    total_usd: String,
    /// There are older rows.
    has_more: bool,
    /// Null on the last page.
    next_cursor: Option<String>,
    /// `live` or `test`.
    #[schema(example = "live")]
    mode: &'static str,
    /// With `include_chart=1`: what `GET /balance` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<BalanceBody>,
    /// With `include_chart=1`.
    #[serde(flatten)]
    #[schema(value_type = PerhapsChart)]
    chart: Option<ChartBody>,
}

/// Lines of CSV.
#[derive(ToSchema)]
#[schema(value_type = String)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct UsageCsv(String);

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let filter = filter(&query)?;
    let filter = UsageFilter { cursor: query.text("cursor").map(cursor::place).transpose()?, ..filter };
    let limit = usize::try_from(query.limit(DEFAULT_LIMIT, MOST)?).unwrap_or_default();
    let reports = &input.api.parts.reports;
    let (balance, chart) = match query.flag("include_chart")? {
        true if filter.tag.is_some() => return Err(ApiError::invalid("tag", "is not possible with include_chart")),
        true => {
            let balance = reports.balance(caller.org, filter.mode, None).await?;
            (Some(balance::body(&balance, None)), Some(chart::body(reports.activity(caller.org, &filter).await?)))
        }
        false => (None, None),
    };
    let usage = reports.usage(caller.org, filter, limit).await?;
    filters::not_lost(usage.rows.is_empty(), usage.next)?;
    ok(&UsageBody { balance, chart, ..body(usage) })
}

async fn file(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let filter = filter(&input.query()?)?;
    let mode = input.api.parts.reports.mode(caller.org, filter.mode).await?;
    let api = Arc::clone(&input.api);
    export::csv("usage.csv", &rows::COLUMNS, move |cursor| {
        let (api, filter) = (Arc::clone(&api), UsageFilter { mode: Some(mode), cursor, ..filter.clone() });
        async move {
            let page =
                api.parts.reports.usage(caller.org, filter, usize::try_from(export::PAGE).unwrap_or_default()).await?;
            let lines = page.rows.into_iter().map(|row| rows::line(rows::body(row, page.mode)));
            Ok((lines.collect(), page.next))
        }
    })
    .await
}

fn filter(query: &Query) -> Result<UsageFilter, ApiError> {
    let (from, to) = query.span()?;
    Ok(UsageFilter {
        agent: query.parsed("agent_id")?,
        service: query.word("service")?,
        operation: query.operation()?,
        status: query.one_of("status", STATUSES)?,
        tag: filters::tag(query)?,
        mode: query.parsed("mode")?,
        from,
        to,
        cursor: None,
    })
}

fn body(usage: Usage) -> UsageBody {
    let mode = usage.mode;
    UsageBody {
        usage: usage.rows.into_iter().map(|row| rows::body(row, mode)).collect(),
        total_cents: usage.total.cents_half_up(),
        total_usd: usage.total.to_string(),
        has_more: usage.next.is_some(),
        next_cursor: usage.next.map(cursor::text),
        mode: mode.as_str(),
        balance: None,
        chart: None,
    }
}
