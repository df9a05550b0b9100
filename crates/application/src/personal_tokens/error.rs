//! Why a token was not made or changed.

use upivia_domain::{identity::Permission, ports::StoreError};

use super::MOST_TOKENS;

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonalTokenError {
    /// There is none, or it is somebody else's.
    #[error("there is no such personal token")]
    NotFound,
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: &'static str,
    },
    /// The person's role does not include it.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// The token was to be given a permission that its person lacks.
    #[error("names {}, which your role does not include", .0.as_str())]
    Lacking(Permission),
    /// One more would be too many.
    #[error("there are {MOST_TOKENS} personal tokens already; remove one first")]
    TooMany,
    /// The person does not belong to the organization any more.
    #[error("the person left the organization")]
    Unauthorized,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for PersonalTokenError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "personal tokens could not be read or changed");
        Self::Unavailable
    }
}
