//! The decision itself, without writing anything.

use super::{
    checks::{failed_checks, open_contexts, screened},
    grant::{Granted, granted},
    tasks::tasks,
};
use crate::{
    NanoUsd, Timestamp,
    agent::AgentStatus,
    budget::{LimitUnit, MeterKey, Reason, ReasonCode},
    dispatch::RequestState,
    identity::OrganizationStatus,
    ledger::{Admit, Refusal, Snapshot},
    policy::{self, AgentPolicy, Resolution, StopScope},
};

/// What an admission leads to.
pub(super) enum Verdict {
    Refuse(RequestState, Vec<Reason>),
    Ask(Reason),
    Hold(Granted),
}

/// Whether units of counts are taken now, or were when the question was asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::ledger) enum Counting {
    Now,
    Before,
}

/// A request against every rule and limit, thresholds apart.
pub(in crate::ledger) enum Weighed {
    Refused(RequestState, Vec<Reason>),
    Fits(Resolution, NanoUsd),
}

pub(super) fn decide(
    snapshot: &Snapshot,
    command: &Admit,
    agent: &AgentPolicy,
    now: Timestamp,
) -> Result<Verdict, Refusal> {
    let (resolution, estimate) = match weigh(snapshot, command, agent, Counting::Now, now)? {
        Weighed::Refused(state, reasons) => return Ok(Verdict::Refuse(state, reasons)),
        Weighed::Fits(resolution, estimate) => (resolution, estimate),
    };
    match resolution.approval_threshold {
        Some(threshold) if estimate > threshold => ask_or_block(snapshot, command, threshold, estimate),
        _ => granted(snapshot, command, (&resolution, estimate), Counting::Now).map(Verdict::Hold),
    }
}

pub(in crate::ledger) fn weigh(
    snapshot: &Snapshot,
    command: &Admit,
    agent: &AgentPolicy,
    counting: Counting,
    now: Timestamp,
) -> Result<Weighed, Refusal> {
    let ancestors = ancestors(snapshot, agent)?;
    let stopped = stopped(snapshot, agent, &ancestors);
    if let Some(first) = stopped.first() {
        return Ok(Weighed::Refused(state_of(first.code), stopped));
    }
    let blocked = |code, scope| Ok(Weighed::Refused(RequestState::Blocked, vec![Reason::plain(code, scope)]));
    let estimate = screened(&command.screening)?;
    let tasks = tasks(snapshot, command, agent, &ancestors)?;
    let contexts = open_contexts(snapshot, command, &tasks)?;
    let zone = snapshot.head().calendar.zone_at(now);
    let Some(resolution) = policy::resolve(agent, &ancestors, &command.operation, &contexts, (zone, now)) else {
        return blocked(ReasonCode::PolicyViolation, "binding");
    };
    if !tasks.open.iter().all(|task| task.permits(&command.operation)) {
        return blocked(ReasonCode::PolicyViolation, "delegation");
    }
    if command.provider.is_none() {
        return blocked(ReasonCode::ServiceNotConfigured, "organization");
    }
    if snapshot.policy.suspended.contains(&(command.mode, command.operation.clone())) {
        return blocked(ReasonCode::OperationSuspended, "organization");
    }
    let reasons = failed_checks(snapshot, command, (&resolution, estimate), (counting, &tasks.ended), now)?;
    Ok(if reasons.is_empty() {
        Weighed::Fits(resolution, estimate)
    } else {
        Weighed::Refused(RequestState::Blocked, reasons)
    })
}

const fn blocked(reasons: Vec<Reason>) -> Verdict {
    Verdict::Refuse(RequestState::Blocked, reasons)
}

pub(in crate::ledger) fn ancestors<'a>(
    snapshot: &'a Snapshot,
    agent: &AgentPolicy,
) -> Result<Vec<&'a AgentPolicy>, Refusal> {
    let find = |id| snapshot.policy.agents.get(id).map(AsRef::as_ref).ok_or(Refusal::Incomplete);
    agent.ancestors.iter().map(find).collect()
}

/// All that stops an agent before it is asked what it wants: its own status, its organization's, and what a person stopped.
pub(in crate::ledger) fn stopped(snapshot: &Snapshot, agent: &AgentPolicy, ancestors: &[&AgentPolicy]) -> Vec<Reason> {
    let is_off = |one: &AgentPolicy| one.status != AgentStatus::Active;
    let disabled = if is_off(agent) {
        Some("agent")
    } else {
        ancestors.iter().any(|ancestor| is_off(ancestor)).then_some("ancestor")
    };
    let suspended = (snapshot.head().status != OrganizationStatus::Active).then_some("organization");
    let stops = snapshot.policy.stops.iter().filter(|stop| stop.reaches(agent, ancestors));
    let disabled = disabled.map(|scope| Reason::plain(ReasonCode::AgentDisabled, scope));
    let suspended = suspended.map(|scope| Reason::plain(ReasonCode::OrganizationSuspended, scope));
    disabled.into_iter().chain(suspended).chain(stops.map(StopScope::refusal)).collect()
}

const fn state_of(code: ReasonCode) -> RequestState {
    match code {
        ReasonCode::AgentDisabled => RequestState::Failed,
        _ => RequestState::Blocked,
    }
}

fn ask_or_block(
    snapshot: &Snapshot,
    command: &Admit,
    threshold: NanoUsd,
    estimate: NanoUsd,
) -> Result<Verdict, Refusal> {
    let pending = snapshot.loaded_meter(&MeterKey::PendingAsks(command.mode, command.agent))?.count;
    let most = i64::from(command.approval.1.most_pending);
    if pending >= most {
        let full = Reason::plain(ReasonCode::ApprovalQueueFull, "agent");
        return Ok(blocked(vec![Reason {
            unit: LimitUnit::Requests,
            limit: Some(most),
            used: pending,
            requested: 1,
            retryable: true,
            ..full
        }]));
    }
    let reason = Reason::plain(ReasonCode::ApprovalThreshold, "binding");
    Ok(Verdict::Ask(Reason { limit: Some(threshold.nanos()), requested: estimate.nanos(), ..reason }))
}
