//! Tags: the caller's own labels of a request, by which usage can be told apart. They decide nothing and are never part of
//! the fingerprint or of the audit chain: they live with the content, encrypted and erasable.

use std::{collections::BTreeMap, str::FromStr};

use serde::Serialize;
use serde_json::Value;

const MOST: usize = 10;
const LONGEST_KEY: usize = 40;
const LONGEST_VALUE: usize = 100;

/// Labels by key, in the order of their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

/// One label, as a filter names it: `key:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    key: String,
    value: String,
}

/// What is wrong with tags, and where below the metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct InvalidTags {
    /// For example `metadata.tags.project`.
    pub field: String,
    /// What.
    pub message: String,
}

/// A text that names no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be key:value, the key of 1 to 40 of a-z, 0-9, _, . and -, the value of at most 100 characters")]
pub struct InvalidTag;

impl Tags {
    /// The tags in the metadata of a request: the object `tags`, where there is one. Null is absent, as everywhere.
    ///
    /// # Errors
    ///
    /// [`InvalidTags`].
    pub fn of(metadata: &Value) -> Result<Self, InvalidTags> {
        let members = match metadata.get("tags") {
            None | Some(Value::Null) => return Ok(Self::default()),
            Some(Value::Object(members)) => members,
            Some(_) => return Err(invalid("metadata.tags", "must be an object of texts")),
        };
        let tags = members.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| tag(key, value));
        let tags: BTreeMap<_, _> = tags.collect::<Result<_, _>>()?;
        if tags.len() > MOST {
            return Err(invalid("metadata.tags", "has more than 10 tags"));
        }
        Ok(Self(tags))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one is among them.
    pub fn has(&self, tag: &Tag) -> bool {
        self.0.get(&tag.key) == Some(&tag.value)
    }
}

fn tag(key: &str, value: &Value) -> Result<(String, String), InvalidTags> {
    if !is_key(key) {
        return Err(invalid("metadata.tags", "keys are of 1 to 40 of a-z, 0-9, _, . and -"));
    }
    let value = value.as_str().filter(|text| is_value(text));
    let value =
        value.ok_or_else(|| invalid(&format!("metadata.tags.{key}"), "must be a text of at most 100 characters"));
    Ok((key.to_owned(), value?.to_owned()))
}

fn invalid(field: &str, message: &str) -> InvalidTags {
    InvalidTags { field: field.to_owned(), message: message.to_owned() }
}

fn is_key(key: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-');
    (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(allowed)
}

fn is_value(value: &str) -> bool {
    value.chars().count() <= LONGEST_VALUE
}

impl FromStr for Tag {
    type Err = InvalidTag;
    fn from_str(text: &str) -> Result<Self, InvalidTag> {
        let (key, value) = text.split_once(':').ok_or(InvalidTag)?;
        let sound = is_key(key) && is_value(value);
        sound.then(|| Self { key: key.to_owned(), value: value.to_owned() }).ok_or(InvalidTag)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn field(metadata: &Value) -> String {
        Tags::of(metadata).unwrap_err().field
    }

    #[test]
    fn absent_and_null_are_no_tags() {
        for metadata in [json!({}), json!(null), json!({"tags": null}), json!({"tags": {"a": null}})] {
            assert!(Tags::of(&metadata).unwrap().is_empty(), "{metadata}");
        }
    }

    #[test]
    fn a_filter_finds_exactly_its_tag() {
        let tags = Tags::of(&json!({"tags": {"cost-center": "a:b", "team": ""}})).unwrap();
        for (text, found) in [("cost-center:a:b", true), ("team:", true), ("cost-center:a", false), ("other:a", false)]
        {
            assert_eq!(tags.has(&text.parse().unwrap()), found, "{text}");
        }
        for wrong in ["", "team", ":x", "Team:x", &format!("a:{}", "x".repeat(101))] {
            assert_eq!(wrong.parse::<Tag>(), Err(InvalidTag), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let many: serde_json::Map<_, _> = (0..11).map(|n| (format!("k{n}"), json!("v"))).collect();
        for wrong in [
            json!([]),
            json!("a"),
            Value::Object(many),
            json!({"A": "x"}),
            json!({"": "x"}),
            json!({"k".repeat(41): "x"}),
        ] {
            assert_eq!(field(&json!({ "tags": wrong })), "metadata.tags");
        }
        for wrong in [json!(1), json!({}), json!("é".repeat(101))] {
            assert_eq!(field(&json!({"tags": { "k": wrong }})), "metadata.tags.k");
        }
        assert!(Tags::of(&json!({"tags": {"k".repeat(40): "é".repeat(100)}})).is_ok(), "the bounds themselves fit");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<Tag>();
            let _ = Tags::of(&json!({ "tags": { text.as_str(): text } }));
        }
    }
}
