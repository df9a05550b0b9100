//! Windows that money was counted in beside requests: gifts to children, what came back of them, and corrections on their way
//! past those that have ended.

use serde_json::Value;

use super::requests::fits;
use crate::{
    audit::JournalEvent,
    budget::Window,
    ledger::{returns::RETURNED, spawn::SPAWNED},
};

/// By how much which window must have changed. A gift must have fitted.
pub(super) fn counted(event: &JournalEvent) -> Result<Vec<(Window, i64)>, String> {
    if !matches!(&*event.kind, SPAWNED | RETURNED | "request.adjusted") {
        return Ok(Vec::new());
    }
    let body: Value = serde_json::from_str(&event.body).map_err(|_| "its bytes are not JSON")?;
    if event.kind == SPAWNED {
        let limits = body.pointer("/detail/limits").and_then(Value::as_array).ok_or("a gift without limits")?;
        limits.iter().try_for_each(fits)?;
    }
    let changes = body.pointer("/detail/counted").and_then(Value::as_array);
    changes.into_iter().flatten().map(change).collect()
}

fn change(entry: &Value) -> Result<(Window, i64), String> {
    let window = entry.get(0).and_then(Value::as_str).and_then(|window| window.parse().ok());
    let parsed = window.zip(entry.get(1).and_then(Value::as_i64));
    parsed.ok_or_else(|| "it was counted in what is no window".to_owned())
}
