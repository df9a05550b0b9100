//! Feeds every row of the store to the domain's verifiers. They know what must hold; here is only the paging.

mod audit;
mod ledger;

use upivia_domain::{audit::BrokenChain, ledger::BrokenLedger, ports::StoreError};

pub use audit::{AuditReport, verify_audit};
pub use ledger::{LedgerTotals, verify_ledger};

/// Rows read at once.
const PAGE: u32 = 1_000;

/// Why a store is not known to be sound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It could not be read, or a row makes no sense by itself.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first row that contradicts the others.
    #[error(transparent)]
    Ledger(#[from] BrokenLedger),
    /// The first event that is not where the chain wants it.
    #[error(transparent)]
    Chain(#[from] BrokenChain),
}

#[cfg(test)]
mod tests;
