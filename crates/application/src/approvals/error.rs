//! Why a question was not answered.

use std::sync::Arc;

use upivia_domain::{budget::Reason, identity::Permission, ledger::Refusal, ports::StoreError};

use crate::dispatch::DispatchError;

/// Nothing was changed, but for [`ApprovalError::InDoubt`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// There is no such question in the caller's organization.
    #[error("there is no such approval")]
    NotFound,
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// It was answered before, otherwise, or another question took its place.
    #[error("the approval was resolved before")]
    Resolved,
    /// The request does not fit now; the question stays open.
    #[error("the request does not fit now")]
    NotNow(Arc<[Reason]>),
    /// What was asked cannot be executed any more, for example because the catalogue changed.
    #[error("{0}")]
    Impossible(DispatchError),
    /// The store failed; asking again is safe.
    #[error("the store is unavailable; try again")]
    Unavailable,
    /// The answer may have been written; asking again is safe and tells.
    #[error("the outcome is unknown; try again")]
    InDoubt,
}

impl From<StoreError> for ApprovalError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "approvals could not be read or answered");
        match error {
            StoreError::CommitUnknown(_) => Self::InDoubt,
            _ => Self::Unavailable,
        }
    }
}

impl From<Refusal> for ApprovalError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(_) => Self::NotFound,
            Refusal::ApprovalResolved => Self::Resolved,
            Refusal::NotNow(reasons) => Self::NotNow(reasons),
            other => DispatchError::from(other).into(),
        }
    }
}

impl From<DispatchError> for ApprovalError {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::Unavailable => Self::Unavailable,
            other => Self::Impossible(other),
        }
    }
}
