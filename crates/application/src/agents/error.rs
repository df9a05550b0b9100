//! Why a change of an agent was not made.

use upivia_domain::{identity::Permission, ports::StoreError};

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
