//! Why nobody is signed in by a provider.

use upivia_domain::ports::{IdentityFault, StoreError};

/// Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FederationError {
    /// There is no provider of that name.
    #[error("there is no such way to sign in")]
    NotConfigured,
    /// The way back belongs to another attempt, browser or time, or was used before. Which of them is in the log.
    #[error("this attempt to sign in does not count; begin again")]
    Refused,
    /// The provider knows the person; this server does not let them in.
    #[error("this person may not sign in here")]
    NotAdmitted,
    /// Somebody here has that address, and the provider knew them as somebody else.
    #[error("the address belongs to a person who is known here by another identity of this provider")]
    NotLinked,
    /// The provider could not be asked.
    #[error("the provider of identity is unavailable; try again")]
    ProviderUnavailable,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<IdentityFault> for FederationError {
    fn from(fault: IdentityFault) -> Self {
        match fault {
            IdentityFault::Refused(why) => {
                tracing::info!(why, "an attempt to sign in by a provider was refused");
                Self::Refused
            }
            IdentityFault::Unavailable(why) => {
                tracing::error!(why, "a provider of identity could not be asked");
                Self::ProviderUnavailable
            }
        }
    }
}

impl From<StoreError> for FederationError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "whom an identity belongs to could not be read or written");
        Self::Unavailable
    }
}
