//! Why a task was not given, changed or shown.

use upivia_domain::{
    delegation::{Side, TaskStatus},
    identity::Permission,
    ports::StoreError,
};

use crate::{access::Denied, agents::AgentError};

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DelegationError {
    /// There is no such thing for this caller.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The agent's key is not valid any more.
    #[error("the credential is missing, expired or revoked")]
    Unauthorized,
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// An agent's key reaches only so far.
    #[error("{0}")]
    OutOfReach(&'static str),
    /// The word of one side, said by the other.
    #[error("{}", whose_word(.0))]
    OtherSide(Side),
    /// The task does not stand where that could follow.
    #[error("the task is {0}")]
    State(TaskStatus),
    /// One more would be too many.
    #[error("an agent can have at most {0} open tasks")]
    TooMany(usize),
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

impl DelegationError {
    pub(super) fn invalid(field: &'static str, message: impl ToString) -> Self {
        Self::Invalid { field, message: message.to_string() }
    }
}

const fn whose_word(side: &Side) -> &'static str {
    match side {
        Side::Parent => "only the agent that gave a task takes it back: use its id in the path",
        Side::Child => "only the agent that was given a task says how far it came: use its id in the path",
    }
}

impl From<Denied> for DelegationError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::DeadKey => Self::Unauthorized,
            Denied::Missing(permission) => Self::Forbidden(permission),
        }
    }
}

impl From<AgentError> for DelegationError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::NotFound(what) => Self::NotFound(what),
            AgentError::Forbidden(permission) => Self::Forbidden(permission),
            AgentError::Protected(why) => Self::OutOfReach(why),
            AgentError::Invalid { field, message } => Self::Invalid { field, message },
            AgentError::Unauthorized => Self::Unauthorized,
            // Nothing is spawned here.
            AgentError::NotNow(_)
            | AgentError::KeyReused
            | AgentError::TooManyChildren(_)
            | AgentError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<StoreError> for DelegationError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "delegated tasks could not be read or changed");
        Self::Unavailable
    }
}
