//! Why a message was not acted on.

use upivia_domain::{ledger::Refusal, ports::StoreError};

use crate::ledger::LedgerError;

/// Sent again, the same message is heard as if for the first time, but for [`ReconcileError::Unavailable`]: there it may
/// have been acted on, and then it is a duplicate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReconcileError {
    /// There is no such request, or it was never given to this provider.
    #[error("there is no such service request")]
    NotFound,
    /// The sender used the id of the message for other bytes before.
    #[error("the event id was used for another message")]
    Reused,
    /// The cost cannot be booked.
    #[error("the cost is not possible")]
    InvalidCost,
    /// The store could not answer; sending it again is safe.
    #[error("the ledger is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for ReconcileError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a message of a provider could not be heard");
        Self::Unavailable
    }
}

impl From<LedgerError> for ReconcileError {
    fn from(error: LedgerError) -> Self {
        match error {
            // Nothing was ever sent to anybody: what the message speaks of is not there.
            LedgerError::Refused(Refusal::WrongState(_) | Refusal::NotFound(_)) => Self::NotFound,
            LedgerError::Refused(Refusal::InvalidAmount) => Self::InvalidCost,
            LedgerError::Refused(refusal) => {
                tracing::error!(%refusal, "the word of a provider was refused");
                Self::Unavailable
            }
            LedgerError::Unavailable | LedgerError::InDoubt => Self::Unavailable,
        }
    }
}
