//! Why an endpoint was not made or changed.

use upivia_domain::{identity::Permission, ports::StoreError};

use super::MOST_ENDPOINTS;

/// Nothing was written, but for [`WebhookError::InDoubt`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// There is none, or it is somebody else's.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: String,
    },
    /// One more would be too many.
    #[error("there are {MOST_ENDPOINTS} webhook endpoints already; remove one first")]
    TooMany,
    /// An endpoint that is turned off is sent nothing.
    #[error("the endpoint is not enabled; enable it first")]
    NotEnabled,
    /// The store failed; asking again is safe.
    #[error("the store is unavailable; try again")]
    Unavailable,
    /// It may be done; look.
    #[error("the outcome is unknown; look at the list")]
    InDoubt,
}

impl From<StoreError> for WebhookError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "webhook endpoints could not be read or changed");
        match error {
            StoreError::CommitUnknown(_) => Self::InDoubt,
            _ => Self::Unavailable,
        }
    }
}
