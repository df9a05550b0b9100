//! Operations that cost more than their holds too often. Ends of requests suspend them; only a person lifts that.

use serde_json::json;

use super::{LiftSuspension, Outcome, Recorded, Refusal, Snapshot};
use crate::{
    Timestamp,
    audit::{EventDraft, Object},
};

pub(super) fn lift(snapshot: &mut Snapshot, command: &LiftSuspension, clock: Timestamp) -> Result<Outcome, Refusal> {
    if let Some(recorded) = snapshot.recorded(command.id) {
        return Ok(Outcome::Recorded { seq: recorded.seq });
    }
    if !snapshot.policy.suspended.contains(&(command.mode, command.operation.clone())) {
        return Err(Refusal::NotFound("suspension"));
    }
    let now = snapshot.now(clock);
    snapshot.lift(command.mode, &command.operation);
    let object = Object { kind: "operation", id: command.operation.to_string() };
    let draft = EventDraft {
        kind: "operation.resumed",
        actor: command.actor,
        mode: Some(command.mode),
        request: None,
        agent: None,
        operation: Some(&command.operation),
        status: None,
        object: Some(&object),
        posting: None,
        trace: command.trace.as_deref(),
        detail: json!({ "reason": command.reason }),
    };
    let seq = snapshot.append(draft, now);
    snapshot.record(command.id, Recorded { seq });
    Ok(Outcome::Recorded { seq })
}
