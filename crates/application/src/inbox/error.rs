//! Why a request was not asked or not answered.

use upivia_domain::{identity::Permission, ports::StoreError};

use super::MOST_PENDING;
use crate::{agents::AgentError, budgets::BudgetError};

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InboxError {
    /// There is no such thing that the caller may see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// The agent's key is not in force any more.
    #[error("the key is not in force")]
    Unauthorized,
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: String,
    },
    /// The queue is full.
    #[error("{} requests wait for an answer already; ask again when some are answered", MOST_PENDING)]
    TooMany,
    /// It was answered before, otherwise.
    #[error("the request was answered before")]
    Resolved,
    /// The wish for money could not be made or answered.
    #[error(transparent)]
    Budget(BudgetError),
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl InboxError {
    pub(super) fn invalid(field: &'static str, message: impl ToString) -> Self {
        Self::Invalid { field, message: message.to_string() }
    }
}

impl From<StoreError> for InboxError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "agent requests could not be read or changed");
        Self::Unavailable
    }
}

impl From<BudgetError> for InboxError {
    fn from(error: BudgetError) -> Self {
        Self::Budget(error)
    }
}

/// Of the checks of texts, which are those of agents.
impl From<AgentError> for InboxError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::NotFound(what) => Self::NotFound(what),
            AgentError::Forbidden(permission) => Self::Forbidden(permission),
            AgentError::Protected(why) => Self::invalid("agent_id", why),
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
