//! What would happen to a request, without making it.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use upivia_application::{
    access::UserCaller,
    dispatch::NewRequest,
    simulations::{Rehearsal, Simulation},
};
use upivia_domain::{
    AgentId, Mode,
    budget::{Reason, ReasonCode},
    dispatch::RequestState,
    identity::Permission,
};
use utoipa::ToSchema;

use super::{
    present::ok,
    service_requests::{DELEGATION, ReasonBody, explained},
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group {
    name: "Simulations",
    routes: &[Route {
        method: Method::Post,
        path: "/simulations/policy-check",
        access: Access::Person(Permission::SimulationRun, |caller, input| Box::pin(check(caller, input))),
        changes: false,
        doc: Doc {
            id: "policyCheck",
            summary: "What would happen to a request",
            details: "The deciding function itself, without the write: nothing is executed, held or counted. `checks` lists every \
                      gate that was reached, `largest_affordable` what money would allow now.",
            parameters: &[],
            body: Some(Body {
                schema: SchemaOf::of::<PolicyCheck>(),
                example: r#"{"agent_id":"agt_0000000000000000000000","operation":"email.send","payload":{"to":"ada@example.com","subject":"Hi","body":"Hello."},"mode":"test"}"#,
            }),
            answers: &[Success { status: 200, meaning: "The decision.", schema: SchemaOf::of::<SimulationBody>() }],
            errors: &[(404, "There is no such agent.")],
        },
    }],
};

/// A request that is not made.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PolicyCheck {
    /// Who would ask.
    #[serde(alias = "agentId")]
    #[schema(value_type = String)]
    agent_id: Member,
    /// Not needed where `operation` is dotted.
    #[schema(value_type = Option<String>)]
    service: Member,
    /// Alone or dotted.
    #[schema(value_type = String, example = "email.send")]
    operation: Member,
    /// As in a service request.
    #[schema(value_type = Option<Object>)]
    payload: Member,
    /// As in a service request, for example with `delegated_task_id`.
    #[schema(value_type = Option<Object>)]
    metadata: Member,
    /// `live` (default) or `test`.
    #[schema(value_type = Option<String>)]
    mode: Member,
}

/// What would happen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimulationBody {
    /// `allowed`, `blocked`, `approval_required` or `failed`.
    decision: &'static str,
    /// The first check that failed.
    reason_code: Option<&'static str>,
    /// The most that it could cost, rounded up.
    estimated_cost_cents: i64,
    estimated_cost_usd: String,
    /// The version of the price that was in force; see the catalogue.
    price_version: Option<u32>,
    /// Every gate that was reached, in order.
    checks: Vec<CheckBody>,
    /// The checks that failed, with their figures.
    reasons: Vec<ReasonBody>,
    /// What money would allow now; null where no money is asked for, or a gate before it is closed.
    largest_affordable: Option<AffordableBody>,
    mode: &'static str,
}

/// One gate.
#[derive(Debug, Serialize, ToSchema)]
struct CheckBody {
    #[schema(example = "binding_month")]
    name: &'static str,
    ok: bool,
    /// What was found, for people.
    detail: String,
    /// What would help; null where nothing is wrong.
    fix: Option<&'static str>,
}

/// What would pass.
#[derive(Debug, Serialize, ToSchema)]
struct AffordableBody {
    /// Rounded down.
    cost_cents: i64,
    cost_usd: String,
    /// For text generation, with the same messages.
    max_tokens: Option<u32>,
}

async fn check(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (rehearsal, mode) = input.json::<PolicyCheck>()?.into_rehearsal()?;
    let simulation = input.api.parts.simulations.check(&caller, rehearsal).await?;
    ok(&SimulationBody::of(&simulation, mode))
}

impl PolicyCheck {
    fn into_rehearsal(self) -> Result<(Rehearsal, Mode), ApiError> {
        let agent: AgentId = fields::required("agent_id", fields::parsed("agent_id", self.agent_id)?)?;
        let mode = fields::parsed("mode", self.mode)?.unwrap_or(Mode::Live);
        let request = NewRequest {
            service: fields::text("service", self.service)?,
            operation: fields::required("operation", fields::text("operation", self.operation)?)?,
            payload: Value::Object(fields::object("payload", self.payload)?.unwrap_or_else(Map::new)),
            metadata: fields::object("metadata", self.metadata)?.map(Value::Object),
            idempotency_key: None,
            trace: None,
        };
        Ok((Rehearsal { agent, mode, request }, mode))
    }
}

impl SimulationBody {
    fn of(simulation: &Simulation, mode: Mode) -> Self {
        Self {
            decision: match simulation.state {
                RequestState::Blocked => "blocked",
                RequestState::Failed => "failed",
                RequestState::ApprovalRequired => "approval_required",
                _ => "allowed",
            },
            reason_code: simulation.reason().map(ReasonCode::as_str),
            estimated_cost_cents: simulation.estimate.cents_rounded_up(),
            estimated_cost_usd: simulation.estimate.to_string(),
            price_version: simulation.price_version,
            checks: checks(&simulation.reasons),
            reasons: simulation.reasons.iter().map(ReasonBody::of).collect(),
            largest_affordable: simulation.affordable.map(|affordable| AffordableBody {
                cost_cents: affordable.cost.cents_rounded_down(),
                cost_usd: affordable.cost.to_string(),
                max_tokens: affordable.max_tokens,
            }),
            mode: mode.as_str(),
        }
    }
}

/// The gates in the order of the decision: name, the codes that close it, what would help, and whether nothing behind it is
/// looked at once it is closed.
const GATES: [(&str, &[ReasonCode], &str, bool); 12] = [
    ("agent_active", &[ReasonCode::AgentDisabled], "Set the agent, and those it descends from, active again.", true),
    (
        "organization_active",
        &[ReasonCode::OrganizationSuspended],
        "Ask an administrator to lift the suspension, or resume what was stopped: GET /ops/stops.",
        true,
    ),
    ("binding", &[ReasonCode::PolicyViolation], "Enable the operation: POST /agents/{id}/services.", true),
    ("provider", &[ReasonCode::ServiceNotConfigured], "Configure a provider, or use a test key.", true),
    ("operation_suspended", &[ReasonCode::OperationSuspended], "Ask an administrator to lift the suspension.", true),
    (
        "binding_month",
        &[ReasonCode::MonthlyBudgetExceeded],
        "Raise monthly_budget_cents of the binding, or wait.",
        false,
    ),
    ("binding_day", &[ReasonCode::DailyLimitExceeded], "Raise daily_request_limit of the binding, or wait.", false),
    ("agent_month", &[ReasonCode::AgentBudgetExceeded], "Raise the agent's budget: PATCH /agents/{id}/budget.", false),
    (
        DELEGATION,
        &[ReasonCode::AgentBudgetExceeded],
        "Name an open task in metadata.delegated_task_id, or give the agent a new one with a larger cap.",
        false,
    ),
    (
        "team_and_worker",
        &[ReasonCode::WorkerBudgetExceeded, ReasonCode::TeamBudgetExceeded],
        "Allocate more, or raise the limit: POST /teams/{id}/budget, PATCH /teams/{id}, POST /teams/{id}/workers/{uid}/budget/allocate.",
        false,
    ),
    ("balance", &[ReasonCode::InsufficientBalance], "Add money to the organization's wallet.", false),
    (
        "approval_threshold",
        &[ReasonCode::ApprovalThreshold, ReasonCode::ApprovalQueueFull],
        "Raise approval_threshold_cents of the binding, or ask a person.",
        false,
    ),
];

/// What helps where a task is closed to an operation that the agent is bound to.
const ANOTHER_TASK: &str = "Use an operation that the delegated task allows, or name another task.";

/// A task's money has the same code as the agent's own.
fn is_told_at(gate: &str, reason: &Reason) -> bool {
    reason.code != ReasonCode::AgentBudgetExceeded || (gate == DELEGATION) == (reason.scope == DELEGATION)
}

fn checks(reasons: &[Reason]) -> Vec<CheckBody> {
    let mut checks = Vec::with_capacity(GATES.len());
    for (name, codes, fix, closes) in GATES {
        let failed = reasons.iter().find(|reason| codes.contains(&reason.code) && is_told_at(name, reason));
        checks.push(CheckBody {
            name,
            ok: failed.is_none(),
            detail: failed.map_or("ok", explained).to_owned(),
            fix: failed.map(|reason| match reason.code {
                ReasonCode::PolicyViolation if reason.scope == DELEGATION => ANOTHER_TASK,
                _ => fix,
            }),
        });
        // Nobody asks a person about what does not fit, and nothing is weighed behind a closed gate.
        let weighed = name == "balance" && checks.iter().any(|check| !check.ok);
        if (failed.is_some() && closes) || weighed {
            break;
        }
    }
    checks
}
