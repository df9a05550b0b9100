//! What an adapter must load before a batch can be applied.

use super::{Admit, AdmitKind, Command, ReturnUnspent, Snapshot, Spawn, admit::tasks, report, returns};
use crate::{
    AgentId, CommandId, Mode, NanoUsd, RequestId, Timestamp,
    budget::{Account, AccountOwner, MeterKey, Period, Scope, Window},
    dispatch::{IdempotencyKey, ServiceRequest},
    policy::{SpendContext, Tasks, resolve, resolve_gift},
};

/// The first round: rows that a command names. Agents include, once found, all they descend from.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    /// Agents with bindings, keys, team and allocation.
    pub agents: Vec<AgentId>,
    /// Requests by id.
    pub requests: Vec<RequestId>,
    /// Requests by idempotency key.
    pub keys: Vec<(AgentId, Mode, IdempotencyKey)>,
    /// Recorded outcomes.
    pub commands: Vec<CommandId>,
    /// Caps of contexts.
    pub contexts: Vec<SpendContext>,
}

impl Command {
    /// Adds what this command needs in the first round.
    ///
    /// An admission's own id is not among `requests` unless `again` says that the batch may have been applied before.
    pub fn reads(&self, reads: &mut Reads, again: bool) {
        match self {
            Self::Admit(admit) => admit.reads(reads, again),
            Self::Adjust(_) | Self::Settle(_) | Self::Fail(_) => {
                reads.requests.extend(self.request());
                reads.commands.push(self.id());
            }
            Self::Approve(approve) => {
                reads.agents.push(approve.admit.agent);
                reads.contexts.extend(approve.admit.contexts.iter().cloned());
                reads.requests.push(approve.request());
                reads.commands.push(approve.id);
            }
            Self::Spawn(spawn) => {
                reads.agents.extend([spawn.parent, spawn.child]);
                reads.commands.push(spawn.id);
            }
            Self::ReturnUnspent(command) => {
                reads.agents.push(command.agent);
                reads.commands.push(command.id);
            }
            Self::Transfer(_) | Self::LiftSuspension(_) | Self::RepairClock(_) => reads.commands.push(self.id()),
            _ => reads.requests.extend(self.request()),
        }
    }
}

impl Admit {
    fn reads(&self, reads: &mut Reads, again: bool) {
        reads.agents.push(self.agent);
        if let AdmitKind::BudgetReport { about } = self.kind
            && about != self.agent
        {
            reads.agents.push(about);
        }
        reads.contexts.extend(self.contexts.iter().cloned());
        if again {
            reads.requests.push(self.id);
        }
        if let Some(key) = &self.idempotency_key {
            reads.keys.push((self.agent, self.mode, key.clone()));
        }
    }
}

/// Between the rounds, once requests are there: the agent whose rows, its ancestors' included, say where a correction goes.
/// Only for late evidence can it matter, and only where the agent spends money of its own.
pub fn agent_needed(snapshot: &Snapshot, command: &Command) -> Option<AgentId> {
    if !matches!(command, Command::Settle(_) | Command::Fail(_) | Command::Adjust(_)) {
        return None;
    }
    let hold = snapshot.request(command.request()?)?.hold.as_ref()?;
    match hold.account {
        AccountOwner::Agent(agent) => Some(agent).filter(|agent| !snapshot.policy.agents.contains_key(agent)),
        _ => None,
    }
}

/// The second round, once heads, policy and requests are there: the meters of a command. May repeat itself.
pub fn meters_needed(snapshot: &Snapshot, command: &Command, clock: Timestamp) -> Vec<MeterKey> {
    let now = snapshot.now(clock);
    match command {
        Command::Admit(admit) => admission(snapshot, admit, now),
        Command::Approve(approve) => {
            let mut keys = admission(snapshot, &approve.admit, now);
            keys.push(MeterKey::PendingAsks(approve.admit.mode, approve.admit.agent));
            keys
        }
        Command::Reject(_) | Command::Expire(_) => {
            let request = command.request().and_then(|id| snapshot.request(id));
            request.map(|request| vec![MeterKey::PendingAsks(request.mode, request.agent)]).unwrap_or_default()
        }
        Command::Transfer(transfer) => {
            [transfer.from, transfer.to].into_iter().filter_map(|account| owned(transfer.mode, account)).collect()
        }
        Command::Spawn(spawn) => gift(snapshot, spawn, now),
        Command::ReturnUnspent(command) => unspent(snapshot, command),
        Command::Settle(_) | Command::Fail(_) | Command::Void(_) | Command::Resolve(_) | Command::Adjust(_) => {
            let request = command.request().and_then(|id| snapshot.request(id));
            request.map(|request| of_request(snapshot, request, cost(command), now)).unwrap_or_default()
        }
        Command::BeginDispatch(_)
        | Command::MarkRunning(_)
        | Command::MarkUnknown(_)
        | Command::TakeOver(_)
        | Command::LiftSuspension(_)
        | Command::RepairClock(_) => Vec::new(),
    }
}

const fn owned(mode: Mode, account: Account) -> Option<MeterKey> {
    match account {
        Account::Owned(owner) => Some(MeterKey::Account(mode, owner)),
        Account::System(_) => None,
    }
}

fn gift(snapshot: &Snapshot, spawn: &Spawn, now: Timestamp) -> Vec<MeterKey> {
    let Some(parent) = snapshot.policy.agents.get(&spawn.parent) else { return Vec::new() };
    let (account, limits) = resolve_gift(parent, (snapshot.head().calendar.zone_at(now), now));
    let windows = limits.into_iter().map(|limit| MeterKey::Window(spawn.mode, limit.window));
    let accounts = [account, AccountOwner::Agent(spawn.child)].map(|owner| MeterKey::Account(spawn.mode, owner));
    windows.chain(accounts).collect()
}

fn unspent(snapshot: &Snapshot, command: &ReturnUnspent) -> Vec<MeterKey> {
    let origin = snapshot.policy.agents.get(&command.agent).and_then(|agent| agent.origin.as_ref());
    let Some(origin) = origin else { return Vec::new() };
    let own = MeterKey::Account(origin.mode, AccountOwner::Agent(command.agent));
    returns::Heir::of_origin(snapshot, origin).meters(origin.mode).chain([own]).collect()
}

fn admission(snapshot: &Snapshot, admit: &Admit, now: Timestamp) -> Vec<MeterKey> {
    let zone = snapshot.head().calendar.zone_at(now);
    if let AdmitKind::BudgetReport { about } = admit.kind {
        let target = snapshot.policy.agents.get(&about);
        let month = Period::Month(zone.month(now));
        let meters = target.map(|target| {
            report::meters(target, admit, month).into_iter().chain(report::task_meters(target, admit)).collect()
        });
        return meters.unwrap_or_default();
    }
    let Some(agent) = snapshot.policy.agents.get(&admit.agent) else { return Vec::new() };
    let ancestors: Option<Vec<_>> =
        agent.ancestors.iter().map(|id| snapshot.policy.agents.get(id).map(AsRef::as_ref)).collect();
    let Some(ancestors) = ancestors else { return Vec::new() };
    // Where the tasks are unclear the decision asks for no figures.
    let Ok(tasks) = tasks(snapshot, admit, agent, &ancestors) else { return Vec::new() };
    let contexts = contexts(admit, &tasks);
    let Some(resolution) = resolve(agent, &ancestors, &admit.operation, &contexts, (zone, now)) else {
        return Vec::new();
    };
    let ended = tasks.ended.iter().map(|task| Window { scope: Scope::Delegation(*task), period: Period::Life });
    let windows = resolution.limits.into_iter().map(|limit| limit.window).chain(ended);
    let windows = windows.map(|window| MeterKey::Window(admit.mode, window));
    let asks = resolution.approval_threshold.map(|_| MeterKey::PendingAsks(admit.mode, admit.agent));
    windows.chain([MeterKey::Account(admit.mode, resolution.account)]).chain(asks).collect()
}

/// What the request is part of; for its meters the caps do not matter.
fn contexts(admit: &Admit, tasks: &Tasks<'_>) -> Vec<(SpendContext, Option<NanoUsd>)> {
    let delegated = tasks.open.iter().map(|task| SpendContext::Delegation(task.id));
    let others = admit.contexts.iter().filter(|context| !matches!(context, SpendContext::Delegation(_))).cloned();
    delegated.chain(others).map(|context| (context, None)).collect()
}

fn cost(command: &Command) -> NanoUsd {
    match command {
        Command::Settle(settle) => settle.cost,
        Command::Fail(fail) => fail.charge.map_or(NanoUsd::ZERO, |(cost, _)| cost),
        _ => NanoUsd::ZERO,
    }
}

fn of_request(snapshot: &Snapshot, request: &ServiceRequest, cost: NanoUsd, now: Timestamp) -> Vec<MeterKey> {
    let Some(hold) = &request.hold else { return Vec::new() };
    let day = snapshot.head().calendar.zone_at(now).day(now);
    let windows = hold.windows.iter().map(|held| MeterKey::Window(request.mode, held.window.clone()));
    let account = MeterKey::Account(request.mode, hold.account);
    let heir = returns::Heir::of(snapshot, hold.account).meters(request.mode);
    let overruns = (cost > hold.amount).then(|| MeterKey::Overruns(request.mode, request.operation.clone(), day));
    windows.chain([account]).chain(heir).chain(overruns).collect()
}
