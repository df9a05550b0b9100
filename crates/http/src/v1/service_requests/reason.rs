//! What each reason code means, for documents and as the sentence that stands where there are no figures.

use upivia_domain::budget::{Reason, ReasonCode};

/// One sentence, without figures.
pub(crate) const fn explanation(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::PolicyViolation => "The agent, or one that it descends from, has no binding for this operation.",
        ReasonCode::MonthlyBudgetExceeded => "The binding's money of this month does not suffice.",
        ReasonCode::DailyLimitExceeded => "The binding's requests of today are used up.",
        ReasonCode::AgentBudgetExceeded => {
            "The agent's own money, or that of what the request is part of, does not suffice."
        }
        ReasonCode::WorkerBudgetExceeded => "The money of the agent's owner in the team does not suffice.",
        ReasonCode::TeamBudgetExceeded => "The team's money does not suffice.",
        ReasonCode::InsufficientBalance => "The organization's balance does not suffice.",
        ReasonCode::OrganizationSuspended => {
            "The organization is suspended, closing, or was stopped by a person; nothing is admitted."
        }
        ReasonCode::ServiceNotConfigured => {
            "No provider is configured for this operation in this mode; a live request never reaches the sandbox."
        }
        ReasonCode::OperationSuspended => {
            "The operation cost more than was held for it too often today; an administrator must lift the suspension."
        }
        ReasonCode::ApprovalQueueFull => "Too many requests of the agent wait for a person already.",
        ReasonCode::ApprovalThreshold => "The request may cost more than the agent may spend without a person.",
        ReasonCode::ApprovalRejected => "A person rejected the request.",
        ReasonCode::ApprovalExpired => "Nobody approved the request in time.",
        ReasonCode::CredentialRevoked => "The key that asked was revoked or expired before a person approved.",
        ReasonCode::AgentDisabled => "The agent, or one that it descends from, is paused or disabled.",
        ReasonCode::AdapterError => "The provider refused or failed.",
        ReasonCode::ProviderUnavailable => {
            "The provider could not be reached, or did not execute the request; nothing was charged."
        }
        ReasonCode::DispatchAborted => "The request was given up before anything was sent; nothing was charged.",
        ReasonCode::ReleasedByOperator => "Nobody knew the outcome, and a person released what was held.",
        ReasonCode::ReleasedAtDeadline => "No outcome was reported in time, and what was held was released.",
    }
}

/// The scope of what a delegated task refuses.
pub(crate) const DELEGATION: &str = "delegation";

/// The sentence for a failed check: the code's, but for a delegated task, which stands for itself.
pub(crate) fn explained(reason: &Reason) -> &'static str {
    match reason.code {
        code if reason.scope != DELEGATION => explanation(code),
        ReasonCode::PolicyViolation => "The delegated task does not allow this operation.",
        _ => "The delegated task has ended, or its money does not suffice.",
    }
}

/// The status under which a code appears.
pub(crate) const fn status_of(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::ApprovalThreshold => "approval_required",
        ReasonCode::AgentDisabled
        | ReasonCode::AdapterError
        | ReasonCode::ProviderUnavailable
        | ReasonCode::DispatchAborted
        | ReasonCode::ReleasedByOperator
        | ReasonCode::ReleasedAtDeadline => "failed",
        _ => "blocked",
    }
}
