//! How agents are.

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::{
    access::{Principal, UserCaller},
    reports::HealthReport,
};
use upivia_domain::{
    agent::{Agent, AgentHealth, HealthClass},
    identity::Permission,
};
use utoipa::ToSchema;

use super::handlers::id;
use crate::{
    ApiError, Input,
    openapi::{Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::ok,
};

pub(super) const FLEET: Route = Route {
    method: Method::Get,
    path: "/agents/health",
    access: Access::Person(Permission::AgentReadHealth, |caller, input| Box::pin(fleet(caller, input))),
    changes: false,
    doc: Doc {
        id: "getFleetHealth",
        summary: "How all agents are",
        details: "Every agent of the organization as `GET /agents/{id}/health` shows it, and how many there are of each class. \
                  At most the newest 20,000 events are looked at; `window` says how far that reaches.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "All agents.", schema: SchemaOf::of::<FleetHealthBody>() }],
        errors: &[],
    },
};

pub(super) const ONE: Route = Route {
    method: Method::Get,
    path: "/agents/{id}/health",
    access: Access::Person(Permission::AgentReadHealth, |caller, input| Box::pin(one(caller, input))),
    changes: false,
    doc: Doc {
        id: "getAgentHealth",
        summary: "How an agent is",
        details: "Told from its paid calls of the last 24 hours, at most the newest 500, that were let through and have ended: \
                  `failing` where at least half of them failed, `degraded` where at least one in ten did, `healthy` otherwise, \
                  `idle` where there was none. Refusals by policy, budget or a person are no failures and are not counted. \
                  Latency is the time from the admission of a call to its end.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "The agent.", schema: SchemaOf::of::<AgentHealthBody>() }],
        errors: &[],
    },
};

/// All agents.
#[derive(Debug, Serialize, ToSchema)]
struct FleetHealthBody {
    window: HealthWindowBody,
    summary: FleetSummaryBody,
    agents: Vec<AgentFiguresRow>,
}

/// One agent.
#[derive(Debug, Serialize, ToSchema)]
struct AgentHealthBody {
    window: HealthWindowBody,
    #[serde(flatten)]
    health: AgentFiguresRow,
}

/// Which calls count.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HealthWindowBody {
    /// 24 hours before `to`, or later where so much happened that less was looked at.
    from: String,
    to: String,
}

/// How many agents there are of each class.
#[derive(Debug, Serialize, ToSchema)]
struct FleetSummaryBody {
    total: usize,
    healthy: usize,
    degraded: usize,
    failing: usize,
    idle: usize,
}

/// An agent and its figures.
#[derive(Debug, Serialize, ToSchema)]
struct AgentFiguresRow {
    agent_id: String,
    name: String,
    /// Whether it may dispatch: `active`, `paused`, `disabled` or `ending`.
    status: &'static str,
    /// `healthy`, `degraded`, `failing` or `idle`.
    health: &'static str,
    #[serde(flatten)]
    figures: CallFiguresBody,
}

/// Figures about calls that were let through and have ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallFiguresBody {
    calls: u64,
    failed: u64,
    /// Failed calls in a hundred, rounded half up.
    error_rate_percent: u64,
    /// Half of the calls took no longer; null where there is none.
    latency_p50_ms: Option<i64>,
    /// Nineteen of twenty took no longer.
    latency_p95_ms: Option<i64>,
    latency_max_ms: Option<i64>,
}

async fn fleet(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let mut report = input.api.parts.reports.fleet_health(caller.org).await?;
    let seen = input.api.parts.agents.list(&Principal::User(caller), None).await?;
    report.agents.retain(|(agent, _)| seen.iter().any(|one| one.id == agent.id));
    let (window, summary) = (HealthWindowBody::of(&report), FleetSummaryBody::of(&report));
    ok(&FleetHealthBody { window, summary, agents: report.agents.iter().map(AgentFiguresRow::of).collect() })
}

async fn one(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = input.api.parts.agents.find_seen(&caller, id(&input)?).await?.agent.id;
    let report = input.api.parts.reports.agent_health(caller.org, id).await?;
    let health = report.agents.first().map(AgentFiguresRow::of).ok_or(ApiError::NotFound("agent"))?;
    ok(&AgentHealthBody { window: HealthWindowBody::of(&report), health })
}

impl HealthWindowBody {
    pub(super) fn of(report: &HealthReport) -> Self {
        Self { from: report.since.to_string(), to: report.until.to_string() }
    }
}

impl FleetSummaryBody {
    fn of(report: &HealthReport) -> Self {
        let count = |class: HealthClass| report.agents.iter().filter(|(_, health)| health.class == class).count();
        Self {
            total: report.agents.len(),
            healthy: count(HealthClass::Healthy),
            degraded: count(HealthClass::Degraded),
            failing: count(HealthClass::Failing),
            idle: count(HealthClass::Idle),
        }
    }
}

impl AgentFiguresRow {
    fn of((agent, health): &(Agent, AgentHealth)) -> Self {
        Self {
            agent_id: agent.id.to_string(),
            name: agent.name.to_string(),
            status: agent.status.as_str(),
            health: health.class.as_str(),
            figures: CallFiguresBody::from(health),
        }
    }
}

impl From<&AgentHealth> for CallFiguresBody {
    fn from(health: &AgentHealth) -> Self {
        Self {
            calls: health.calls,
            failed: health.failed,
            error_rate_percent: health.error_percent,
            latency_p50_ms: health.p50_ms,
            latency_p95_ms: health.p95_ms,
            latency_max_ms: health.slowest_ms,
        }
    }
}
