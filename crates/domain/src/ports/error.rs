//! How a store fails. None of these is ever a business answer.

/// An infrastructure fault. The text is for logs, never for callers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store could not be asked; nothing was changed.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// COMMIT was sent and its answer was lost: the changes may be there. Repeating the same commands is safe.
    #[error("the outcome of a commit is unknown: {0}")]
    CommitUnknown(String),
    /// Somebody else held an organization's row for too long; nothing was changed.
    #[error("an organization is locked by somebody else")]
    LockTimeout,
    /// The rows contradict a constraint of the store; nothing was changed.
    #[error("a constraint of the store was violated: {0}")]
    Constraint(String),
    /// A defect, or rows that cannot be read; nothing was changed.
    #[error("the store failed: {0}")]
    Internal(String),
}
