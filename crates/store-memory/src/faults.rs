//! Faults that a test can order, to see what its code does about them.

use std::sync::atomic::{AtomicBool, Ordering};

/// What is to go wrong next. Nothing goes wrong unless it was ordered.
#[derive(Debug, Default)]
pub struct Faults {
    lose_commit_answer: AtomicBool,
    panic_in_batch: AtomicBool,
    unavailable: AtomicBool,
}

impl Faults {
    /// The next commit is done and reported as [`upivia_domain::ports::StoreError::CommitUnknown`].
    pub fn lose_next_commit_answer(&self) {
        self.lose_commit_answer.store(true, Ordering::SeqCst);
    }

    /// The next batch panics after its commands were decided.
    pub fn panic_in_next_batch(&self) {
        self.panic_in_batch.store(true, Ordering::SeqCst);
    }

    /// Whether batches, units of work and [`upivia_domain::ports::LedgerQueries::ping`] fail as unavailable, until told
    /// otherwise.
    pub fn set_unavailable(&self, unavailable: bool) {
        self.unavailable.store(unavailable, Ordering::SeqCst);
    }

    pub(crate) fn loses_commit_answer(&self) -> bool {
        self.lose_commit_answer.swap(false, Ordering::SeqCst)
    }

    pub(crate) fn panics_in_batch(&self) -> bool {
        self.panic_in_batch.swap(false, Ordering::SeqCst)
    }

    pub(crate) fn is_unavailable(&self) -> bool {
        self.unavailable.load(Ordering::SeqCst)
    }
}
