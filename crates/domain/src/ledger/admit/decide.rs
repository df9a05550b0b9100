//! The decision itself, without writing anything.

use super::{
    checks::{failed_checks, open_contexts, screened},
    grant::{Granted, granted},
};
use crate::{
    NanoUsd, Timestamp,
    agent::AgentStatus,
    budget::{LimitUnit, MeterKey, Reason, ReasonCode},
    dispatch::RequestState,
    identity::OrganizationStatus,
    ledger::{Admit, Refusal, Snapshot},
    policy::{self, AgentPolicy, Resolution},
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
    if let Some((state, reason)) = stopped(snapshot, agent, &ancestors) {
        return Ok(Weighed::Refused(state, vec![reason]));
    }
    let blocked = |code, scope| Ok(Weighed::Refused(RequestState::Blocked, vec![Reason::plain(code, scope)]));
    let estimate = screened(&command.screening)?;
    let contexts = open_contexts(snapshot, command)?;
    let zone = snapshot.head().calendar.zone_at(now);
    let Some(resolution) = policy::resolve(agent, &ancestors, &command.operation, &contexts, (zone, now)) else {
        return blocked(ReasonCode::PolicyViolation, "binding");
    };
    if command.provider.is_none() {
        return blocked(ReasonCode::ServiceNotConfigured, "organization");
    }
    if snapshot.policy.suspended.contains(&(command.mode, command.operation.clone())) {
        return blocked(ReasonCode::OperationSuspended, "organization");
    }
    let reasons = failed_checks(snapshot, command, (&resolution, estimate), counting, now)?;
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

pub(in crate::ledger) fn stopped(
    snapshot: &Snapshot,
    agent: &AgentPolicy,
    ancestors: &[&AgentPolicy],
) -> Option<(RequestState, Reason)> {
    let disabled = |scope| Some((RequestState::Failed, Reason::plain(ReasonCode::AgentDisabled, scope)));
    if agent.status != AgentStatus::Active {
        return disabled("agent");
    }
    if ancestors.iter().any(|ancestor| ancestor.status != AgentStatus::Active) {
        return disabled("ancestor");
    }
    (snapshot.head().status != OrganizationStatus::Active)
        .then(|| (RequestState::Blocked, Reason::plain(ReasonCode::OrganizationSuspended, "organization")))
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
