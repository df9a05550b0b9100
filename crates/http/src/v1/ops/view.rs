//! How outcomes are shown.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use upivia_application::outcomes::{OpenOutcome, OutcomeDetail, OutcomePage};
use upivia_domain::{
    AgentId, NanoUsd, RequestId,
    budget::{LimitUnit, ReasonCode},
    dispatch::{HeldWindow, RequestState, ServiceRequest},
};
use utoipa::ToSchema;

use crate::{
    ApiError,
    error::ErrorBody,
    v1::{
        audit_logs::{self, EventBody},
        cursor,
        service_requests::ServiceRequestBody,
    },
};

type Names = HashMap<AgentId, String>;

/// A page of open outcomes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomePageBody {
    unresolved: Vec<OutcomeBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A request that somebody should look at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeBody {
    request_id: String,
    agent_id: String,
    /// Null once the agent is deleted.
    agent_name: Option<String>,
    service: String,
    operation: String,
    provider: Option<String>,
    /// The provider's own id of it, where it gave one.
    external_id: Option<String>,
    /// `running`, `unknown`, or how it ended.
    #[schema(example = "unknown")]
    state: &'static str,
    mode: &'static str,
    /// Held for it now, rounded up; nothing once it has ended.
    held_cents: i64,
    held_usd: String,
    /// Since it was decided.
    age_seconds: i64,
    created_at: String,
    /// A release is refused before; null where it is possible at any time.
    can_release_at: Option<String>,
    /// Evidence came after somebody else had ended it or taken it over.
    flagged: bool,
    why: WhyBody,
}

/// Why somebody should look at it.
#[derive(Debug, Serialize, ToSchema)]
struct WhyBody {
    #[schema(example = "no_certain_answer")]
    code: &'static str,
    message: &'static str,
}

/// All that helps decide.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeDetailBody<'a> {
    #[serde(flatten)]
    outcome: OutcomeBody,
    /// What the agent asked for.
    #[schema(value_type = Object)]
    payload: Value,
    /// What of it the provider is given, by the catalogue of today; null where that does not accept it any more.
    #[schema(value_type = Option<Object>)]
    forwarded: Option<&'a Value>,
    /// The account that pays.
    #[schema(example = "wallet")]
    account: Option<String>,
    /// Where the hold is counted, whenever the request ends.
    windows: Vec<WindowBody>,
    /// Its audit events, the newest first.
    events: Vec<EventBody>,
    /// False where the journal since its admission was too long to be looked through as a whole.
    all_events: bool,
    resolutions: ResolutionsBody,
    /// As the agent sees it.
    request: ServiceRequestBody<'a>,
}

/// A window of a hold.
#[derive(Debug, Serialize, ToSchema)]
struct WindowBody {
    window: String,
    /// `money` or `requests`.
    counts: &'static str,
}

/// What each resolution would do.
#[derive(Debug, Serialize, ToSchema)]
struct ResolutionsBody {
    charge: ChargeBody,
    release: ReleaseBody,
}

/// A charge.
#[derive(Debug, Serialize, ToSchema)]
struct ChargeBody {
    possible: bool,
    /// At most so much, in whole cents rounded down.
    most_cents: i64,
    most_usd: String,
    becomes: &'static str,
    effect: &'static str,
}

/// A release.
#[derive(Debug, Serialize, ToSchema)]
struct ReleaseBody {
    /// Whether it is possible at some time.
    possible: bool,
    /// Not before; null = at any time.
    possible_at: Option<String>,
    frees_usd: String,
    becomes: &'static str,
    reason_code: &'static str,
    effect: &'static str,
}

/// Somebody has looked at the late evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcknowledgedBody {
    request_id: String,
    /// Always true: it is off the list until more evidence comes.
    acknowledged: bool,
}

impl AcknowledgedBody {
    pub(super) fn of(request: RequestId) -> Self {
        Self { request_id: request.to_string(), acknowledged: true }
    }
}

/// The refusal of a decision that came too late, with what had been decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlreadyResolvedBody<'a> {
    #[serde(flatten)]
    error: ErrorBody,
    request: ServiceRequestBody<'a>,
}

impl OutcomePageBody {
    pub(super) fn of(page: &OutcomePage, names: &Names) -> Self {
        let unresolved = page.outcomes.iter().map(|outcome| OutcomeBody::of(outcome, names)).collect();
        Self { unresolved, next_cursor: page.next.map(cursor::text) }
    }
}

impl OutcomeBody {
    fn of(outcome: &OpenOutcome, names: &Names) -> Self {
        let (request, held) = (&outcome.request, outcome.held());
        Self {
            request_id: request.id.to_string(),
            agent_id: request.agent.to_string(),
            agent_name: names.get(&request.agent).cloned(),
            service: request.operation.service().to_owned(),
            operation: request.operation.operation().to_owned(),
            provider: request.provider.as_ref().map(|provider| provider.as_str().to_owned()),
            external_id: request.external_id.clone(),
            state: request.state.as_str(),
            mode: request.mode.as_str(),
            held_cents: held.cents_rounded_up(),
            held_usd: held.to_string(),
            age_seconds: outcome.age_seconds,
            created_at: request.created_at.to_string(),
            can_release_at: request.fence_until.map(|at| at.to_string()),
            flagged: request.flagged,
            why: WhyBody { code: outcome.why.as_str(), message: outcome.why.sentence() },
        }
    }
}

impl<'a> OutcomeDetailBody<'a> {
    pub(super) fn of(detail: &'a OutcomeDetail, names: &Names) -> Self {
        let request = &detail.outcome.request;
        let hold = request.hold.as_ref();
        let tags = HashMap::from([(request.id, request.content.tags())]);
        Self {
            outcome: OutcomeBody::of(&detail.outcome, names),
            payload: request.content.payload(),
            forwarded: detail.forwarded.as_deref(),
            account: hold.map(|hold| hold.account.to_string()),
            windows: hold.map(|hold| hold.windows.iter().map(window).collect()).unwrap_or_default(),
            events: detail.events.iter().cloned().map(|event| audit_logs::body(event, &tags)).collect(),
            all_events: detail.all_events,
            resolutions: ResolutionsBody::of(request, detail.outcome.held()),
            request: ServiceRequestBody::of(request, false),
        }
    }
}

fn window(held: &HeldWindow) -> WindowBody {
    let counts = match held.unit {
        LimitUnit::Money => "money",
        LimitUnit::Requests => "requests",
    };
    WindowBody { window: held.window.to_string(), counts }
}

impl ResolutionsBody {
    fn of(request: &ServiceRequest, held: NanoUsd) -> Self {
        let possible = matches!(request.state, RequestState::Running | RequestState::Unknown);
        Self {
            charge: ChargeBody {
                possible,
                most_cents: held.cents_rounded_down(),
                most_usd: held.to_string(),
                becomes: RequestState::Executed.wire(),
                effect: "The amount leaves the account and is counted as spent in every window of the hold; the rest of \
                         the hold is free again.",
            },
            release: ReleaseBody {
                possible,
                possible_at: request.fence_until.map(|at| at.to_string()),
                frees_usd: held.to_string(),
                becomes: RequestState::Failed.wire(),
                reason_code: ReasonCode::ReleasedByOperator.as_str(),
                effect: "The whole hold is free again; what was counted as a request stays counted, for it may have been \
                         sent.",
            },
        }
    }
}

impl<'a> AlreadyResolvedBody<'a> {
    pub(super) fn of(request: &'a ServiceRequest) -> Self {
        let error = ApiError::AlreadyResolved { request: request.id }.body();
        Self { error, request: ServiceRequestBody::of(request, false) }
    }
}
