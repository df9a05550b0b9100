//! Corrections of an ended request: transfers that name the original, counted in the window of its admission.

use serde_json::json;

use super::{
    Adjust, Outcome, Recorded, Refusal, Snapshot,
    late::stands,
    meters::Staged,
    progress::{event, find, unchanged},
    returns::{self, Heir},
};
use crate::{
    CommandId, NanoUsd, Timestamp,
    audit::Posting,
    budget::{Account, AccountOwner, ReasonCode, SystemAccount},
    dispatch::{Basis, Charge, RequestState, ServiceRequest},
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

/// What a request cost in truth.
pub(super) struct Correction {
    pub(super) id: CommandId,
    pub(super) cost: NanoUsd,
    pub(super) basis: Basis,
    pub(super) actor: Actor,
    /// How the request ended, by this evidence.
    pub(super) says: RequestState,
}

/// Moves the difference. `is_news` says that the request itself was changed by whoever asks.
pub(super) fn correct(
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
    if !returns::is_known(snapshot, hold.account) {
        return Err(Refusal::Incomplete);
    }
    // What an ended agent left went to somebody: they get, or pay, what turns out later.
    let heir = Heir::of(snapshot, hold.account);
    let mut staged = Staged::new(snapshot);
    let postings = split(&staged, &request, heir.account, (delta, before.overrun), by_person)?;
    for posting in &postings {
        staged.post(request.mode, posting.debit, posting.amount.negated())?;
        staged.post(request.mode, posting.credit, posting.amount)?;
    }
    staged.correct(request.mode, &hold, delta)?;
    let counted = staged.count(request.mode, &heir.windows, passed(&postings, heir.account)?)?;
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
        let mut detail = json!({
            "command": correction.id,
            "before": before.cost,
            "after": correction.cost,
            "by_person": by_person,
            "says": correction.says.as_str(),
        });
        if !counted.is_empty() && !leg(&posting, heir.account).is_zero() {
            detail.as_object_mut().map(|detail| detail.insert("counted".to_owned(), json!(counted)));
        }
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
    owner: AccountOwner,
    (delta, overrun): (NanoUsd, NanoUsd),
    by_person: bool,
) -> Result<Vec<Posting>, Refusal> {
    let account = Account::Owned(owner);
    let size = if delta.is_negative() { delta.negated() } else { delta };
    let first = match (by_person, delta.is_negative()) {
        (true, _) => NanoUsd::ZERO,
        (false, false) => size.min(staged.available(request.mode, owner)?.max(NanoUsd::ZERO)),
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

/// What an account paid by a posting; negative where it got something.
fn leg(posting: &Posting, owner: AccountOwner) -> NanoUsd {
    match (posting.debit, posting.credit) {
        (Account::Owned(debit), _) if debit == owner => posting.amount,
        (_, Account::Owned(credit)) if credit == owner => posting.amount.negated(),
        _ => NanoUsd::ZERO,
    }
}

fn passed(postings: &[Posting], owner: AccountOwner) -> Result<NanoUsd, Refusal> {
    let sum = postings.iter().try_fold(NanoUsd::ZERO, |sum, posting| sum.checked_add(leg(posting, owner)));
    sum.ok_or(Refusal::InvalidAmount)
}
