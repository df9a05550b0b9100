//! What an agent did and what was done to it, page by page. `nextCursor` and `hasMore` are camelCase: published clients read
//! them so.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::{
    access::{Principal, UserCaller},
    reports::{AuditFilter, AuditPage, ChainCheck, HealthReport},
};
use upivia_domain::{OrgId, audit::JournalEvent, dispatch::RequestState, identity::Permission};
use utoipa::ToSchema;

use super::{
    handlers::id,
    health::{CallFiguresBody, HealthWindowBody},
};
use crate::{
    ApiError, Input,
    openapi::{Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::{
        audit_logs::{self, EventBody},
        cursor,
        delegated_tasks::TaskBody,
        filters::CURSOR,
        present::ok,
    },
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

pub(super) const ACTIVITY: Route = Route {
    method: Method::Get,
    path: "/agents/{id}/activity",
    access: Access::Person(Permission::AgentReadActivity, |caller, input| Box::pin(activity(caller, input))),
    changes: false,
    doc: Doc {
        id: "getAgentActivity",
        summary: "What an agent did and what was done to it",
        details: "The events about the agent, the newest first, in pages by the commit sequence; the service requests that the \
                  page tells of; and figures of the last 24 hours. With `verify=1` the organization's hash chain is walked \
                  from the oldest event of the page to the newest, over the events of others between them too.",
        parameters: &[
            Parameter::query("type", "Only events of this kind, such as `request.executed`.", Kind::Text),
            Parameter::query("verify", "1: walk the chain.", Kind::OneOf(&["0", "1", "true", "false"])),
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            Parameter { meaning: "The `nextCursor` of the page before.", ..CURSOR },
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<AgentActivityBody>() }],
        errors: &[],
    },
};

/// A page.
#[derive(Debug, Serialize, ToSchema)]
struct AgentActivityBody {
    agent_id: String,
    logs: Vec<EventBody>,
    /// Null on the last page.
    #[serde(rename = "nextCursor")]
    next_cursor: Option<String>,
    #[serde(rename = "hasMore")]
    has_more: bool,
    /// Tasks that it gave or was given, the newest 20.
    delegations: Vec<TaskBody>,
    /// The requests that events of this page are about, the newest first.
    service_requests: Vec<ActivityRequestBody>,
    stats: ActivityStatsBody,
    /// Null unless `verify=1`.
    verification: Option<ChainCheckBody>,
}

/// A request as the newest event of the page leaves it.
#[derive(Debug, Serialize, ToSchema)]
struct ActivityRequestBody {
    request_id: String,
    service: Option<String>,
    operation: Option<String>,
    mode: Option<&'static str>,
    status: Option<String>,
}

/// Figures of the last 24 hours, as in `GET /agents/{id}/health`.
#[derive(Debug, Serialize, ToSchema)]
struct ActivityStatsBody {
    window: HealthWindowBody,
    health: &'static str,
    #[serde(flatten)]
    figures: CallFiguresBody,
}

/// What a walk along the chain found.
#[derive(Debug, Serialize, ToSchema)]
struct ChainCheckBody {
    /// Whether every event between the two sequences follows from the one before it.
    verified: bool,
    /// How many events were sound, from `from_seq` on.
    checked: i64,
    /// Of a range of more than 20,000 events only the newest are walked.
    from_seq: i64,
    to_seq: i64,
    /// The first event that is wrong.
    broken_seq: Option<i64>,
    problem: Option<&'static str>,
}

async fn activity(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (org, agent, query, reports) = (caller.org, id(&input)?, input.query()?, &input.api.parts.reports);
    let is_verified = query.flag("verify")?;
    let filter = AuditFilter {
        agent: Some(agent),
        event: query.kind("type")?,
        cursor: query.text("cursor").map(cursor::place).transpose()?,
        ..AuditFilter::default()
    };
    let limit = query.limit(DEFAULT_LIMIT, MOST)?;
    input.api.parts.agents.find_seen(&caller, agent).await?;
    let health = reports.agent_health(org, agent).await?;
    let page = reports.audit_trail(org, filter, limit).await?;
    let verification = if is_verified { Some(verified(&input, org, &page.events).await?) } else { None };
    let delegations = input.api.parts.delegations.around(&Principal::User(caller), agent).await?;
    let delegations = delegations.into_iter().map(TaskBody::of).collect();
    ok(&AgentActivityBody::of((agent.to_string(), delegations), page, &health, verification)?)
}

async fn verified(input: &Input, org: OrgId, events: &[JournalEvent]) -> Result<ChainCheckBody, ApiError> {
    let (newest, oldest) = (events.first().map_or(0, |event| event.seq), events.last().map_or(1, |event| event.seq));
    Ok(input.api.parts.reports.check_chain(org, oldest, newest).await?.into())
}

impl AgentActivityBody {
    fn of(
        (agent_id, delegations): (String, Vec<TaskBody>),
        page: AuditPage,
        health: &HealthReport,
        verification: Option<ChainCheckBody>,
    ) -> Result<Self, ApiError> {
        let service_requests = requests(&page.events);
        let AuditPage { events, tags, next } = page;
        Ok(Self {
            agent_id,
            logs: events.into_iter().map(|event| audit_logs::body(event, &tags)).collect(),
            next_cursor: next.map(cursor::text),
            has_more: next.is_some(),
            delegations,
            service_requests,
            stats: ActivityStatsBody::of(health)?,
            verification,
        })
    }
}

impl ActivityStatsBody {
    fn of(report: &HealthReport) -> Result<Self, ApiError> {
        let (_, health) = report.agents.first().ok_or(ApiError::NotFound("agent"))?;
        Ok(Self { window: HealthWindowBody::of(report), health: health.class.as_str(), figures: health.into() })
    }
}

impl From<ChainCheck> for ChainCheckBody {
    fn from(check: ChainCheck) -> Self {
        Self {
            verified: check.broken.is_none(),
            checked: check.checked,
            from_seq: check.from_seq,
            to_seq: check.to_seq,
            broken_seq: check.broken.as_ref().map(|broken| broken.seq),
            problem: check.broken.map(|broken| broken.problem),
        }
    }
}

fn requests(events: &[JournalEvent]) -> Vec<ActivityRequestBody> {
    let mut seen = BTreeSet::new();
    events.iter().filter(|event| event.request.is_some_and(|id| seen.insert(id))).filter_map(request).collect()
}

fn request(event: &JournalEvent) -> Option<ActivityRequestBody> {
    let status = event.status.as_deref().map(|status| {
        let state = status.parse::<RequestState>();
        state.map_or_else(|_| status.to_owned(), |state| state.wire().to_owned())
    });
    Some(ActivityRequestBody {
        request_id: event.request?.to_string(),
        service: event.operation.as_ref().map(|operation| operation.service().to_owned()),
        operation: event.operation.as_ref().map(|operation| operation.operation().to_owned()),
        mode: event.mode.map(upivia_domain::Mode::as_str),
        status,
    })
}
