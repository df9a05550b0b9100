//! Outcomes that come later than the answer of a call: providers report them, or are asked, or the operation's deadline
//! ends the wait.
//!
//! All three become commands of the ledger, which alone decides what evidence is worth. Deliberately absent: signatures and
//! bodies of messages, and what a person decides.

mod deadline;
mod error;
mod evidence;
mod poller;
mod reconcile;
mod report;
mod schedule;

pub use error::ReconcileError;
pub use poller::{PollSettings, Poller, PollerParts};
pub use reconcile::{Heard, RECEIPT_SECONDS, Reconciliation, ReconciliationParts};
pub use report::{Report, Word};
