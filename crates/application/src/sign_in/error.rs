//! Why nobody is signed in, or nothing was changed.

use upivia_domain::ports::{PasswordFault, StoreError};

/// Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Address or password are wrong. Which of them is nobody's business.
    #[error("the address or the password is wrong")]
    Refused,
    /// The person has no such identity.
    #[error("there is no such identity")]
    NotFound,
    /// Nothing would be left to sign in by.
    #[error("this is the last way to sign in: choose a password first")]
    LastWay,
    /// The session does not count any more.
    #[error("the session has ended")]
    Unauthorized,
    /// Too many passwords are being checked.
    #[error("too many people are signing in; try again in a moment")]
    Busy,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "people could not be read or changed");
        Self::Unavailable
    }
}

impl From<PasswordFault> for SignInError {
    fn from(fault: PasswordFault) -> Self {
        match fault {
            PasswordFault::Busy => Self::Busy,
            PasswordFault::Unreadable | PasswordFault::Failed => {
                tracing::error!(error = %fault, "a password could not be checked");
                Self::Unavailable
            }
        }
    }
}
