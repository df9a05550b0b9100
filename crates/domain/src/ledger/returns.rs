//! What an agent that has ended leaves: it goes back to where it came from, and lowers only the windows of the gift.
//!
//! Corrections that come later go the same way: up to the first one that has not ended.

use serde_json::json;

use super::{Outcome, Recorded, Refusal, ReturnUnspent, Snapshot, meters::Staged};
use crate::{
    Mode, NanoUsd, Timestamp,
    agent::{AgentStatus, MAX_DEPTH, Origin},
    audit::{EventDraft, Object, Posting},
    budget::{Account, AccountOwner, MeterKey, Window},
};

/// The kind of event that says what came back; `verify` reads it.
pub(super) const RETURNED: &str = "agent.unspent_returned";

/// By how much which window changed, for the journal; `verify` sums it up.
pub(super) type Counted = Vec<(String, i64)>;

/// Who has what an account had, once its agent has ended, and the windows of the gifts that the money went back through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heir {
    pub(super) account: AccountOwner,
    pub(super) windows: Vec<Window>,
}

impl Heir {
    /// Of an account. Whoever has not ended is their own heir.
    pub(super) fn of(snapshot: &Snapshot, account: AccountOwner) -> Self {
        let mut heir = Self { account, windows: Vec::new() };
        // Nobody has more ancestors; rows that contradict that must not keep the lane.
        for _ in 0..=MAX_DEPTH {
            let Some(origin) = ended(snapshot, heir.account) else { break };
            heir.windows.extend(origin.windows.iter().cloned());
            heir.account = origin.account;
        }
        heir
    }

    /// Of somebody with that origin, who is ending.
    pub(super) fn of_origin(snapshot: &Snapshot, origin: &Origin) -> Self {
        let above = Self::of(snapshot, origin.account);
        Self { account: above.account, windows: origin.windows.iter().cloned().chain(above.windows).collect() }
    }

    /// What must be loaded to give them anything.
    pub(super) fn meters(self, mode: Mode) -> impl Iterator<Item = MeterKey> {
        let windows = self.windows.into_iter().map(move |window| MeterKey::Window(mode, window));
        windows.chain([MeterKey::Account(mode, self.account)])
    }
}

fn ended(snapshot: &Snapshot, account: AccountOwner) -> Option<&Origin> {
    let AccountOwner::Agent(id) = account else { return None };
    let agent = snapshot.policy.agents.get(&id).filter(|agent| agent.status == AgentStatus::Deleted);
    agent.and_then(|agent| agent.origin.as_ref())
}

/// Whether the rows that [`Heir::of`] asks were loaded.
pub(super) fn is_known(snapshot: &Snapshot, account: AccountOwner) -> bool {
    !matches!(account, AccountOwner::Agent(id) if !snapshot.policy.agents.contains_key(&id))
}

pub(super) fn return_unspent(
    snapshot: &mut Snapshot,
    command: &ReturnUnspent,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    if let Some(recorded) = snapshot.recorded(command.id) {
        return Ok(Outcome::Recorded { seq: recorded.seq });
    }
    let agent = snapshot.policy.agents.get(&command.agent).ok_or(Refusal::NotFound("agent"))?;
    if agent.status.is_living() {
        return Err(Refusal::NotFound("agent that has ended"));
    }
    let Some(origin) = agent.origin.clone() else { return Ok(Outcome::Recorded { seq: snapshot.head().seq }) };
    let own = AccountOwner::Agent(command.agent);
    let mut staged = Staged::new(snapshot);
    let amount = staged.available(origin.mode, own)?;
    if amount <= NanoUsd::ZERO {
        return Ok(Outcome::Recorded { seq: snapshot.head().seq });
    }
    let heir = Heir::of_origin(snapshot, &origin);
    let posting = Posting { debit: Account::Owned(own), credit: Account::Owned(heir.account), amount };
    staged.post(origin.mode, posting.debit, amount.negated())?;
    staged.post(origin.mode, posting.credit, amount)?;
    let counted = staged.count(origin.mode, &heir.windows, amount.negated())?;
    let values = staged.into_values();
    let now = snapshot.now(clock);
    let object = Object { kind: "agent", id: command.agent.to_string() };
    let seq = snapshot.append(event(command, (origin.mode, posting), &object, &counted), now);
    snapshot.write(values);
    snapshot.record(command.id, Recorded { seq });
    Ok(Outcome::Recorded { seq })
}

fn event<'a>(
    command: &'a ReturnUnspent,
    (mode, posting): (Mode, Posting),
    object: &'a Object,
    counted: &Counted,
) -> EventDraft<'a, serde_json::Value> {
    EventDraft {
        kind: RETURNED,
        actor: command.actor,
        mode: Some(mode),
        request: None,
        agent: Some(command.agent),
        operation: None,
        status: None,
        object: Some(object),
        posting: Some(posting),
        trace: command.trace.as_deref(),
        detail: json!({ "counted": counted }),
    }
}
