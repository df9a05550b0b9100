//! Phone calls that say a text.

use std::time::Duration;

use serde_json::json;
use upivia_domain::{
    NanoUsd,
    catalog::{AtDeadline, Deadline, Operation, Price},
};

use super::{
    operation,
    shape::{maybe_word, payload, phone, result, text, word},
};

/// One minute, the longest that a call lasts. Seconds are billed, which are known when it has ended.
const PRICE: NanoUsd = NanoUsd::cents(5);

/// A call that was accepted and of which nobody tells the end was most likely made.
const DEADLINE: Deadline = Deadline { after: Duration::from_secs(24 * 60 * 60), then: AtDeadline::ChargeEstimate };

/// What is read aloud within the minute that is paid for, at fifteen characters a second and with time to pick up.
const LONGEST_SAY: u32 = 750;

pub(super) fn create() -> Option<Operation> {
    let input = payload(
        &["to", "say"],
        json!({
            "to": phone("The number to call, as +15551234567."),
            "from": phone("The caller's number."),
            "say": text(LONGEST_SAY, "What is read aloud, once; the call ends with it."),
        }),
    );
    let output = result(json!({
        "call_id": {"type": "string", "description": "The provider's id of the call."},
        "status": {"type": "string", "description": "completed: it was answered and has ended."},
        "to": word(),
        "from": maybe_word(),
        "duration_seconds": {"type": "integer", "minimum": 0, "description": "How long it lasted."},
    }));
    let example = json!({"to": "+15551234567", "from": "+15557654321", "say": "The database is down."});
    let description =
        "Calls a phone and reads a text aloud. Is running until the call has ended, and then costs what it lasted.";
    let create = operation("voice_call.create", description, Price::Flat(PRICE), [input, output, example])?;
    Some(Operation { deadline: Some(DEADLINE), ..create })
}
