//! Phone calls that say a text.

use serde_json::json;
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::{
    operation,
    shape::{maybe_word, payload, phone, result, text, word},
};

/// One minute, and every minute that began is billed whole.
const PRICE: NanoUsd = NanoUsd::cents(5);

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
    let description = "Calls a phone and reads a text aloud. May be running until the call has ended.";
    operation("voice_call.create", description, Price::Flat(PRICE), [input, output, example])
}
