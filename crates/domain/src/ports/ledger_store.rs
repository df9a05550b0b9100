//! Where the ledger's commands are applied.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::ledger::{Command, Outcome, Refusal};

/// What to do about an organization whose row somebody else holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockWait {
    /// Leave its commands alone and report them as [`Applied::Locked`].
    Skip,
    /// Wait, at most two seconds, then fail with [`StoreError::LockTimeout`].
    Wait,
}

/// How a batch is to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplyMode {
    /// About locked organizations.
    pub lock: LockWait,
    /// Whether the batch may have been applied before: then admissions look for their own ids too.
    pub again: bool,
}

/// What became of one command of a batch.
#[derive(Debug, Clone)]
pub enum Applied {
    /// Applied or refused, and committed.
    Done(Result<Outcome, Refusal>),
    /// Not tried: its organization's row is held by somebody else.
    Locked,
}

/// Applies commands, many at once, with one commit.
///
/// An adapter MUST, in one transaction: take the rows of all organizations of the batch first (in id order, exclusively,
/// before any other read); load what [`Command::reads`] and [`crate::ledger::meters_needed`] name; call
/// [`crate::ledger::apply`] for each command in the given order; write all [`crate::ledger::Changes`]; commit once.
///
/// - MUST answer one [`Applied`] per command, in order.
/// - MUST leave nothing behind when it returns an error other than [`StoreError::CommitUnknown`], or when it panics.
/// - MUST return [`StoreError::CommitUnknown`] when COMMIT was sent and no answer came; applying the same batch with
///   `again` MUST then return the recorded outcomes.
/// - MUST read policy rows in the same transaction, or prove them current by the organization's epoch.
/// - MUST refuse with [`Refusal::NotFound`] a command whose organization does not exist.
/// - MUST turn [`Refusal::Incomplete`] into [`StoreError::Internal`] for the whole batch.
/// - MUST go on to the end when the caller drops the future.
#[async_trait]
pub trait LedgerStore: Send + Sync {
    /// Applies a batch.
    async fn apply(&self, batch: &[Arc<Command>], mode: ApplyMode) -> Result<Vec<Applied>, StoreError>;

    /// How many batches of different organizations it can usefully commit at once.
    fn lanes(&self) -> usize;
}
