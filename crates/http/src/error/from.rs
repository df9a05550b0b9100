//! The one mapping of what use-cases refuse. No arm catches all: a new refusal needs its place here.

use upivia_application::{
    access::AccessError, agents::AgentError, approvals::ApprovalError, budgets::BudgetError, dispatch::DispatchError,
    outcomes::OutcomeError, personal_tokens::PersonalTokenError, reconciliation::ReconcileError, reports::ReportError,
    sign_in::SignInError, simulations::SimulationError, suspensions::SuspensionError, teams::TeamError,
    workspaces::WorkspaceError,
};

use upivia_domain::budget::ReasonCode;

use super::{ApiError, missing};

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Unauthorized => Self::Unauthorized,
            AccessError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<DispatchError> for ApiError {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::Unauthorized => Self::Unauthorized,
            DispatchError::Conflict { request } => Self::PayloadMismatch { request },
            DispatchError::Invalid { field, message } => Self::invalid(field, message),
            DispatchError::NotFound(what) => Self::NotFound(what),
            DispatchError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<ApprovalError> for ApiError {
    fn from(error: ApprovalError) -> Self {
        match error {
            ApprovalError::NotFound => Self::NotFound("approval"),
            ApprovalError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            ApprovalError::Resolved => Self::ApprovalResolved,
            ApprovalError::Impossible(error) => error.into(),
            // The handler shows why; here is only what is left where it cannot.
            ApprovalError::NotNow(_) | ApprovalError::Unavailable | ApprovalError::InDoubt => Self::Unavailable,
        }
    }
}

impl From<OutcomeError> for ApiError {
    fn from(error: OutcomeError) -> Self {
        match error {
            OutcomeError::NotFound => Self::NotFound("service request with an open outcome"),
            OutcomeError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            OutcomeError::Ended(request) => Self::AlreadyResolved { request: request.id },
            OutcomeError::Sending => Self::StillSending,
            // The handler knows by which member it was sent.
            OutcomeError::AboveHold(_) => Self::invalid("charge_cents", error),
            OutcomeError::TooEarly { until, wait_seconds } => {
                Self::TooEarly { until, retry_after_seconds: wait_seconds }
            }
            OutcomeError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<SimulationError> for ApiError {
    fn from(error: SimulationError) -> Self {
        match error {
            SimulationError::NotFound(what) => Self::NotFound(what),
            SimulationError::NoKey => Self::invalid("mode", "the agent has no key in force in this mode"),
            SimulationError::Request(error) => error.into(),
            SimulationError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<SuspensionError> for ApiError {
    fn from(error: SuspensionError) -> Self {
        match error {
            SuspensionError::NotFound => Self::NotFound("suspension"),
            SuspensionError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            SuspensionError::Unavailable | SuspensionError::InDoubt => Self::Unavailable,
        }
    }
}

impl From<AgentError> for ApiError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::NotFound(what) => Self::NotFound(what),
            AgentError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            AgentError::Protected(why) => Self::Forbidden(why.to_owned()),
            AgentError::Unauthorized => Self::Unauthorized,
            AgentError::NotNow(reasons) => {
                let code = reasons.first().map_or(ReasonCode::AgentBudgetExceeded, |reason| reason.code);
                Self::DoesNotFit { code, reasons }
            }
            AgentError::Invalid { field, message } => Self::invalid(field, message),
            AgentError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<TeamError> for ApiError {
    fn from(error: TeamError) -> Self {
        match error {
            TeamError::NotFound(what) => Self::NotFound(what),
            TeamError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            TeamError::Invalid { field, message } => Self::invalid(field, message),
            TeamError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<PersonalTokenError> for ApiError {
    fn from(error: PersonalTokenError) -> Self {
        match error {
            PersonalTokenError::NotFound => Self::NotFound("personal token"),
            PersonalTokenError::Invalid { field, message } => Self::invalid(field, message),
            PersonalTokenError::TooMany => Self::TooMany(error.to_string()),
            PersonalTokenError::Unauthorized => Self::Unauthorized,
            PersonalTokenError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<BudgetError> for ApiError {
    fn from(error: BudgetError) -> Self {
        match error {
            BudgetError::NotFound(what) => Self::NotFound(what),
            BudgetError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            BudgetError::NotPlatformAdmin => Self::Forbidden(error.to_string()),
            BudgetError::Invalid { field, message } => Self::invalid(field, message),
            BudgetError::Insufficient(account) => Self::InsufficientBalance(account),
            BudgetError::KeyReused => Self::KeyReused,
            BudgetError::Resolved => Self::BudgetRequestResolved,
            BudgetError::Unavailable | BudgetError::InDoubt => Self::Unavailable,
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            // The handlers of sign-in answer otherwise; here it is a person who is signed in already.
            SignInError::Refused => Self::invalid("current_password", "is not your password"),
            SignInError::Unauthorized => Self::Unauthorized,
            SignInError::Busy => Self::RateLimited { retry_after_seconds: 1 },
            SignInError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<WorkspaceError> for ApiError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::NotFound => Self::NotFound("workspace"),
            WorkspaceError::Unauthorized => Self::Unauthorized,
            WorkspaceError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<ReportError> for ApiError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NotFound(what) => Self::NotFound(what),
            ReportError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<ReconcileError> for ApiError {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::NotFound => Self::NotFound("service request"),
            ReconcileError::Reused => Self::EventReused,
            ReconcileError::InvalidCost => Self::invalid("cost_cents", error),
            ReconcileError::Unavailable => Self::Unavailable,
        }
    }
}
