//! Why the status of an organization was not changed.

use upivia_domain::{identity::Permission, ports::StoreError};

/// Nothing was changed, but for [`OrganizationError::InDoubt`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    /// There is none, or it is not the caller's.
    #[error("there is no such organization")]
    NotFound,
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Admins may do everything else.
    #[error("only an owner may close an organization")]
    NotOwner,
    /// Only who runs the installation may.
    #[error("only a platform administrator may do this")]
    NotPlatformAdmin,
    /// Its owner gave it up: there is no way back.
    #[error("the organization is closing or closed")]
    GivenUp,
    /// The store failed; asking again is safe.
    #[error("the store is unavailable; try again")]
    Unavailable,
    /// It may be done; the same call again is safe and tells.
    #[error("the outcome is unknown; try again")]
    InDoubt,
}

impl From<StoreError> for OrganizationError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "an organization could not be read or changed");
        match error {
            StoreError::CommitUnknown(_) => Self::InDoubt,
            _ => Self::Unavailable,
        }
    }
}
