//! Why a suspension was not lifted.

use upivia_domain::{identity::Permission, ledger::Refusal, ports::StoreError};

/// Nothing was changed, but for [`SuspensionError::InDoubt`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuspensionError {
    /// The operation is not suspended in that mode.
    #[error("there is no such suspension")]
    NotFound,
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// The store failed; asking again is safe.
    #[error("the store is unavailable; try again")]
    Unavailable,
    /// It may be lifted; the list tells.
    #[error("the outcome is unknown; look at the list")]
    InDoubt,
}

impl From<StoreError> for SuspensionError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a suspension could not be read or lifted");
        match error {
            StoreError::CommitUnknown(_) => Self::InDoubt,
            _ => Self::Unavailable,
        }
    }
}

impl From<Refusal> for SuspensionError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(_) => Self::NotFound,
            other => {
                tracing::error!(%other, "a suspension was not lifted");
                Self::Unavailable
            }
        }
    }
}
