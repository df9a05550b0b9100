//! Why nobody has a new password.

use upivia_domain::ports::{PasswordFault, StoreError};

/// Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResetError {
    /// The token opens nothing: it never did, was used, was replaced, or has ended. Which of these is nobody's business.
    #[error("the link is not valid any more; ask for another one")]
    Refused,
    /// Too many ask at once.
    #[error("too many people ask for a password; try again in a moment")]
    Busy,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for ResetError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "links to a new password could not be read or changed");
        Self::Unavailable
    }
}

impl From<PasswordFault> for ResetError {
    fn from(fault: PasswordFault) -> Self {
        match fault {
            PasswordFault::Busy => Self::Busy,
            PasswordFault::Unreadable | PasswordFault::Failed => {
                tracing::error!(error = %fault, "a password could not be hashed");
                Self::Unavailable
            }
        }
    }
}
