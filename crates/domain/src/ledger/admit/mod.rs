//! The decision about a request, in the order that the contract of refusals fixes.

mod checks;
mod decide;
mod grant;
mod refuse;
mod row;
mod tasks;

use std::sync::Arc;

pub(super) use checks::{exceeded, order, screened, short_of_money};
pub(super) use decide::{Counting, Weighed, ancestors, stopped, weigh};
pub(super) use grant::{Granted, LimitRecord, granted};
pub(super) use refuse::refused_detail;
pub(super) use row::{draft, finish, free_end, row};
pub(super) use tasks::tasks;

use super::{Admit, AdmitKind, Outcome, Refusal, Snapshot, is_ahead, report};
use crate::{AgentId, CredentialId, Mode, Timestamp, policy::AgentPolicy};
use decide::{Verdict, decide};

pub(super) fn admit(snapshot: &mut Snapshot, command: &Admit, clock: Timestamp) -> Result<Outcome, Refusal> {
    if let Some(request) = snapshot.request(command.id) {
        return Ok(Outcome::Request { request: Box::new(request.clone()), replayed: false });
    }
    if is_ahead(snapshot.head().last_now, clock) {
        return Err(Refusal::ClockBehind);
    }
    let now = snapshot.now(clock);
    let agent = authenticated(snapshot, command, now)?;
    if let Some(outcome) = replay(snapshot, command)? {
        return Ok(outcome);
    }
    match command.kind {
        AdmitKind::BudgetReport { about } => report::answer(snapshot, command, about, now),
        AdmitKind::Dispatch(start) => match decide(snapshot, command, &agent, now)? {
            Verdict::Refuse(state, reasons) => refuse::refuse(snapshot, command, state, reasons, now),
            Verdict::Ask(reason) => refuse::ask(snapshot, command, &agent, reason, now),
            Verdict::Hold(granted) => grant::hold(snapshot, command, start, granted, now),
        },
    }
}

/// The agent behind a key that opens it now.
pub(super) fn authenticated(snapshot: &Snapshot, command: &Admit, now: Timestamp) -> Result<Arc<AgentPolicy>, Refusal> {
    opened(snapshot, command.agent, (command.credential, command.mode), now)
}

pub(super) fn opened(
    snapshot: &Snapshot,
    agent: AgentId,
    (credential, mode): (CredentialId, Mode),
    now: Timestamp,
) -> Result<Arc<AgentPolicy>, Refusal> {
    let agent = snapshot.policy.agents.get(&agent).ok_or(Refusal::CredentialRevoked)?;
    let alive = agent.status.is_living();
    let opens = agent.credentials.get(&credential).is_some_and(|key| key.opens(mode, now));
    (alive && opens).then(|| Arc::clone(agent)).ok_or(Refusal::CredentialRevoked)
}

fn replay(snapshot: &Snapshot, command: &Admit) -> Result<Option<Outcome>, Refusal> {
    let Some(key) = &command.idempotency_key else { return Ok(None) };
    let Some(earlier) = snapshot.by_key(&(command.agent, command.mode, key.clone())) else { return Ok(None) };
    if !earlier.content.is_same_as(&command.content) {
        return Err(Refusal::IdempotencyConflict { request: earlier.id });
    }
    Ok(Some(Outcome::Request { request: Box::new(earlier.clone()), replayed: true }))
}
