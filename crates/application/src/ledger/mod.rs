//! Group commit: callers wait together for one transaction.
//!
//! What queued while the last commit ran becomes the next batch; when idle a command goes alone, at once. Organizations
//! are spread over lanes, so that batches of different organizations commit side by side where the store can.

mod group_commit;
mod lane;
mod parking;
mod retry;

pub use group_commit::{GroupCommit, LedgerError};
