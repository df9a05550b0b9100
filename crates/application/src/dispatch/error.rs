//! Why a caller gets no request back.

use upivia_domain::{RequestId, ledger::Refusal, ports::StoreError};

use crate::ledger::LedgerError;

/// Nothing was decided, or there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DispatchError {
    /// The key is not valid any more.
    #[error("the credential is missing, expired or revoked")]
    Unauthorized,
    /// The idempotency key was used for something else.
    #[error("the idempotency key was already used with another payload")]
    Conflict {
        /// The earlier request.
        request: RequestId,
    },
    /// The request is malformed.
    #[error("{field}: {message}")]
    Invalid {
        /// Where.
        field: String,
        /// What.
        message: String,
    },
    /// There is no such thing for this caller.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The ledger could not decide; the same request may be tried again.
    #[error("the ledger is unavailable; try again")]
    Unavailable,
}

impl DispatchError {
    pub(super) fn invalid(field: &str, message: impl ToString) -> Self {
        Self::Invalid { field: field.to_owned(), message: message.to_string() }
    }
}

impl From<LedgerError> for DispatchError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused(refusal) => refusal.into(),
            LedgerError::Unavailable | LedgerError::InDoubt => Self::Unavailable,
        }
    }
}

impl From<Refusal> for DispatchError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::CredentialRevoked => Self::Unauthorized,
            Refusal::IdempotencyConflict { request } => Self::Conflict { request },
            Refusal::UnknownOperation => {
                Self::invalid("operation", "is not in the catalogue; see GET /api/v1/services")
            }
            Refusal::InvalidPayload(problem) => Self::Invalid { field: problem.field, message: problem.message },
            Refusal::NotFound(what) => Self::NotFound(what),
            Refusal::InvalidAmount => Self::invalid("payload", "costs more than the ledger can hold"),
            // None of these is the caller's fault, and none is an answer.
            Refusal::WrongState(_)
            | Refusal::NotOwner
            | Refusal::TooEarly(_)
            | Refusal::InsufficientFunds { .. }
            | Refusal::OrganizationClosed
            | Refusal::ClockBehind
            | Refusal::ApprovalResolved
            | Refusal::NotNow(_)
            | Refusal::Unspawnable(_)
            | Refusal::Incomplete => Self::Unavailable,
        }
    }
}

impl From<StoreError> for DispatchError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request could not be read");
        Self::Unavailable
    }
}
