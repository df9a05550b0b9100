//! The schemas' recurring shapes: payloads without other members, results without missing ones, and bounded members.

use serde_json::{Value, json};

/// A payload that may have these members and no others.
pub(super) fn payload(required: &[&str], members: Value) -> Value {
    json!({"type": "object", "required": required, "additionalProperties": false, "properties": members})
}

/// A result that has every one of these members.
pub(super) fn result(members: Value) -> Value {
    let names: Vec<&String> = members.as_object().into_iter().flat_map(serde_json::Map::keys).collect();
    json!({"type": "object", "required": names, "properties": members})
}

/// Results of one kind.
pub(super) fn list_of(item: Value) -> Value {
    json!({"type": "array", "items": item})
}

/// A text that is not empty.
pub(super) fn text(most: u32, description: &str) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": most, "description": description})
}

/// A phone's number, or the name that a carrier accepts as a sender.
pub(super) fn phone(description: &str) -> Value {
    json!({"type": "string", "minLength": 3, "maxLength": 32, "description": description})
}

/// The address of a mailbox.
pub(super) fn mailbox(description: &str) -> Value {
    json!({"type": "string", "minLength": 3, "maxLength": 320, "description": description})
}

/// The address of a mailbox, as the domain's `Mailbox` reads it: nothing that could name a second one.
pub(super) fn one_mailbox(description: &str) -> Value {
    const PATTERN: &str = concat!(
        r"^(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*",
        r"@[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?)*$"
    );
    json!({"type": "string", "minLength": 3, "maxLength": 254, "pattern": PATTERN, "description": description})
}

/// One line: without control characters, so that it cannot begin another one.
pub(super) fn line(most: u32, description: &str) -> Value {
    const PATTERN: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
    json!({"type": "string", "maxLength": most, "pattern": PATTERN, "description": description})
}

/// An address that a provider fetches, or shows.
pub(super) fn https(description: &str) -> Value {
    json!({"type": "string", "maxLength": 2_048, "pattern": r"^https://[^\s/]+\S*$", "description": description})
}

/// A point in time; without an offset it would mean another one to every reader.
pub(super) fn time(description: &str) -> Value {
    const PATTERN: &str =
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$";
    let description = format!("{description} ISO 8601 with an offset, as 2026-01-31T12:00:00Z.");
    json!({"type": "string", "maxLength": 35, "pattern": PATTERN, "description": description})
}

/// How far a reader looks back.
pub(super) fn since() -> Value {
    let description = "Only what is not older: minutes, hours or days, as 15m, 24h or 7d.";
    json!({"type": "string", "maxLength": 5, "pattern": "^[1-9][0-9]{0,3}[mhd]$", "description": description})
}

/// How many a reader wants. One request, one page: the price is for a page.
pub(super) fn limit() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": 100, "description": "The most to return, newest first; default 20."})
}

/// A plain text of a result.
pub(super) fn word() -> Value {
    json!({"type": "string"})
}

/// A text of a result that may be missing.
pub(super) fn maybe_word() -> Value {
    json!({"type": ["string", "null"]})
}
