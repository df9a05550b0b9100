//! The admission core: one pure function decides about money.
//!
//! An adapter takes the organization's lock, loads what [`Command::reads`] and [`meters_needed`] name, calls [`apply`]
//! for each command in order, and writes [`Snapshot::changes`] back in the same transaction. The rules exist only here.

mod adjust;
mod admit;
mod apply;
mod approve;
mod command;
mod end;
mod head;
mod late;
mod meters;
mod outcome;
mod progress;
mod reads;
mod report;
mod snapshot;
mod transfer;
mod verify;

pub use apply::apply;
pub use command::{
    Adjust, Admit, AdmitKind, ApprovalTerms, Approve, BeginDispatch, Command, Evidence, Expire, Fail, MarkRunning,
    MarkUnknown, Reject, Resolution, Resolve, Screening, Settle, Start, TakeOver, Transfer, TransferPurpose, Void,
};
pub use head::OrgHead;
pub use outcome::{Outcome, Refusal};
pub use reads::{Reads, meters_needed};
pub use snapshot::{Changes, Recorded, Snapshot};
pub use verify::{BrokenLedger, LedgerReport, LedgerVerifier};
