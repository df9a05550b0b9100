//! The caller's name for one attempt to get something done.

use std::{fmt, str::FromStr, sync::Arc};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::canonical_json;
use crate::{AgentId, CommandId, Mode, OrgId};

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

    /// The same for what an agent asks for: its keys are its own, in each mode.
    pub fn command_of_agent(&self, agent: AgentId, mode: Mode) -> CommandId {
        CommandId::derived(&["idempotency key", &agent.to_string(), mode.as_str(), &self.0])
    }

    /// A digest of what was asked for under this key: a repeat must ask for the same. The key, which is stored nowhere beside
    /// it, salts it.
    pub fn digest(&self, asked: &Value) -> String {
        let text = canonical_json(asked);
        let digest = Sha256::new().chain_update(self.0.len().to_be_bytes()).chain_update(self.0.as_bytes());
        digest.chain_update(text).finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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
