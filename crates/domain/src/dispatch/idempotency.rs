//! The caller's name for one attempt to get something done.

use std::{fmt, str::FromStr, sync::Arc};

use crate::{CommandId, OrgId};

/// 1 to 255 bytes; unique per agent and mode. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(Arc<str>);

/// Why a text is no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 255 bytes and no control characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The command that the attempt is, whoever tries again: the same key in an organization is the same command.
    pub fn command(&self, org: OrgId) -> CommandId {
        CommandId::derived(&["idempotency key", &org.to_string(), &self.0])
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidIdempotencyKey;
    fn from_str(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let fits = (1..=255).contains(&text.len()) && !text.chars().any(char::is_control);
        fits.then(|| Self(text.into())).ok_or(InvalidIdempotencyKey)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
