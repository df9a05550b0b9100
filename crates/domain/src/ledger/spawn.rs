//! What an agent gives to a child that it makes: a transfer, counted in the windows of the one who gives.
//!
//! The child's own requests count in every ancestor's binding (see [`crate::policy::resolve`]), so the gift counts in none.

use serde::Serialize;

use super::{
    Outcome, Recorded, Refusal, Snapshot, Spawn, SpawnProblem,
    admit::{LimitRecord, ancestors, exceeded, opened, order, short_of_money, stopped},
    is_ahead,
    meters::Staged,
    returns::Counted,
};
use crate::{
    AgentId, Timestamp,
    agent::{AgentStatus, MAX_DEPTH, Origin},
    audit::{EventDraft, Object, Posting},
    budget::{Account, AccountOwner, Limit, MeterKey, Reason},
    identity::Actor,
    policy::{AgentPolicy, resolve_gift},
};

/// The kind of event that says who gave what to whom; `verify` reads it.
pub(super) const SPAWNED: &str = "agent.spawned";

pub(super) fn spawn(snapshot: &mut Snapshot, command: &Spawn, clock: Timestamp) -> Result<Outcome, Refusal> {
    if let Some(recorded) = snapshot.recorded(command.id) {
        return recorded_before(snapshot, command, recorded);
    }
    if command.amount.is_negative() {
        return Err(Refusal::InvalidAmount);
    }
    if is_ahead(snapshot.head().last_now, clock) {
        return Err(Refusal::ClockBehind);
    }
    let now = snapshot.now(clock);
    let parent = opened(snapshot, command.parent, (command.credential, command.mode), now)?;
    if parent.ancestors.len() >= MAX_DEPTH {
        return Err(Refusal::Unspawnable(SpawnProblem::TooDeep));
    }
    let (account, limits) = resolve_gift(&parent, (snapshot.head().calendar.zone_at(now), now));
    let reasons = failed_checks(snapshot, command, &parent, (account, &limits), now)?;
    if !reasons.is_empty() {
        return Err(Refusal::NotNow(reasons.into()));
    }
    is_child(snapshot, command, &parent)?;
    let windows = limits.iter().map(|limit| limit.window.clone()).collect();
    let origin = Origin { mode: command.mode, account, windows };
    let seq = give(snapshot, command, (&origin, &limits), now)?;
    Ok(Outcome::Spawned { seq, origin: Box::new(origin) })
}

fn recorded_before(snapshot: &Snapshot, command: &Spawn, recorded: Recorded) -> Result<Outcome, Refusal> {
    let (seq, child) = (recorded.seq, snapshot.policy.agents.get(&command.child).ok_or(Refusal::Incomplete)?);
    Ok(match child.origin.clone() {
        Some(origin) => Outcome::Spawned { seq, origin: Box::new(origin) },
        // Another child got its money by this command: whoever asks looks into the journal which.
        None => Outcome::Recorded { seq },
    })
}

/// Nothing is given where nothing may be done; a gift of nothing asks no limit.
fn failed_checks(
    snapshot: &Snapshot,
    command: &Spawn,
    parent: &AgentPolicy,
    (account, limits): (AccountOwner, &[Limit]),
    now: Timestamp,
) -> Result<Vec<Reason>, Refusal> {
    let stopped = stopped(snapshot, parent, &ancestors(snapshot, parent)?);
    if !stopped.is_empty() {
        return Ok(stopped);
    }
    if command.amount.is_zero() {
        return Ok(Vec::new());
    }
    let (zone, amount) = (snapshot.head().calendar.zone_at(now), command.amount.nanos());
    let mut reasons = Vec::new();
    for limit in limits {
        let meter = snapshot.loaded_meter(&MeterKey::Window(command.mode, limit.window.clone()))?;
        if !limit.admits(&meter, amount) {
            let resets_at = limit.window.period.resets_at(zone, now);
            reasons.push(exceeded(limit, limit.usage(&meter), amount, resets_at, parent.id));
        }
    }
    reasons.extend(short_of_money(snapshot, command.mode, account, command.amount)?);
    reasons.sort_by_key(|reason| order(reason.code));
    Ok(reasons)
}

/// No child does more than its parent may: neither by its bindings nor by its keys.
fn is_child(snapshot: &Snapshot, command: &Spawn, parent: &AgentPolicy) -> Result<(), Refusal> {
    let child = snapshot.policy.agents.get(&command.child).ok_or(Refusal::NotFound("agent"))?;
    let lineage: Vec<AgentId> = parent.ancestors.iter().copied().chain([parent.id]).collect();
    let is_new = child.own_account && child.origin.is_none() && child.status == AgentStatus::Active;
    if child.ancestors != lineage || !is_new {
        return Err(Refusal::Unspawnable(SpawnProblem::NotAChild));
    }
    if child.credentials.values().any(|key| key.mode != command.mode) {
        return Err(Refusal::Unspawnable(SpawnProblem::ForeignKey));
    }
    let within = |operation, terms: &crate::binding::BindingTerms| {
        parent.bindings.get(operation).is_some_and(|own| terms.are_within(own))
    };
    let wider = child.bindings.iter().filter(|(operation, terms)| !within(operation, terms));
    match wider.map(|(operation, _)| operation).min() {
        Some(operation) => Err(Refusal::Unspawnable(SpawnProblem::Wider(operation.clone()))),
        None => Ok(()),
    }
}

#[derive(Serialize)]
struct SpawnedDetail<'a> {
    parent: AgentId,
    depth: usize,
    account: String,
    amount: i64,
    limits: Vec<LimitRecord>,
    counted: Counted,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<&'a str>,
}

fn give(
    snapshot: &mut Snapshot,
    command: &Spawn,
    (origin, limits): (&Origin, &[Limit]),
    now: Timestamp,
) -> Result<i64, Refusal> {
    let (from, to) = (Account::Owned(origin.account), Account::Owned(AccountOwner::Agent(command.child)));
    let mut staged = Staged::new(snapshot);
    staged.post(command.mode, from, command.amount.negated())?;
    staged.post(command.mode, to, command.amount)?;
    let counted = staged.count(command.mode, &origin.windows, command.amount)?;
    let values = staged.into_values();
    let record = |limit: &Limit| -> Result<LimitRecord, Refusal> {
        let meter = snapshot.loaded_meter(&MeterKey::Window(command.mode, limit.window.clone()))?;
        Ok(LimitRecord::of(limit, limit.usage(&meter), command.amount.nanos()))
    };
    let limits: &[Limit] = if command.amount.is_zero() { &[] } else { limits };
    let detail = SpawnedDetail {
        parent: command.parent,
        depth: snapshot.policy.agents.get(&command.child).map_or(0, |child| child.ancestors.len()),
        account: origin.account.to_string(),
        amount: command.amount.nanos(),
        limits: limits.iter().map(record).collect::<Result<_, Refusal>>()?,
        counted,
        asked: command.asked.as_deref(),
    };
    let posting = (!command.amount.is_zero()).then_some(Posting { debit: from, credit: to, amount: command.amount });
    let seq = snapshot.append(event(command, posting, &object(command.child), detail), now);
    snapshot.write(values);
    snapshot.record(command.id, Recorded { seq });
    Ok(seq)
}

fn object(child: AgentId) -> Object {
    Object { kind: "agent", id: child.to_string() }
}

fn event<'a, D>(command: &'a Spawn, posting: Option<Posting>, object: &'a Object, detail: D) -> EventDraft<'a, D> {
    EventDraft {
        kind: SPAWNED,
        actor: Actor::Agent { agent: command.parent, credential: command.credential },
        mode: Some(command.mode),
        request: None,
        agent: Some(command.child),
        operation: None,
        status: None,
        object: Some(object),
        posting,
        trace: command.trace.as_deref(),
        detail,
    }
}
