//! The five shapes of a request on the wire, told apart by `status` (contract §2).

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    figures::{CostFigures, ReasonBody},
    perhaps::PerhapsCost,
};

/// A service request as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(crate) enum ServiceRequestBody<'a> {
    /// Passed all checks, done, and charged.
    Executed(ExecutedRequest<'a>),
    /// Stopped by policy, budget or balance, or by a person.
    Blocked(RefusedRequest<'a>),
    /// The provider, or the agent's own state, did not let it happen.
    Failed(RefusedRequest<'a>),
    /// Waits for a person; no money is held.
    ApprovalRequired(AskedRequest<'a>),
    /// Under way; the hold stands.
    Running(RunningRequest<'a>),
}

/// What every request has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct About<'a> {
    /// Its id.
    #[schema(example = "srq_01K5N2T7Q8J4W3X6Y9Z0AB")]
    pub(super) request_id: String,
    /// The service.
    #[schema(example = "email")]
    pub(super) service: &'a str,
    /// The operation of the service.
    #[schema(example = "send")]
    pub(super) operation: &'a str,
    /// `live` or `test`.
    #[schema(example = "test")]
    pub(super) mode: &'static str,
}

/// Done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExecutedRequest<'a> {
    #[serde(flatten)]
    pub(super) about: About<'a>,
    /// The operation's result.
    #[schema(value_type = Object)]
    pub(super) result: &'a Value,
    #[serde(flatten)]
    #[schema(value_type = CostFigures)]
    pub(super) cost: Option<CostFigures>,
    /// The most that it could have cost, rounded up.
    pub(super) estimated_cost_cents: i64,
    /// The most that it could have cost.
    pub(super) estimated_cost_usd: String,
    /// The limit of output tokens that was applied because the request named none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) applied_max_tokens: Option<u32>,
    // The published clients look for the figures of a budget check at the top level and in `result`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub(super) report: Option<&'a Map<String, Value>>,
}

/// Not done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedRequest<'a> {
    #[serde(flatten)]
    pub(super) about: About<'a>,
    /// Why, for programs.
    #[schema(example = "monthly_budget_exceeded")]
    pub(super) reason_code: &'static str,
    /// Why, for people and models.
    pub(super) message: String,
    /// Every check that failed.
    pub(super) reasons: Vec<ReasonBody>,
    /// For failures: `detail` says what the provider said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(super) result: Option<&'a Value>,
    /// Only where the provider reported a cost all the same.
    #[serde(flatten)]
    #[schema(value_type = PerhapsCost)]
    pub(super) cost: Option<CostFigures>,
}

/// Waiting for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AskedRequest<'a> {
    #[serde(flatten)]
    pub(super) about: About<'a>,
    /// What is to be approved or rejected.
    pub(super) approval_id: String,
    /// The most that it may cost, rounded up.
    pub(super) estimated_cost_cents: i64,
    /// The most that it may cost.
    pub(super) estimated_cost_usd: String,
    /// Until when a person may answer.
    pub(super) expires_at: String,
    /// `approval_threshold`.
    pub(super) reason_code: &'static str,
    /// Why, for people and models.
    pub(super) message: String,
    /// The threshold that was exceeded.
    pub(super) reasons: Vec<ReasonBody>,
}

/// Under way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunningRequest<'a> {
    #[serde(flatten)]
    pub(super) about: About<'a>,
    /// What is held for it, rounded up.
    pub(super) initial_cost_cents: i64,
    /// What is held for it.
    pub(super) initial_cost_usd: String,
    /// Who executes it.
    pub(super) provider: Option<&'a str>,
    /// The provider's own id of it, once it is known.
    pub(super) external_id: Option<&'a str>,
}
