//! What was written, for benches and metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counted since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    /// Transactions of the ledger that changed something.
    pub commits: u64,
    /// Rows that they inserted, updated or deleted.
    pub rows_written: u64,
    /// Batches that were decided from memory and found to be right.
    pub from_memory: u64,
}

/// The counters behind.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    rows_written: AtomicU64,
    from_memory: AtomicU64,
}

impl Counters {
    /// Counts a commit of so many rows; one of none changed nothing.
    pub(crate) fn count(&self, rows: usize) {
        if rows == 0 {
            return;
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.rows_written.fetch_add(u64::try_from(rows).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Counts a batch that asked the database nothing but whether it was right.
    pub(crate) fn count_guess(&self) {
        self.from_memory.fetch_add(1, Ordering::Relaxed);
    }

    /// The present figures.
    pub(crate) fn read(&self) -> StoreStats {
        StoreStats {
            commits: self.commits.load(Ordering::Relaxed),
            rows_written: self.rows_written.load(Ordering::Relaxed),
            from_memory: self.from_memory.load(Ordering::Relaxed),
        }
    }
}
