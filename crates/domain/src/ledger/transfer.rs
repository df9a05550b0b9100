//! Money that moves without a request.

use serde_json::json;

use super::{Outcome, Recorded, Refusal, Snapshot, Transfer, TransferPurpose, meters::Staged};
use crate::{
    NanoUsd, Timestamp,
    audit::{EventDraft, Object, Posting},
    budget::{Account, AccountOwner, SystemAccount},
};

const DEBT: Account = Account::System(SystemAccount::Debt);

pub(super) fn transfer(snapshot: &mut Snapshot, command: &Transfer, clock: Timestamp) -> Result<Outcome, Refusal> {
    if let Some(recorded) = snapshot.recorded(command.id) {
        return Ok(Outcome::Recorded { seq: recorded.seq });
    }
    if command.amount <= NanoUsd::ZERO || command.from == command.to {
        return Err(Refusal::InvalidAmount);
    }
    if is_down_the_tree(command) && snapshot.head().status.is_given_up() {
        return Err(Refusal::OrganizationClosed);
    }
    let mut staged = Staged::new(snapshot);
    let postings = split(&staged, snapshot, command)?;
    for posting in &postings {
        staged.post(command.mode, posting.debit, posting.amount.negated())?;
        staged.post(command.mode, posting.credit, posting.amount)?;
    }
    let values = staged.into_values();
    let debt = debt_after(snapshot, command, &postings)?;

    let now = snapshot.now(clock);
    let first = snapshot.head().seq + 1;
    for posting in postings {
        snapshot.append(event(command, posting, &Object { kind: "transfer", id: command.id.to_string() }), now);
    }
    snapshot.write(values);
    snapshot.head_mut().set_debt(command.mode, debt);
    snapshot.record(command.id, Recorded { seq: first });
    Ok(Outcome::Recorded { seq: first })
}

/// Whether money goes to somebody who may spend it.
fn is_down_the_tree(command: &Transfer) -> bool {
    command.purpose == TransferPurpose::Allocation && command.to != Account::Owned(AccountOwner::Wallet)
}

/// The postings of a transfer: money that comes in pays debts first, money that is taken away and not there becomes one.
fn split(staged: &Staged<'_>, snapshot: &Snapshot, command: &Transfer) -> Result<Vec<Posting>, Refusal> {
    let available = match command.from {
        Account::Owned(owner) => Some((owner, staged.available(command.mode, owner)?.max(NanoUsd::ZERO))),
        Account::System(_) => None,
    };
    let (debit, credit, amount) = (command.from, command.to, command.amount);
    let legs = match (command.purpose, available) {
        (TransferPurpose::Funding, None) if credit == Account::Owned(AccountOwner::Wallet) => {
            let repaid = amount.min(snapshot.head().debt(command.mode));
            vec![(debit, DEBT, repaid), (debit, credit, amount.checked_sub(repaid).ok_or(Refusal::InvalidAmount)?)]
        }
        (TransferPurpose::Reversal, Some((AccountOwner::Wallet, available))) => {
            let taken = amount.min(available);
            vec![(debit, credit, taken), (DEBT, credit, amount.checked_sub(taken).ok_or(Refusal::InvalidAmount)?)]
        }
        // What the organization owes is not paid out.
        (TransferPurpose::Payout, Some((owner, available)))
            if available.checked_sub(snapshot.head().debt(command.mode)).is_none_or(|rest| rest < amount) =>
        {
            return Err(Refusal::InsufficientFunds { account: owner.to_string() });
        }
        (_, Some((owner, available))) if available < amount => {
            return Err(Refusal::InsufficientFunds { account: owner.to_string() });
        }
        _ => vec![(debit, credit, amount)],
    };
    Ok(legs
        .into_iter()
        .filter(|leg| !leg.2.is_zero())
        .map(|(debit, credit, amount)| Posting { debit, credit, amount })
        .collect())
}

fn debt_after(snapshot: &Snapshot, command: &Transfer, postings: &[Posting]) -> Result<NanoUsd, Refusal> {
    let start = Some(snapshot.head().debt(command.mode));
    let after = postings.iter().fold(start, |debt, posting| match (posting.debit, posting.credit) {
        (DEBT, _) => debt?.checked_add(posting.amount),
        (_, DEBT) => debt?.checked_sub(posting.amount),
        _ => debt,
    });
    // Nobody can repay more than is owed.
    after.filter(|debt| !debt.is_negative()).ok_or(Refusal::InvalidAmount)
}

fn event<'a>(command: &'a Transfer, posting: Posting, object: &'a Object) -> EventDraft<'a, serde_json::Value> {
    EventDraft {
        kind: "transfer.posted",
        actor: command.actor,
        mode: Some(command.mode),
        request: None,
        agent: None,
        operation: None,
        status: None,
        object: Some(object),
        posting: Some(posting),
        trace: command.trace.as_deref(),
        detail: json!({ "purpose": command.purpose.as_str(), "note": command.note }),
    }
}
