//! Why a place in an organization was not changed.

use upivia_domain::{identity::Permission, ports::StoreError};

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// Nobody of that id belongs to the caller's organization.
    #[error("there is no such member")]
    NotFound,
    /// The person lacks it: to do that at all, or to give or take it.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Admins may do everything else.
    #[error("only an owner makes or removes owners")]
    OwnersOnly,
    /// Somebody must be able to do everything.
    #[error("the organization would be left without an owner: make somebody else an owner first")]
    LastOwner,
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: &'static str,
    },
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for MemberError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "members could not be read or changed");
        Self::Unavailable
    }
}
