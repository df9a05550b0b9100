//! Refusals and questions, and their rows.

use std::sync::Arc;

use serde::Serialize;

use super::{
    decide::ancestors,
    row::{draft, finish, row},
};
use crate::{
    ApprovalId, NanoUsd, Timestamp,
    approval::ApprovalStatus,
    audit::hex,
    budget::{AccountOwner, LimitUnit, MeterKey, Reason, Window},
    dispatch::{End, HeldWindow, Hold, RequestState, ServiceRequest},
    ledger::{Admit, Outcome, Refusal, Snapshot, approve, meters::Staged},
    policy::{self, AgentPolicy},
};

pub(super) fn refuse(
    snapshot: &mut Snapshot,
    command: &Admit,
    state: RequestState,
    reasons: Vec<Reason>,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let kind = if state == RequestState::Failed { "request.failed" } else { "request.blocked" };
    let mut request = row(snapshot, command, state, now);
    request.seq = snapshot.append(draft(command, kind, state, refused_detail(&request, &reasons)), now);
    let reason = reasons.first().map(|reason| reason.code);
    request.end = Some(End { by: command.id.into(), at: now, charge: None, reason });
    request.reasons = reasons.into();
    Ok(finish(snapshot, request))
}

pub(super) fn ask(
    snapshot: &mut Snapshot,
    command: &Admit,
    agent: &AgentPolicy,
    reason: Reason,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    // The unit of the day is taken when the question is created, so that a loop of questions ends at the daily limit.
    let hold = Hold {
        amount: NanoUsd::ZERO,
        account: AccountOwner::Wallet,
        windows: day_windows(snapshot, command, agent, now)?,
    };
    let mut staged = Staged::new(snapshot);
    staged.open(command.mode, &hold)?;
    staged.change(MeterKey::PendingAsks(command.mode, command.agent), NanoUsd::ZERO, NanoUsd::ZERO, 1)?;
    let values = staged.into_values();
    let mut request = row(snapshot, command, RequestState::ApprovalRequired, now);
    let reasons = vec![reason];
    request.approval = Some((command.approval.0, command.approval.1.expires_at(now)));
    request.seq =
        snapshot.append(draft(command, "approval.requested", request.state, refused_detail(&request, &reasons)), now);
    request.hold = Some(hold);
    request.reasons = reasons.into();
    snapshot.write(values);
    approve::note(snapshot, &request, ApprovalStatus::Pending, None);
    Ok(finish(snapshot, request))
}

fn day_windows(
    snapshot: &Snapshot,
    command: &Admit,
    agent: &AgentPolicy,
    now: Timestamp,
) -> Result<Arc<[HeldWindow]>, Refusal> {
    let zone = snapshot.head().calendar.zone_at(now);
    let resolution = policy::resolve(agent, &ancestors(snapshot, agent)?, &command.operation, &[], (zone, now))
        .ok_or(Refusal::Incomplete)?;
    let counted = resolution.limits.into_iter().filter(|limit| limit.unit == LimitUnit::Requests);
    Ok(counted.map(|limit| HeldWindow { window: limit.window, unit: limit.unit }).collect())
}

/// What the event of a refusal says.
#[derive(Serialize)]
pub(in crate::ledger) struct RefusedDetail {
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    estimate: i64,
    reasons: Vec<ReasonBody>,
}

#[derive(Serialize)]
struct ReasonBody {
    code: &'static str,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    used: i64,
    held: i64,
    requested: i64,
}

pub(in crate::ledger) fn refused_detail(request: &ServiceRequest, reasons: &[Reason]) -> RefusedDetail {
    let body = |reason: &Reason| ReasonBody {
        code: reason.code.as_str(),
        scope: reason.scope,
        window: reason.window.as_ref().map(Window::to_string),
        limit: reason.limit,
        used: reason.used,
        held: reason.held,
        requested: reason.requested,
    };
    let question = request.approval.filter(|_| request.state == RequestState::ApprovalRequired);
    RefusedDetail {
        digest: hex(&request.digest),
        approval: question.map(|(id, _)| id),
        expires_at: question.map(|(_, end)| end.to_string()),
        estimate: request.estimate.nanos(),
        reasons: reasons.iter().map(body).collect(),
    }
}
