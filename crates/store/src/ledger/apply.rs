//! The rules, applied to a whole batch.

use std::{collections::HashSet, sync::Arc};

use upivia_domain::{
    OrgId, Timestamp,
    ledger::{Command, Refusal, apply},
    ports::{Applied, StoreError},
};

use super::Snapshots;

/// Applies the commands in order.
pub(crate) fn apply_all(
    snapshots: &mut Snapshots,
    busy: &HashSet<OrgId>,
    commands: &[Arc<Command>],
    clock: Timestamp,
) -> Result<Vec<Applied>, StoreError> {
    let mut applied = Vec::with_capacity(commands.len());
    for command in commands {
        applied.push(match snapshots.get_mut(&command.org()) {
            Some(snapshot) => match apply(snapshot, command, clock) {
                Err(Refusal::Incomplete) => return Err(incomplete(command)),
                result => Applied::Done(result),
            },
            None if busy.contains(&command.org()) => Applied::Locked,
            None => Applied::Done(Err(Refusal::NotFound("organization"))),
        });
    }
    Ok(applied)
}

fn incomplete(command: &Command) -> StoreError {
    StoreError::Internal(format!("command {} needs a row that was not loaded", command.id()))
}
