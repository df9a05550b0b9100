//! Why a change of an agent was not made.

use std::sync::Arc;

use upivia_domain::{
    budget::Reason,
    identity::Permission,
    ledger::{Refusal, SpawnProblem},
    ports::StoreError,
};

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// There is no such thing in the caller's organization.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Nobody may do that to this agent.
    #[error("{0}")]
    Protected(&'static str),
    /// The key was revoked or expired meanwhile.
    #[error("the credential is not valid any more")]
    Unauthorized,
    /// One more child would be too many.
    #[error("an agent can have at most {0} living children: delete one before you make another")]
    TooManyChildren(usize),
    /// The idempotency key was used for another child.
    #[error("the idempotency key was used for another child")]
    KeyReused,
    /// A gift does not fit: the first failed check, and all of them.
    #[error("the money for the child does not fit into the limits of its parent")]
    NotNow(Arc<[Reason]>),
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: String,
    },
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl AgentError {
    pub(super) fn invalid(field: &'static str, message: impl ToString) -> Self {
        Self::Invalid { field, message: message.to_string() }
    }
}

impl From<StoreError> for AgentError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "agents could not be read or changed");
        Self::Unavailable
    }
}

impl From<Refusal> for AgentError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::CredentialRevoked => Self::Unauthorized,
            Refusal::NotNow(reasons) => Self::NotNow(reasons),
            Refusal::Unspawnable(SpawnProblem::TooDeep) => {
                Self::Protected("an agent that is three generations away from a person's agent cannot spawn others")
            }
            Refusal::Unspawnable(problem @ SpawnProblem::Wider(_)) => Self::invalid("services", problem),
            Refusal::InvalidAmount => Self::invalid("budget_cents", "is beyond the range of the ledger"),
            other => {
                tracing::error!(%other, "an agent was not spawned");
                Self::Unavailable
            }
        }
    }
}
