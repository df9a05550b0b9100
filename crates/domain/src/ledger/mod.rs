//! The admission core: one pure function decides about money.
//!
//! An adapter takes the organization's lock, loads what [`Command::reads`] and [`meters_needed`] name, calls [`apply`]
//! for each command in order, and writes [`Snapshot::changes`] back in the same transaction. The rules exist only here.

mod adjust;
mod admit;
mod apply;
mod approve;
mod clock;
mod command;
mod end;
mod head;
mod late;
mod meters;
mod outcome;
mod progress;
mod reads;
mod report;
mod resolution;
mod returns;
mod snapshot;
mod spawn;
mod suspension;
mod transfer;
mod verify;

pub use apply::apply;
pub use clock::{CLOCK_REPAIRED, is_ahead};
pub use command::{
    Adjust, Admit, AdmitKind, ApprovalTerms, Approve, BeginDispatch, Command, Evidence, Expire, Fail, LiftSuspension,
    MarkRunning, MarkUnknown, Reject, RepairClock, Resolution, Resolve, ReturnUnspent, Screening, Settle, Spawn, Start,
    TakeOver, Transfer, TransferPurpose, Void,
};
pub use head::OrgHead;
pub use outcome::{Outcome, Refusal, SpawnProblem};
pub use reads::{Reads, agent_needed, meters_needed};
pub use resolution::resolution_id;
pub use snapshot::{Changes, Recorded, Snapshot, SuspensionChange};
pub use verify::{BrokenLedger, DriftWatch, Glance, LedgerReport, LedgerVerifier, Since};
