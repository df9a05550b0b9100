//! Why an outcome was not decided.

use upivia_domain::{NanoUsd, Timestamp, dispatch::ServiceRequest, identity::Permission, ports::StoreError};

/// Nothing was changed, but perhaps for [`OutcomeError::Unavailable`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OutcomeError {
    /// There is no such request in the caller's organization, or nothing about it was ever open.
    #[error("there is no such request with an open outcome")]
    NotFound,
    /// The person's role does not include it, or no longer does.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// It has ended, by whatever it was: this is how.
    #[error("the outcome was decided before")]
    Ended(Box<ServiceRequest>),
    /// It is still being sent; its own process will say what became of it.
    #[error("the request is still being sent")]
    Sending,
    /// More than is held.
    #[error("is more than the hold of ${0}")]
    AboveHold(NanoUsd),
    /// Until then a process that was taken for dead might still send it.
    #[error("the hold cannot be released before {until}")]
    TooEarly {
        /// The instant.
        until: Timestamp,
        /// Whole seconds until then.
        wait_seconds: u64,
    },
    /// The store failed; a decision under an idempotency key can be repeated.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for OutcomeError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "open outcomes could not be read or decided");
        Self::Unavailable
    }
}
