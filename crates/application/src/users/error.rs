//! Why a person was neither kept out nor let in.

use upivia_domain::ports::StoreError;

/// Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// There is no such person, or the caller does not run the installation.
    #[error("there is no such user")]
    NotFound,
    /// Nobody would be left to undo it.
    #[error("is yourself")]
    Oneself,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for UserError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "people could not be read or changed");
        Self::Unavailable
    }
}
