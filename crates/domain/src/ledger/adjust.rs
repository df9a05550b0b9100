//! Corrections of an ended request: transfers that name the original, counted in the window of its admission.

use serde_json::json;

use super::{
    Adjust, Evidence, Outcome, Recorded, Refusal, Settle, Snapshot,
    meters::Staged,
    progress::{event, find, unchanged},
};
use crate::{
    CommandId, NanoUsd, Timestamp,
    audit::Posting,
    budget::{Account, ReasonCode, SystemAccount},
    dispatch::{Basis, Charge, Hold, ServiceRequest},
    identity::Actor,
};

const OVERRUN: Account = Account::System(SystemAccount::Overrun);
const PROVIDER_COST: Account = Account::System(SystemAccount::ProviderCost);

pub(super) fn adjust(snapshot: &mut Snapshot, command: &Adjust, clock: Timestamp) -> Result<Outcome, Refusal> {
    let request = find(snapshot, command.request)?;
    if snapshot.recorded(command.id).is_some() {
        return unchanged(request);
    }
    if !request.state.is_ended() || request.hold.is_none() {
        return Err(Refusal::WrongState(request.state));
    }
    correct(
        snapshot,
        request,
        Correction { id: command.id, cost: command.cost, basis: command.basis, actor: command.actor },
        clock,
    )
}

/// An answer for a request that ended by something else: the same cost changes nothing, another one corrects it.
pub(super) fn late(
    snapshot: &mut Snapshot,
    request: ServiceRequest,
    command: &Settle,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    if snapshot.recorded(command.id).is_some() || request.hold.is_none() {
        return unchanged(request);
    }
    let node = match command.evidence {
        Evidence::Owner(node) => Some(node),
        Evidence::Provider => request.owner,
    };
    let actor = node.map_or(Actor::Operator, |node| Actor::System { node });
    correct(snapshot, request, Correction { id: command.id, cost: command.cost, basis: command.basis, actor }, clock)
}

struct Correction {
    id: CommandId,
    cost: NanoUsd,
    basis: Basis,
    actor: Actor,
}

fn correct(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    correction: Correction,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    if correction.cost.is_negative() {
        return Err(Refusal::InvalidAmount);
    }
    let before =
        request.charge().unwrap_or(Charge { cost: NanoUsd::ZERO, overrun: NanoUsd::ZERO, basis: correction.basis });
    let delta = correction.cost.checked_sub(before.cost).ok_or(Refusal::InvalidAmount)?;
    if delta.is_zero() {
        // Recorded all the same: repeated after another correction, the command must not undo that one.
        snapshot.record(correction.id, Recorded { seq: snapshot.head().seq });
        return unchanged(request);
    }
    let hold = request.hold.clone().ok_or(Refusal::Incomplete)?;
    let by_person = before.basis == Basis::Resolution || request.reason() == Some(ReasonCode::ReleasedByOperator);
    let mut staged = Staged::new(snapshot);
    let postings = split(&staged, &request, &hold, (delta, before.overrun), by_person)?;
    for posting in &postings {
        staged.post(request.mode, posting.debit, posting.amount.negated())?;
        staged.post(request.mode, posting.credit, posting.amount)?;
    }
    staged.correct(request.mode, &hold, delta)?;
    let values = staged.into_values();

    let overrun = postings.iter().try_fold(before.overrun, |sum, posting| match (posting.debit, posting.credit) {
        (OVERRUN, _) => sum.checked_add(posting.amount),
        (_, OVERRUN) => sum.checked_sub(posting.amount),
        _ => Some(sum),
    });
    let overrun = overrun.ok_or(Refusal::InvalidAmount)?;
    let now = snapshot.now(clock);
    request.flagged = true;
    for posting in postings {
        let detail = json!({ "command": correction.id, "before": before.cost, "after": correction.cost, "by_person": by_person });
        snapshot.append(event(&request, "request.adjusted", correction.actor, Some(posting), detail), now);
    }
    snapshot.write(values);
    snapshot.record(correction.id, Recorded { seq: snapshot.head().seq });
    if let Some(end) = &mut request.end {
        // A person's decision stays the basis: later evidence against it must never reach the funding account either.
        let basis = if by_person { Basis::Resolution } else { correction.basis };
        end.charge = Some(Charge { cost: correction.cost, overrun, basis });
    }
    snapshot.put_request(request.clone());
    unchanged(request)
}

fn split(
    staged: &Staged<'_>,
    request: &ServiceRequest,
    hold: &Hold,
    (delta, overrun): (NanoUsd, NanoUsd),
    by_person: bool,
) -> Result<Vec<Posting>, Refusal> {
    let account = Account::Owned(hold.account);
    let size = if delta.is_negative() { delta.negated() } else { delta };
    let first = match (by_person, delta.is_negative()) {
        (true, _) => NanoUsd::ZERO,
        (false, false) => size.min(staged.available(request.mode, hold.account)?.max(NanoUsd::ZERO)),
        (false, true) => size.min(overrun),
    };
    let rest = size.checked_sub(first).ok_or(Refusal::InvalidAmount)?;
    // Upwards the account pays what it has and the books the rest; downwards the books get theirs back first.
    let legs = match (by_person, delta.is_negative()) {
        (true, false) => [(OVERRUN, PROVIDER_COST, rest), (OVERRUN, PROVIDER_COST, NanoUsd::ZERO)],
        (true, true) => [(PROVIDER_COST, OVERRUN, rest), (PROVIDER_COST, OVERRUN, NanoUsd::ZERO)],
        (false, false) => [(account, PROVIDER_COST, first), (OVERRUN, PROVIDER_COST, rest)],
        (false, true) => [(PROVIDER_COST, OVERRUN, first), (PROVIDER_COST, account, rest)],
    };
    Ok(legs
        .into_iter()
        .filter(|leg| !leg.2.is_zero())
        .map(|(debit, credit, amount)| Posting { debit, credit, amount })
        .collect())
}
