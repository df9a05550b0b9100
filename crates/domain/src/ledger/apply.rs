//! The one entry.

use super::{
    Command, Outcome, Refusal, Snapshot, adjust, admit, approve, clock, end, progress, returns, spawn, suspension,
    transfer,
};
use crate::Timestamp;

/// Applies a command to the snapshot, or refuses it and changes nothing.
///
/// `clock` is the node's time; the organization's own time never goes back. Applying a command whose id is recorded
/// returns the recorded outcome.
///
/// # Errors
///
/// A [`Refusal`]; the snapshot is as before.
pub fn apply(snapshot: &mut Snapshot, command: &Command, clock: Timestamp) -> Result<Outcome, Refusal> {
    match command {
        Command::Admit(command) => admit::admit(snapshot, command, clock),
        Command::BeginDispatch(command) => progress::begin_dispatch(snapshot, command, clock),
        Command::MarkRunning(command) => progress::mark_running(snapshot, command, clock),
        Command::MarkUnknown(command) => progress::mark_unknown(snapshot, command, clock),
        Command::TakeOver(command) => progress::take_over(snapshot, command, clock),
        Command::Settle(command) => end::settle(snapshot, command, clock),
        Command::Fail(command) => end::fail(snapshot, command, clock),
        Command::Void(command) => end::void(snapshot, command, clock),
        Command::Resolve(command) => end::resolve(snapshot, command, clock),
        Command::Approve(command) => approve::approve(snapshot, command, clock),
        Command::Reject(command) => approve::reject(snapshot, command, clock),
        Command::Expire(command) => approve::expire(snapshot, command, clock),
        Command::Adjust(command) => adjust::adjust(snapshot, command, clock),
        Command::Transfer(command) => transfer::transfer(snapshot, command, clock),
        Command::Spawn(command) => spawn::spawn(snapshot, command, clock),
        Command::ReturnUnspent(command) => returns::return_unspent(snapshot, command, clock),
        Command::LiftSuspension(command) => suspension::lift(snapshot, command, clock),
        Command::RepairClock(command) => clock::repair(snapshot, command, clock),
    }
}
