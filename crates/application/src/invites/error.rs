//! Why nobody was invited, or nobody joined.

use upivia_domain::{
    identity::Permission,
    ports::{PasswordFault, StoreError},
};

use super::MOST_INVITES;
use crate::teams::TeamError;

/// Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// There is none: it never was, was accepted or withdrawn, has ended, or whoever made it may not invite so any more.
    #[error("there is no such invite")]
    NotFound,
    /// The person's role does not include it.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Nobody gives away more than they have.
    #[error("nobody invites above their own role")]
    AboveOwnRole,
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: &'static str,
    },
    /// One more would be too many.
    #[error("there are {MOST_INVITES} invites already; withdraw one first")]
    TooMany,
    /// Too many passwords are being checked.
    #[error("too many people are signing in; try again in a moment")]
    Busy,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for InviteError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "invites could not be read or changed");
        Self::Unavailable
    }
}

impl From<PasswordFault> for InviteError {
    fn from(fault: PasswordFault) -> Self {
        match fault {
            PasswordFault::Busy => Self::Busy,
            PasswordFault::Unreadable | PasswordFault::Failed => {
                tracing::error!(error = %fault, "a password could not be checked or hashed");
                Self::Unavailable
            }
        }
    }
}

/// Of the team into which somebody is invited.
impl From<TeamError> for InviteError {
    fn from(error: TeamError) -> Self {
        match error {
            TeamError::NotFound(_) => Self::Invalid { field: "team_id", message: "is no team of the organization" },
            TeamError::Forbidden(permission) => Self::Forbidden(permission),
            TeamError::Invalid { field, message } => Self::Invalid { field, message },
            TeamError::Unavailable => Self::Unavailable,
        }
    }
}
