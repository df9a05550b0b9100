//! Why money was not moved.

use upivia_domain::{identity::Permission, ledger::Refusal, ports::StoreError};

use crate::teams::TeamError;

/// Nothing was moved, but for [`BudgetError::InDoubt`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// There is no such thing in the caller's organization.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Neither does the person's role include it, nor do they manage the team.
    #[error("the permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Live money comes in by payments, or by who runs the installation.
    #[error("only a platform administrator may move money into or out of the books by hand")]
    NotPlatformAdmin,
    /// Something that was sent cannot be.
    #[error("{field} {message}")]
    Invalid {
        /// Where.
        field: &'static str,
        /// What.
        message: String,
    },
    /// The account has less than that; what is held cannot be moved.
    #[error("the {0} has less than that available")]
    Insufficient(&'static str),
    /// The idempotency key was used for another movement.
    #[error("the idempotency key was already used for something else")]
    KeyReused,
    /// The organization is closing or closed: its money stays where it is until it is paid out.
    #[error("the organization is closing or closed")]
    OrganizationClosed,
    /// Only what a closed organization has left is paid out.
    #[error("the organization is not closed")]
    NotClosed,
    /// The wish was answered before, otherwise.
    #[error("the budget request was answered before")]
    Resolved,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
    /// It may have been moved; the same call under the same idempotency key is safe.
    #[error("the outcome is unknown; try again with the same idempotency key")]
    InDoubt,
}

impl From<StoreError> for BudgetError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "money could not be moved or looked at");
        match error {
            StoreError::CommitUnknown(_) => Self::InDoubt,
            _ => Self::Unavailable,
        }
    }
}

impl From<TeamError> for BudgetError {
    fn from(error: TeamError) -> Self {
        match error {
            TeamError::NotFound(what) => Self::NotFound(what),
            TeamError::Forbidden(permission) => Self::Forbidden(permission),
            TeamError::Invalid { field, message } => Self::Invalid { field, message: message.to_owned() },
            TeamError::Unavailable => Self::Unavailable,
        }
    }
}

impl From<Refusal> for BudgetError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OrganizationClosed => Self::OrganizationClosed,
            Refusal::InsufficientFunds { account } => Self::Insufficient(account_name(&account)),
            Refusal::InvalidAmount => {
                Self::Invalid { field: "amount_cents", message: "is beyond the range of the ledger".to_owned() }
            }
            other => {
                tracing::error!(%other, "money was not moved");
                Self::Unavailable
            }
        }
    }
}

/// What people call an account of the ledger.
fn account_name(account: &str) -> &'static str {
    match account.split('/').next() {
        Some("pool") => "team's pool",
        Some("worker") => "worker's budget",
        _ => "wallet",
    }
}
