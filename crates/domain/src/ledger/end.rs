//! Ends of a request: every hold ends exactly once, and a charge has an answer or a resolution behind it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::{
    Evidence, Fail, Outcome, Refusal, Resolution, Resolve, Settle, Snapshot, Void, late,
    meters::Staged,
    progress::{actor_of, event, find, is_late, unchanged},
};
use crate::{
    CommandId, NanoUsd, Timestamp,
    audit::Posting,
    budget::{Account, MeterKey, ReasonCode, SystemAccount},
    dispatch::{Basis, Charge, End, RequestState, ServiceRequest},
    identity::Actor,
};

/// So many requests of an operation above their holds in one day suspend it, and so many more once that was lifted.
const OVERRUNS_THAT_SUSPEND: i64 = 3;

pub(super) fn settle(snapshot: &mut Snapshot, command: &Settle, clock: Timestamp) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    if command.cost.is_negative() {
        return Err(Refusal::InvalidAmount);
    }
    if let Some(done) = already_ended(&request, command.id) {
        return if done { unchanged(request) } else { late::settlement(snapshot, request, command, clock) };
    }
    expect_sent(&request)?;
    request.flagged |= is_late(&request, command.evidence);
    request.result = Some(Arc::clone(&command.result));
    request.external_id = command.external_id.clone().or(request.external_id);
    let ending = Ending {
        by: command.id,
        actor: actor_of(&request, command.evidence),
        kind: "request.executed",
        state: RequestState::Executed,
        reason: None,
        charge: Some((command.cost, command.basis)),
        give_back: false,
    };
    end(snapshot, request, ending, clock)
}

pub(super) fn fail(snapshot: &mut Snapshot, command: &Fail, clock: Timestamp) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    if command.charge.is_some_and(|(cost, _)| cost.is_negative()) {
        return Err(Refusal::InvalidAmount);
    }
    if let Some(done) = already_ended(&request, command.id) {
        return if done { unchanged(request) } else { late::failure(snapshot, request, command, clock) };
    }
    // "I sent nothing" is certain only from the process that would have sent it, and never from its heir.
    let inherited = inherited_fence(&request);
    if command.never_sent && (inherited.is_some() || !is_owner(&request, command.evidence)) {
        return Err(Refusal::NotOwner);
    }
    expect_sent(&request)?;
    // What an heir cannot find may still be on its way, sent by the former owner.
    if let Some(fence) = inherited
        && is_owner(&request, command.evidence)
        && command.charge.is_none()
        && snapshot.now(clock) < fence
    {
        return Err(Refusal::TooEarly(fence));
    }
    request.flagged |= is_late(&request, command.evidence);
    request.result = Some(Arc::new(json!({ "detail": command.detail })));
    let ending = Ending {
        by: command.id,
        actor: actor_of(&request, command.evidence),
        kind: "request.failed",
        state: RequestState::Failed,
        reason: Some(command.code),
        charge: command.charge,
        give_back: command.never_sent,
    };
    end(snapshot, request, ending, clock)
}

pub(super) fn void(snapshot: &mut Snapshot, command: &Void, clock: Timestamp) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    if already_ended(&request, command.id) == Some(true) {
        return unchanged(request);
    }
    if request.state != RequestState::Admitted {
        return Err(Refusal::WrongState(request.state));
    }
    if request.owner != Some(command.owner) {
        return Err(Refusal::NotOwner);
    }
    request.result = Some(Arc::new(json!({ "detail": command.detail })));
    let ending = Ending {
        by: command.id,
        actor: Actor::System { node: command.owner },
        kind: "request.voided",
        state: RequestState::Failed,
        reason: Some(ReasonCode::DispatchAborted),
        charge: None,
        give_back: true,
    };
    end(snapshot, request, ending, clock)
}

pub(super) fn resolve(snapshot: &mut Snapshot, command: &Resolve, clock: Timestamp) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    if already_ended(&request, command.id) == Some(true) {
        return unchanged(request);
    }
    if !matches!(request.state, RequestState::Unknown | RequestState::Running) {
        return Err(Refusal::WrongState(request.state));
    }
    // A deadline is no decision of a person about this request: what it charges is an estimate that later evidence corrects
    // as any other.
    let by_deadline = matches!(command.actor, Actor::System { .. });
    let (basis, released, detail) = if by_deadline {
        (Basis::Estimate, ReasonCode::ReleasedAtDeadline, "no outcome was reported in time")
    } else {
        (Basis::Resolution, ReasonCode::ReleasedByOperator, "resolved by a person")
    };
    let (state, reason, charge) = match command.resolution {
        Resolution::Charge(cost) if cost.is_negative() || cost > request.held_amount() => {
            return Err(Refusal::InvalidAmount);
        }
        Resolution::Charge(cost) => (RequestState::Executed, None, Some((cost, basis))),
        Resolution::Release => (RequestState::Failed, Some(released), None),
    };
    if (by_deadline || command.resolution == Resolution::Release)
        && let Some(fence) = request.fence_until
        && snapshot.now(clock) < fence
    {
        return Err(Refusal::TooEarly(fence));
    }
    request.result = Some(Arc::new(json!({ "detail": detail, "resolution": command.reason })));
    let ending = Ending {
        by: command.id,
        actor: command.actor,
        kind: "request.resolved",
        state,
        reason,
        charge,
        give_back: false,
    };
    end(snapshot, request, ending, clock)
}

/// `Some(true)`: ended by this very command. `Some(false)`: ended by another. `None`: still open.
fn already_ended(request: &ServiceRequest, by: CommandId) -> Option<bool> {
    request.end.as_ref().map(|end| end.by == by)
}

const fn expect_sent(request: &ServiceRequest) -> Result<(), Refusal> {
    match request.state {
        RequestState::Dispatching | RequestState::Running | RequestState::Unknown => Ok(()),
        other => Err(Refusal::WrongState(other)),
    }
}

fn is_owner(request: &ServiceRequest, evidence: Evidence) -> bool {
    matches!(evidence, Evidence::Owner(node) if request.owner == Some(node))
}

/// The fence of a request whose present owner is not the one that may have sent it.
fn inherited_fence(request: &ServiceRequest) -> Option<Timestamp> {
    request.fence_until.filter(|_| request.state == RequestState::Unknown)
}

struct Ending {
    by: CommandId,
    actor: Actor,
    kind: &'static str,
    state: RequestState,
    reason: Option<ReasonCode>,
    charge: Option<(NanoUsd, Basis)>,
    give_back: bool,
}

#[derive(Serialize)]
struct EndDetail {
    command: CommandId,
    hold: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overrun: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Units of counts were given back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    given_back: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    late: bool,
}

fn end(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    ending: Ending,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    let hold = request.hold.clone().ok_or(Refusal::Incomplete)?;
    let (cost, basis) = ending.charge.unzip();
    let cost = cost.unwrap_or(NanoUsd::ZERO);
    let paid = cost.min(hold.amount);
    let overrun = cost.checked_sub(paid).ok_or(Refusal::InvalidAmount)?;
    let now = snapshot.now(clock);
    let overruns =
        MeterKey::Overruns(request.mode, request.operation.clone(), snapshot.head().calendar.zone_at(now).day(now));

    let mut staged = Staged::new(snapshot);
    staged.close(request.mode, &hold, (paid, cost), ending.give_back)?;
    let mut suspends = false;
    if !overrun.is_zero() {
        staged.change(overruns.clone(), NanoUsd::ZERO, NanoUsd::ZERO, 1)?;
        suspends = staged.get(&overruns)?.count % OVERRUNS_THAT_SUSPEND == 0;
    }
    let values = staged.into_values();

    request.state = ending.state;
    let charge = basis.map(|basis| Charge { cost, overrun, basis });
    let detail = EndDetail {
        command: ending.by,
        hold: hold.amount.nanos(),
        cost: charge.map(|charge| charge.cost.nanos()),
        overrun: charge.filter(|charge| !charge.overrun.is_zero()).map(|charge| charge.overrun.nanos()),
        basis: basis.map(Basis::as_str),
        reason: ending.reason.map(ReasonCode::as_str),
        given_back: ending.give_back,
        late: request.flagged,
    };
    let from_account = to_provider(Account::Owned(hold.account), paid);
    snapshot.append(event(&request, ending.kind, ending.actor, from_account, detail), now);
    if let Some(posting) = to_provider(Account::System(SystemAccount::Overrun), overrun) {
        snapshot.append(
            event(&request, "request.overrun", ending.actor, Some(posting), json!({ "command": ending.by })),
            now,
        );
    }
    if suspends && !snapshot.policy.suspended.contains(&(request.mode, request.operation.clone())) {
        snapshot.suspend(request.mode, &request.operation);
        snapshot.append(event(&request, "operation.suspended", ending.actor, None, json!({})), now);
    }
    snapshot.write(values);
    request.end = Some(End { by: ending.by, at: now, charge, reason: ending.reason });
    snapshot.put_request(request.clone());
    unchanged(request)
}

fn to_provider(debit: Account, amount: NanoUsd) -> Option<Posting> {
    (!amount.is_zero()).then_some(Posting { debit, credit: Account::System(SystemAccount::ProviderCost), amount })
}
