//! Evidence about a request that ended already.
//!
//! What names another cost corrects it, unless that cost is known better. What names none moves no money: where it
//! contradicts the end, the request is flagged and the contradiction is written down, for people.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Fail, Outcome, Recorded, Refusal, Settle, Snapshot,
    adjust::{Correction, correct},
    progress::{actor_of, event, unchanged},
};
use crate::{
    CommandId, NanoUsd, Timestamp,
    dispatch::{Basis, RequestState, ServiceRequest},
};

/// An answer for a request that ended by something else: the same cost changes nothing, another one corrects it.
pub(super) fn settlement(
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
pub(super) fn failure(
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
pub(super) fn stands(
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
