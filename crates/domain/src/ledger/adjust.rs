//! Corrections of an ended request: transfers that name the original, counted in the window of its admission.
//!
//! Late evidence that names another cost corrects it. Late evidence that names none moves no money: where it contradicts
//! the end, the request is flagged and the contradiction is written down, for people.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Adjust, Fail, Outcome, Recorded, Refusal, Settle, Snapshot,
    meters::Staged,
    progress::{actor_of, event, find, unchanged},
};
use crate::{
    CommandId, NanoUsd, Timestamp,
    audit::Posting,
    budget::{Account, ReasonCode, SystemAccount},
    dispatch::{Basis, Charge, Hold, RequestState, ServiceRequest},
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
    let says = request.state;
    let correction =
        Correction { id: command.id, cost: command.cost, basis: command.basis, actor: command.actor, says };
    correct(snapshot, request, (correction, false), clock)
}

/// An answer for a request that ended by something else: the same cost changes nothing, another one corrects it.
pub(super) fn late(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    command: &Settle,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    if is_old_news(snapshot, &request, command.id)? {
        return unchanged(request);
    }
    let says = RequestState::Executed;
    let actor = actor_of(&request, command.evidence);
    let correction = Correction { id: command.id, cost: command.cost, basis: command.basis, actor, says };
    let weaker = is_weaker(&request, command.basis);
    let is_news = request.state != says || is_unanswered(&request);
    if is_news {
        keep(&mut request, &command.result);
    }
    if weaker {
        return stands(snapshot, request, (&correction, is_news), clock);
    }
    correct(snapshot, request, (correction, is_news), clock)
}

/// "It failed", of a request that ended by something else. Whether money goes back is a question for people, unless the
/// provider says what it costs.
pub(super) fn late_failure(
    snapshot: &mut Snapshot,
    request: ServiceRequest,
    command: &Fail,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    if is_old_news(snapshot, &request, command.id)? {
        return unchanged(request);
    }
    let (says, actor) = (RequestState::Failed, actor_of(&request, command.evidence));
    let known = request.charge().map_or((NanoUsd::ZERO, Basis::Estimate), |charge| (charge.cost, charge.basis));
    let stated = command.charge.filter(|(_, basis)| !is_weaker(&request, *basis));
    let (cost, basis) = stated.unwrap_or(known);
    let correction = Correction { id: command.id, cost, basis, actor, says };
    match stated {
        Some(_) => correct(snapshot, request, (correction, false), clock),
        None => stands(snapshot, request, (&correction, false), clock),
    }
}

/// Heard before, or about a request that never held anything. What was certainly never sent has no outcome at all.
fn is_old_news(snapshot: &Snapshot, request: &ServiceRequest, id: CommandId) -> Result<bool, Refusal> {
    if request.state == RequestState::Blocked {
        return Err(Refusal::WrongState(request.state));
    }
    Ok(snapshot.recorded(id).is_some() || request.hold.is_none())
}

fn is_weaker(request: &ServiceRequest, basis: Basis) -> bool {
    request.charge().is_some_and(|charge| basis.is_weaker_than(charge.basis))
}

/// Ended by a person or a deadline, without a word from the provider.
fn is_unanswered(request: &ServiceRequest) -> bool {
    let assumed = request.charge().is_some_and(|charge| matches!(charge.basis, Basis::Resolution | Basis::Estimate));
    assumed && request.result.as_deref().is_some_and(|result| result.get("resolution").is_some())
}

/// What was executed after all, for the agent: beside the detail of a failure, or where nothing was.
fn keep(request: &mut ServiceRequest, late: &Arc<Value>) {
    let kept = match request.result.as_deref() {
        None => Value::clone(late),
        Some(Value::Object(members)) => {
            let mut members = members.clone();
            members.insert("late_result".to_owned(), Value::clone(late));
            Value::Object(members)
        }
        Some(_) => return,
    };
    request.result = Some(Arc::new(kept));
}

/// Evidence that moves nothing. It is recorded all the same: repeated after a correction, it must not undo that one.
fn stands(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    (evidence, is_news): (&Correction, bool),
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    let contradicts = evidence.says != request.state;
    if contradicts || is_news {
        request.flagged |= contradicts;
        let kind = if contradicts { "request.contradicted" } else { "request.reported" };
        let detail = json!({ "command": evidence.id, "says": evidence.says.as_str() });
        let now = snapshot.now(clock);
        snapshot.append(event(&request, kind, evidence.actor, None, detail), now);
        snapshot.put_request(request.clone());
    }
    snapshot.record(evidence.id, Recorded { seq: snapshot.head().seq });
    unchanged(request)
}

struct Correction {
    id: CommandId,
    cost: NanoUsd,
    basis: Basis,
    actor: Actor,
    /// How the request ended, by this evidence.
    says: RequestState,
}

fn correct(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    (correction, is_news): (Correction, bool),
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    if correction.cost.is_negative() {
        return Err(Refusal::InvalidAmount);
    }
    let before =
        request.charge().unwrap_or(Charge { cost: NanoUsd::ZERO, overrun: NanoUsd::ZERO, basis: correction.basis });
    let delta = correction.cost.checked_sub(before.cost).ok_or(Refusal::InvalidAmount)?;
    if delta.is_zero() {
        return stands(snapshot, request, (&correction, is_news), clock);
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
        let detail = json!({
            "command": correction.id,
            "before": before.cost,
            "after": correction.cost,
            "by_person": by_person,
            "says": correction.says.as_str(),
        });
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
