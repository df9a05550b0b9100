//! Why nothing was stopped or resumed.

use upivia_domain::{identity::Permission, ports::StoreError};

/// Nothing was changed, but for [`StopError::InDoubt`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StopError {
    /// There is no such thing in the caller's organization.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// The store failed; asking again is safe.
    #[error("the store is unavailable; try again")]
    Unavailable,
    /// It may be done; the same call again is safe and tells.
    #[error("the outcome is unknown; try again")]
    InDoubt,
}

impl From<StoreError> for StopError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "stops could not be read or changed");
        match error {
            StoreError::CommitUnknown(_) => Self::InDoubt,
            _ => Self::Unavailable,
        }
    }
}
