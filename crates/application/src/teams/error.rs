//! Why a change of a team was not made.

use upivia_domain::{identity::Permission, ports::StoreError};

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TeamError {
    /// There is no such thing in the caller's organization.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Neither does the person's role include it, nor do they manage the team.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: &'static str,
    },
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for TeamError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "teams could not be read or changed");
        Self::Unavailable
    }
}
