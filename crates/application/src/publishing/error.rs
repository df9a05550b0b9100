//! Why something was not published.

use upivia_domain::{identity::Permission, ports::StoreError};

use crate::agents::AgentError;

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// There is no such thing that the caller may see.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Two people look at what is published; an owner alone may decide by themselves.
    #[error("somebody else has to approve what you asked for; only an owner may approve it alone")]
    OwnRequest,
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: String,
    },
    /// One request of a thing to the same people is enough.
    #[error("a request to publish it there waits for an answer already")]
    Pending,
    /// It was answered before, otherwise.
    #[error("the request was answered before")]
    Resolved,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl PublishError {
    pub(super) fn invalid(field: &'static str, message: impl ToString) -> Self {
        Self::Invalid { field, message: message.to_string() }
    }
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "publications could not be read or changed");
        Self::Unavailable
    }
}

/// Of the checks of texts, which are those of agents.
impl From<AgentError> for PublishError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::NotFound(what) => Self::NotFound(what),
            AgentError::Forbidden(permission) => Self::Forbidden(permission),
            AgentError::Protected(why) => Self::invalid("agent_id", why),
            AgentError::Invalid { field, message } => Self::Invalid { field, message },
            AgentError::Unauthorized => Self::NotFound("agent"),
            // Nothing is spawned here.
            AgentError::NotNow(_)
            | AgentError::KeyReused
            | AgentError::TooManyChildren(_)
            | AgentError::Unavailable => Self::Unavailable,
        }
    }
}
