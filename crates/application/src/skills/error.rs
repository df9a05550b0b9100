//! Why a skill was not proposed, decided about or shown.

use upivia_domain::{identity::Permission, ports::StoreError};

use crate::{access::Denied, agents::AgentError};

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkillError {
    /// There is no such thing for this caller.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The agent's key is not valid any more.
    #[error("the credential is missing, expired or revoked")]
    Unauthorized,
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// The proposal was answered before, otherwise.
    #[error("the skill proposal was answered before")]
    Resolved,
    /// One more would be too many.
    #[error("{0}")]
    TooMany(String),
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

impl From<Denied> for SkillError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::DeadKey => Self::Unauthorized,
            Denied::Missing(permission) => Self::Forbidden(permission),
        }
    }
}

impl From<AgentError> for SkillError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::NotFound(what) => Self::NotFound(what),
            AgentError::Forbidden(permission) => Self::Forbidden(permission),
            AgentError::Protected(_) => Self::NotFound("agent"),
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

impl From<StoreError> for SkillError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "skills could not be read or changed");
        Self::Unavailable
    }
}
