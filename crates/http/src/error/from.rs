//! The one mapping of what use-cases refuse. No arm catches all: a new refusal needs its place here.

use upivia_application::{
    access::AccessError,
    agents::AgentError,
    approvals::ApprovalError,
    budgets::BudgetError,
    delegations::DelegationError,
    dispatch::DispatchError,
    inbox::InboxError,
    invites::InviteError,
    members::MemberError,
    organizations::OrganizationError,
    outcomes::OutcomeError,
    password_resets::ResetError,
    personal_tokens::PersonalTokenError,
    promos::PromoError,
    publishing::PublishError,
    reconciliation::ReconcileError,
    reports::ReportError,
    roles::RoleError,
    sign_in::{FederationError, SignInError},
    simulations::SimulationError,
    skills::SkillError,
    stops::StopError,
    suspensions::SuspensionError,
    teams::TeamError,
    users::UserError,
    webhooks::WebhookError,
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

impl From<StopError> for ApiError {
    fn from(error: StopError) -> Self {
        match error {
            StopError::NotFound(what) => Self::NotFound(what),
            StopError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            StopError::Unavailable | StopError::InDoubt => Self::Unavailable,
        }
    }
}

impl From<OrganizationError> for ApiError {
    fn from(error: OrganizationError) -> Self {
        match error {
            OrganizationError::NotFound => Self::NotFound("organization"),
            OrganizationError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            OrganizationError::NotOwner | OrganizationError::NotPlatformAdmin => Self::Forbidden(error.to_string()),
            OrganizationError::GivenUp => Self::OrganizationClosed,
            OrganizationError::Unavailable | OrganizationError::InDoubt => Self::Unavailable,
        }
    }
}

impl From<PromoError> for ApiError {
    fn from(error: PromoError) -> Self {
        let conflict = |code| Self::Promo { code, message: error.to_string() };
        match error {
            PromoError::NotFound => Self::NotFound("promo code"),
            PromoError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            PromoError::NotPlatformAdmin => Self::Forbidden(error.to_string()),
            PromoError::Exists => conflict("promo_code_exists"),
            PromoError::AlreadyRedeemed => conflict("promo_already_redeemed"),
            PromoError::UsedUp => conflict("promo_used_up"),
            PromoError::Expired => conflict("promo_expired"),
            PromoError::OrganizationClosed => Self::OrganizationClosed,
            PromoError::Invalid { field, message } => Self::invalid(field, message),
            PromoError::Unavailable | PromoError::InDoubt => Self::Unavailable,
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
            AgentError::KeyReused => Self::KeyReused,
            AgentError::TooManyChildren(_) => Self::TooMany(error.to_string()),
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
            PersonalTokenError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            PersonalTokenError::Lacking(_) => Self::invalid("permissions", error),
            PersonalTokenError::TooMany => Self::TooMany(error.to_string()),
            PersonalTokenError::Unauthorized => Self::Unauthorized,
            PersonalTokenError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<MemberError> for ApiError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::NotFound => Self::NotFound("member"),
            MemberError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            MemberError::OwnersOnly => Self::Forbidden(error.to_string()),
            MemberError::LastOwner => Self::LastOwner,
            MemberError::Invalid { field, message } => Self::invalid(field, message),
            MemberError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<RoleError> for ApiError {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::NotFound => Self::NotFound("role"),
            RoleError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            RoleError::Invalid { field, message } => Self::invalid(field, message),
            RoleError::TooMany => Self::TooMany(error.to_string()),
            RoleError::InUse(_) => Self::RoleInUse(error.to_string()),
            RoleError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::NotFound => Self::NotFound("user"),
            UserError::Oneself => Self::invalid("id", error),
            UserError::Unavailable => Self::Unavailable,
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
            BudgetError::OrganizationClosed => Self::OrganizationClosed,
            BudgetError::NotClosed => Self::OrganizationNotClosed,
            BudgetError::Resolved => Self::BudgetRequestResolved,
            BudgetError::Unavailable | BudgetError::InDoubt => Self::Unavailable,
        }
    }
}

impl From<DelegationError> for ApiError {
    fn from(error: DelegationError) -> Self {
        match error {
            DelegationError::NotFound(what) => Self::NotFound(what),
            DelegationError::Unauthorized => Self::Unauthorized,
            DelegationError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            DelegationError::OutOfReach(_) | DelegationError::OtherSide(_) => Self::Forbidden(error.to_string()),
            DelegationError::State(_) => Self::TaskState(error.to_string()),
            DelegationError::TooMany(_) => Self::TooMany(error.to_string()),
            DelegationError::Invalid { field, message } => Self::invalid(field, message),
            DelegationError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<InboxError> for ApiError {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::NotFound(what) => Self::NotFound(what),
            InboxError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            InboxError::Unauthorized => Self::Unauthorized,
            InboxError::Invalid { field, message } => Self::invalid(field, message),
            InboxError::TooMany => Self::TooMany(error.to_string()),
            InboxError::Resolved => Self::AgentRequestResolved,
            InboxError::Budget(error) => error.into(),
            InboxError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<SkillError> for ApiError {
    fn from(error: SkillError) -> Self {
        match error {
            SkillError::NotFound(what) => Self::NotFound(what),
            SkillError::Unauthorized => Self::Unauthorized,
            SkillError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            SkillError::Resolved => Self::SkillProposalResolved,
            SkillError::TooMany(why) => Self::TooMany(why),
            SkillError::Invalid { field, message } => Self::invalid(field, message),
            SkillError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotFound(what) => Self::NotFound(what),
            PublishError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            PublishError::OwnRequest => Self::Forbidden(error.to_string()),
            PublishError::Invalid { field, message } => Self::invalid(field, message),
            PublishError::Pending => Self::PublishRequestPending,
            PublishError::Resolved => Self::PublishRequestResolved,
            PublishError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            // The handlers of sign-in answer otherwise; here it is a person who is signed in already.
            SignInError::Refused => Self::invalid("current_password", "is not your password"),
            SignInError::NotFound => Self::NotFound("identity"),
            SignInError::LastWay => Self::LastWayToSignIn,
            SignInError::Unauthorized => Self::Unauthorized,
            SignInError::Busy => Self::RateLimited { retry_after_seconds: 1 },
            SignInError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<FederationError> for ApiError {
    fn from(error: FederationError) -> Self {
        match error {
            FederationError::NotConfigured => Self::NotFound("way to sign in"),
            // The handlers send the browser to the page for errors.
            FederationError::Refused => Self::Unauthorized,
            FederationError::NotAdmitted | FederationError::NotLinked => Self::Forbidden(error.to_string()),
            FederationError::ProviderUnavailable | FederationError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<InviteError> for ApiError {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::NotFound => Self::NotFound("invite"),
            InviteError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            InviteError::AboveOwnRole => Self::Forbidden(error.to_string()),
            InviteError::Invalid { field, message } => Self::invalid(field, message),
            InviteError::TooMany => Self::TooMany(error.to_string()),
            InviteError::Busy => Self::RateLimited { retry_after_seconds: 1 },
            InviteError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<ResetError> for ApiError {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Refused => Self::invalid("token", error),
            ResetError::Busy => Self::RateLimited { retry_after_seconds: 1 },
            ResetError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<WorkspaceError> for ApiError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::NotFound => Self::NotFound("workspace"),
            WorkspaceError::BeforeRemoval => Self::Forbidden(error.to_string()),
            WorkspaceError::Unauthorized => Self::Unauthorized,
            WorkspaceError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::NotFound(what) => Self::NotFound(what),
            WebhookError::Forbidden(permission) => Self::Forbidden(missing(permission.as_str())),
            WebhookError::Invalid { field, message } => Self::invalid(field, message),
            WebhookError::TooMany => Self::TooMany(error.to_string()),
            WebhookError::NotEnabled => Self::EndpointNotEnabled,
            WebhookError::Unavailable | WebhookError::InDoubt => Self::Unavailable,
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
