//! What was used and what it cost.

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::{
    access::UserCaller,
    reports::{Usage, UsageFilter, UsageRow},
};
use upivia_domain::{Mode, identity::Permission};
use utoipa::ToSchema;

use super::{balance::MODE, present::ok};
use crate::{
    ApiError, Input,
    openapi::{Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

const DEFAULT_LIMIT: u32 = 100;
const MOST: u32 = 500;

pub(crate) const GROUP: Group = Group {
    name: "Usage",
    routes: &[Route {
        method: Method::Get,
        path: "/usage",
        access: Access::Person(Permission::OrganizationRead, |caller, input| Box::pin(list(caller, input))),
        changes: false,
        doc: Doc {
            id: "listUsage",
            summary: "What was used and what it cost, the newest first",
            details: "One row per request that was charged or executed, and one per later correction, negative where money \
                      came back. `total` is the sum of the listed rows; `has_more` says whether there are others.",
            parameters: &[
                Parameter::query("agent_id", "Only of this agent.", Kind::Text),
                Parameter::query("from", "Not before.", Kind::Time),
                Parameter::query("to", "Before.", Kind::Time),
                Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
                MODE,
            ],
            body: None,
            answers: &[Success { status: 200, meaning: "The usage.", schema: SchemaOf::of::<UsageBody>() }],
            errors: &[],
        },
    }],
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
    /// `live` or `test`.
    #[schema(example = "live")]
    mode: &'static str,
}

/// One cost.
#[derive(Debug, Serialize, ToSchema)]
struct UsageRowBody {
    request_id: String,
    agent_id: Option<String>,
    service: Option<String>,
    operation: Option<String>,
    /// The state of the request after this.
    #[schema(example = "executed")]
    status: String,
    /// Rounded half up.
    cost_cents: i64,
    cost_usd: String,
    /// The part above the hold, which no account paid.
    overrun_cents: i64,
    overrun_usd: String,
    /// How the cost is known: `provider_usage`, `counted`, `estimate`, `resolution`; null for a correction.
    basis: Option<String>,
    created_at: String,
    mode: &'static str,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let filter = UsageFilter {
        agent: query.parsed("agent_id")?,
        mode: query.parsed("mode")?,
        from: query.time("from")?,
        to: query.time("to")?,
    };
    let limit = usize::try_from(query.limit(DEFAULT_LIMIT, MOST)?).unwrap_or_default();
    let usage = input.api.parts.reports.usage(caller.org, filter, limit).await?;
    ok(&body(usage))
}

fn body(usage: Usage) -> UsageBody {
    let mode = usage.mode;
    UsageBody {
        usage: usage.rows.into_iter().map(|one| row(one, mode)).collect(),
        total_cents: usage.total.cents_half_up(),
        total_usd: usage.total.to_string(),
        has_more: usage.has_more,
        mode: mode.as_str(),
    }
}

fn row(row: UsageRow, mode: Mode) -> UsageRowBody {
    UsageRowBody {
        request_id: row.request.to_string(),
        agent_id: row.agent.map(|agent| agent.to_string()),
        service: row.operation.as_ref().map(|operation| operation.service().to_owned()),
        operation: row.operation.as_ref().map(|operation| operation.operation().to_owned()),
        status: row.status,
        cost_cents: row.cost.cents_half_up(),
        cost_usd: row.cost.to_string(),
        overrun_cents: row.overrun.cents_half_up(),
        overrun_usd: row.overrun.to_string(),
        basis: row.basis,
        created_at: row.at.to_string(),
        mode: mode.as_str(),
    }
}
