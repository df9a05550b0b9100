//! What a store wrote; the server knows which store.

/// Counted since the process began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WritesSoFar {
    /// Transactions that changed something.
    pub commits: u64,
    /// Rows that they inserted, updated or deleted.
    pub rows: u64,
}

/// Tells it without asking the store.
pub trait Writes: Send + Sync {
    /// The present figures.
    fn so_far(&self) -> WritesSoFar;
}

impl<F: Fn() -> WritesSoFar + Send + Sync> Writes for F {
    fn so_far(&self) -> WritesSoFar {
        self()
    }
}
