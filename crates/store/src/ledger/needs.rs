//! The second round of a batch: what its commands need once the first is there.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use upivia_domain::{
    AgentId, CommandId, OrgId, Timestamp,
    budget::MeterKey,
    ledger::{Command, agent_needed, meters_needed},
};

use super::Snapshots;

/// The meters that the commands need and that are not loaded, each once.
pub(crate) fn missing_meters(
    snapshots: &Snapshots,
    commands: &[Arc<Command>],
    clock: Timestamp,
) -> BTreeMap<OrgId, Vec<MeterKey>> {
    let mut needed: BTreeMap<OrgId, HashSet<MeterKey>> = BTreeMap::new();
    for command in commands {
        if let Some(snapshot) = snapshots.get(&command.org()) {
            let keys = meters_needed(snapshot, command, clock).into_iter().filter(|key| !snapshot.has_meter(key));
            needed.entry(command.org()).or_default().extend(keys);
        }
    }
    needed.into_iter().map(|(org, keys)| (org, keys.into_iter().collect())).collect()
}

/// Agents whose rows say where corrections go, by organization; nearly always nobody.
pub(crate) fn agents_needed(snapshots: &Snapshots, commands: &[Arc<Command>]) -> BTreeMap<OrgId, Vec<AgentId>> {
    let mut needed: BTreeMap<OrgId, Vec<AgentId>> = BTreeMap::new();
    for command in commands {
        if let Some(agent) = snapshots.get(&command.org()).and_then(|snapshot| agent_needed(snapshot, command)) {
            needed.entry(command.org()).or_default().push(agent);
        }
    }
    needed
}

/// Commands whose recorded outcome can matter. A settlement or failure asks for its own only where something else ended the request.
pub(crate) fn recorded_needed(snapshots: &Snapshots, commands: &[Arc<Command>]) -> Vec<(OrgId, CommandId)> {
    let is_ended = |org, request| {
        let request = snapshots.get(&org).and_then(|snapshot| snapshot.request(request));
        request.is_some_and(|request| request.state.is_ended())
    };
    let matters = |command: &Command| match command {
        Command::Transfer(_)
        | Command::Spawn(_)
        | Command::ReturnUnspent(_)
        | Command::Adjust(_)
        | Command::Approve(_)
        | Command::LiftSuspension(_)
        | Command::RepairClock(_) => true,
        Command::Settle(settle) => is_ended(settle.org, settle.request),
        Command::Fail(fail) => is_ended(fail.org, fail.request),
        _ => false,
    };
    let held = commands.iter().filter(|command| snapshots.contains_key(&command.org()));
    held.filter(|command| matters(command)).map(|command| (command.org(), command.id())).collect()
}
