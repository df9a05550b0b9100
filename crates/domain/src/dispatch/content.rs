//! What was asked, in canonical bytes, and the salted digest that stands for it wherever text must not appear.

use std::{fmt, sync::Arc};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Tags;
use crate::{AgentId, DelegationId, InvalidId, catalog::OperationName};

/// The delegated task that a request is for.
const TASK: &str = "delegated_task_id";
/// Metadata that changes what a request means: part of its fingerprint, unlike labels.
const MEANINGFUL_METADATA: [&str; 1] = [TASK];

/// The asked-for action. Stored encrypted and erasable; only [`Content::digest`] enters the audit chain.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Random, so that the digest of a guessable payload tells nothing once this is erased.
    pub salt: [u8; 16],
    /// Canonical JSON of agent, operation, payload and meaningful metadata: the fingerprint of idempotency and approvals.
    pub canonical: Arc<[u8]>,
    /// The caller's metadata as JSON; labels that come back in usage.
    pub metadata: Option<Arc<[u8]>>,
}

impl Content {
    /// Builds the canonical bytes.
    pub fn new(
        agent: AgentId,
        operation: &OperationName,
        payload: &Value,
        metadata: Option<&Value>,
        salt: [u8; 16],
    ) -> Self {
        let meaning = metadata.map(meaningful).unwrap_or_default();
        let whole = json!({"agent": agent, "metadata": meaning, "operation": operation.as_str(), "payload": payload});
        let metadata = metadata.filter(|value| !value.is_null()).map(|value| canonical_json(value).into());
        Self { salt, canonical: canonical_json(&whole).into(), metadata }
    }

    /// SHA-256 over salt and canonical bytes.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.salt, &self.canonical)
    }

    /// Whether another attempt asks for the same: its bytes under this content's salt give the same digest.
    pub fn is_same_as(&self, other: &Self) -> bool {
        digest(&self.salt, &other.canonical) == self.digest()
    }

    /// The payload, read back from the canonical bytes.
    pub fn payload(&self) -> Value {
        let whole: Value = serde_json::from_slice(&self.canonical).unwrap_or_default();
        whole.get("payload").cloned().unwrap_or_default()
    }

    /// The caller's labels; none where the metadata has them in another form, as requests of before may.
    pub fn tags(&self) -> Tags {
        let metadata = self.metadata.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok());
        metadata.and_then(|metadata: Value| Tags::of(&metadata).ok()).unwrap_or_default()
    }

    /// The task that the caller named; none where something else stands there, as in requests of before may be.
    pub fn delegated_task(&self) -> Option<DelegationId> {
        let metadata = self.metadata.as_deref().and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok())?;
        delegated_task(&metadata).ok().flatten()
    }
}

/// The task that metadata names; null is absent, as everywhere.
///
/// # Errors
///
/// [`InvalidId`] for anything but the id of a task.
pub fn delegated_task(metadata: &Value) -> Result<Option<DelegationId>, InvalidId> {
    match metadata.get(TASK) {
        None | Some(Value::Null) => Ok(None),
        Some(named) => named.as_str().unwrap_or_default().parse().map(Some),
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(***)")
    }
}

fn digest(salt: &[u8; 16], bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(bytes).finalize().into()
}

fn meaningful(metadata: &Value) -> Map<String, Value> {
    let pick = |name: &&str| metadata.get(*name).map(|value| ((*name).to_owned(), value.clone()));
    MEANINGFUL_METADATA.iter().filter_map(pick).collect()
}

/// JSON with sorted keys, no blanks, and no members that are null: `null` and absent mean the same on this wire.
pub fn canonical_json(value: &Value) -> Vec<u8> {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text.into_bytes()
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut kept: Vec<_> = members.iter().filter(|(_, member)| !member.is_null()).collect();
            kept.sort_unstable_by_key(|(name, _)| *name);
            write_list(kept, ('{', '}'), out, |(name, member), out| {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_canonical(member, out);
            });
        }
        Value::Array(items) => write_list(items.iter().collect(), ('[', ']'), out, write_canonical),
        plain => out.push_str(&plain.to_string()),
    }
}

fn write_list<T>(items: Vec<T>, (open, close): (char, char), out: &mut String, mut write: impl FnMut(T, &mut String)) {
    out.push(open);
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(payload: Value, salt: u8) -> Content {
        let operation = "email.send".parse().unwrap();
        Content::new(AgentId::new(uuid::Uuid::nil()), &operation, &payload, None, [salt; 16])
    }

    #[test]
    fn order_and_nulls_do_not_matter() {
        let a = content(json!({"to": "a", "cc": null, "body": {"x": [1, null]}}), 1);
        let b = content(json!({"body": {"x": [1, null], "y": null}, "to": "a"}), 2);
        assert!(a.is_same_as(&b));
        assert_ne!(a.digest(), b.digest(), "the salt hides equal payloads");
    }

    #[test]
    fn another_payload_is_another_request() {
        assert!(!content(json!({"to": "a"}), 1).is_same_as(&content(json!({"to": "b"}), 1)));
    }

    #[test]
    fn tags_come_back_and_change_nothing() {
        let operation = "email.send".parse().unwrap();
        let made = |metadata: Value| {
            Content::new(AgentId::new(uuid::Uuid::nil()), &operation, &json!({}), Some(&metadata), [1; 16])
        };
        let (red, blue) = (made(json!({"tags": {"color": "red"}})), made(json!({"tags": {"color": "blue"}})));
        assert!(red.is_same_as(&blue), "labels are no part of the fingerprint");
        assert_eq!(red.digest(), blue.digest());
        assert!(red.tags().has(&"color:red".parse().unwrap()));
        assert!(made(json!({"tags": ["old"]})).tags().is_empty());
    }

    #[test]
    fn the_payload_comes_back() {
        assert_eq!(content(json!({"to": "a"}), 1).payload(), json!({"to": "a"}));
    }
}
