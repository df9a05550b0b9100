//! Why a payload is refused before any money is looked at.

/// Longer names in a path are cut: they come from the caller and go back to him.
const LONGEST_NAME: usize = 64;

/// A field of a payload and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct PayloadProblem {
    /// Where, as a path such as `payload.messages[0].content`.
    pub field: String,
    /// What, for people.
    pub message: String,
}

impl PayloadProblem {
    /// A problem at a path.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// A member of the object at `path` that is not known there.
    pub fn unknown_member(path: &str, name: &str, message: impl Into<String>) -> Self {
        let short: String = name.chars().take(LONGEST_NAME).collect();
        Self::new(format!("{path}.{short}"), message)
    }
}
