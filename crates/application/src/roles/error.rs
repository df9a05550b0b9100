//! Why a custom role was not made or changed.

use upivia_domain::{identity::Permission, ports::StoreError};

use super::MOST_ROLES;

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// There is no such role in the caller's organization.
    #[error("there is no such role")]
    NotFound,
    /// The person lacks it: to do that at all, or to put it into a role.
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
    /// One more would be too many.
    #[error("there are {MOST_ROLES} roles already; delete one first")]
    TooMany,
    /// So many places have it.
    #[error("{0} members of the organization or of its teams have this role: give them another one first")]
    InUse(u64),
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for RoleError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "roles could not be read or changed");
        Self::Unavailable
    }
}
