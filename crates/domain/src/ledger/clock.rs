//! An organization's time: it never goes back by itself, so a clock that ran ahead stops admissions until it is repaired.

use serde_json::json;

use super::{Outcome, Recorded, Refusal, RepairClock, Snapshot};
use crate::{
    Timestamp,
    audit::{EventDraft, Object},
};

/// The only kind of event that may be older than the one before it.
pub const CLOCK_REPAIRED: &str = "clock.repaired";

/// How far ahead of a node's clock a stored time may be, in microseconds.
const MOST_SKEW_MICROS: i64 = 2_000_000;

/// Whether a stored time is so far ahead of the clock that one of the two must be wrong.
pub const fn is_ahead(stored: Timestamp, clock: Timestamp) -> bool {
    stored.micros().saturating_sub(clock.micros()) > MOST_SKEW_MICROS
}

/// Takes the organization's time back to the clock's. Where it is not ahead nothing is to be repaired, and nothing is
/// written: the outcome is the place of the last event.
pub(super) fn repair(snapshot: &mut Snapshot, command: &RepairClock, clock: Timestamp) -> Result<Outcome, Refusal> {
    if let Some(recorded) = snapshot.recorded(command.id) {
        return Ok(Outcome::Recorded { seq: recorded.seq });
    }
    let before = snapshot.head().last_now;
    if !is_ahead(before, clock) {
        return Ok(Outcome::Recorded { seq: snapshot.head().seq });
    }
    let object = Object { kind: "organization", id: command.org.to_string() };
    let draft = EventDraft {
        kind: CLOCK_REPAIRED,
        actor: command.actor,
        mode: None,
        request: None,
        agent: None,
        operation: None,
        status: None,
        object: Some(&object),
        posting: None,
        trace: None,
        detail: json!({ "before": before.micros(), "after": clock.micros() }),
    };
    // The event itself takes the time back: appending makes its time the organization's.
    let seq = snapshot.append(draft, clock);
    snapshot.record(command.id, Recorded { seq });
    Ok(Outcome::Recorded { seq })
}
