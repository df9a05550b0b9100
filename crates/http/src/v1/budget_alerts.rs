//! Limits of which a share is used.

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::access::UserCaller;
use upivia_domain::{
    NanoUsd,
    budget::{BudgetAlert, LimitUnit},
    identity::Permission,
    ports::AlertFilter,
};
use utoipa::ToSchema;

use super::{cursor, filters, present::ok};
use crate::{
    ApiError, Input,
    openapi::{Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

pub(crate) const GROUP: Group = Group {
    name: "Budget alerts",
    routes: &[Route {
        method: Method::Get,
        path: "/budget-alerts",
        access: Access::Person(Permission::BudgetAlertRead, |caller, input| Box::pin(list(caller, input))),
        changes: false,
        doc: Doc {
            id: "listBudgetAlerts",
            summary: "Limits of which 50, 80 or 100 percent are used",
            details: "The newest first. Each share of each limit is told once in its day, month or life; the same is sent to \
                      webhook endpoints as `budget.alert`. A limit that refused a request which would have fitted an empty one \
                      counts as used up. An alert is written a moment after the request that gave reason for it.",
            parameters: &[
                Parameter::query("mode", "Only of this world of money.", Kind::OneOf(&["live", "test"])),
                Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
                filters::CURSOR,
            ],
            body: None,
            answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<AlertPage>() }],
            errors: &[],
        },
    }],
};

/// A page of alerts.
#[derive(Debug, Serialize, ToSchema)]
struct AlertPage {
    budget_alerts: Vec<AlertBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A limit of which a share is used.
#[derive(Debug, Serialize, ToSchema)]
struct AlertBody {
    mode: &'static str,
    /// 50, 80 or 100.
    level_percent: u8,
    /// What is limited: `binding`, `agent`, `worker`, `team`, `delegation`, `run` or `room`.
    scope: &'static str,
    /// The limit and its day, month or life.
    #[schema(example = "agent/agt_…@m202601")]
    window: String,
    /// The agent whose request it was.
    agent_id: Option<String>,
    /// Where the limit is about money.
    limit_cents: Option<i64>,
    used_cents: Option<i64>,
    limit_usd: Option<String>,
    used_usd: Option<String>,
    /// Where the limit is about requests.
    limit_requests: Option<i64>,
    used_requests: Option<i64>,
    created_at: String,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let limit = query.limit(DEFAULT_LIMIT, MOST)?;
    let before_place = query.text("cursor").map(cursor::place).transpose()?;
    let filter = AlertFilter { mode: query.parsed("mode")?, before_place };
    // One more than is shown tells whether there is another page.
    let mut found = input.api.parts.webhooks.budget_alerts(caller.org, filter, limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next_cursor = found.last().filter(|_| more).map(|last| cursor::text(last.place));
    ok(&AlertPage { budget_alerts: found.iter().map(AlertBody::of).collect(), next_cursor })
}

impl AlertBody {
    fn of(alert: &BudgetAlert) -> Self {
        let of = |unit, figure| (alert.unit() == unit).then_some(figure);
        let (cap, used) = (of(LimitUnit::Money, alert.cap), of(LimitUnit::Money, alert.used));
        let (cap, used) = (cap.map(NanoUsd::from_nanos), used.map(NanoUsd::from_nanos));
        Self {
            mode: alert.mode.as_str(),
            level_percent: alert.level,
            scope: alert.window.scope.kind(),
            window: alert.window.to_string(),
            agent_id: alert.agent.map(|agent| agent.to_string()),
            limit_cents: cap.map(NanoUsd::cents_rounded_down),
            used_cents: used.map(NanoUsd::cents_half_up),
            limit_usd: cap.map(|cap| cap.to_string()),
            used_usd: used.map(|used| used.to_string()),
            limit_requests: of(LimitUnit::Requests, alert.cap),
            used_requests: of(LimitUnit::Requests, alert.used),
            created_at: alert.at.to_string(),
        }
    }
}
