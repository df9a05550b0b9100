//! The chain: every event's hash covers the one before it.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{JournalEvent, hex};
use crate::{OrgId, Timestamp, ledger::CLOCK_REPAIRED};

/// The hash before the first event.
pub const GENESIS: [u8; 32] = [0; 32];

/// SHA-256 over the format version, the previous hash and the canonical bytes.
pub fn chain_hash(version: u8, previous: &[u8; 32], body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([version]).chain_update(previous).chain_update(body).finalize().into()
}

/// What an event says about a text that it must not repeat: SHA-256 in lower-case hexadecimal.
pub fn text_digest(text: &str) -> String {
    hex(&<[u8; 32]>::from(Sha256::digest(text)))
}

/// The first event that does not belong where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("journal {org} seq {seq}: {problem}")]
pub struct BrokenChain {
    /// Whose chain.
    pub org: OrgId,
    /// Which event.
    pub seq: i64,
    /// What is wrong.
    pub problem: &'static str,
}

/// Walks one organization's chain from its beginning.
#[derive(Debug)]
pub struct ChainVerifier {
    org: OrgId,
    seq: i64,
    at: Timestamp,
    hash: [u8; 32],
}

impl ChainVerifier {
    /// Before the first event.
    pub const fn new(org: OrgId) -> Self {
        Self { org, seq: 0, at: Timestamp::from_micros(i64::MIN), hash: GENESIS }
    }

    /// Behind an event that is taken as sound: only what follows it is checked.
    pub const fn after(event: &JournalEvent) -> Self {
        Self { org: event.org, seq: event.seq, at: event.at, hash: event.hash }
    }

    /// How many events were sound so far; also the last sequence.
    pub const fn seq(&self) -> i64 {
        self.seq
    }

    /// Checks the next event: place, order in time, hash, and columns against the bytes.
    pub fn push(&mut self, event: &JournalEvent) -> Result<(), BrokenChain> {
        let broken = |problem| BrokenChain { org: self.org, seq: event.seq, problem };
        if event.org != self.org {
            return Err(broken("belongs to another organization"));
        }
        if event.seq != self.seq + 1 {
            return Err(broken("an event before it is missing"));
        }
        if event.at < self.at && event.kind != CLOCK_REPAIRED {
            return Err(broken("is older than the event before it"));
        }
        let body: Value = serde_json::from_str(&event.body).map_err(|_| broken("its bytes are not JSON"))?;
        let version = body.get("v").and_then(Value::as_u64).and_then(|v| u8::try_from(v).ok());
        let version = version.ok_or_else(|| broken("its bytes have no format version"))?;
        if chain_hash(version, &self.hash, event.body.as_bytes()) != event.hash {
            return Err(broken("its hash does not follow from its bytes and the event before it"));
        }
        if !columns_agree(event, &body) {
            return Err(broken("its columns differ from its bytes"));
        }
        (self.seq, self.at, self.hash) = (event.seq, event.at, event.hash);
        Ok(())
    }

    /// Checks that the head knows the last event: otherwise the end of the journal was cut off.
    pub fn finish(self, head_seq: i64, head_hash: &[u8; 32]) -> Result<i64, BrokenChain> {
        if self.seq != head_seq || self.hash != *head_hash {
            let problem = "the journal does not end where the organization's head says";
            return Err(BrokenChain { org: self.org, seq: self.seq + 1, problem });
        }
        Ok(self.seq)
    }
}

fn columns_agree(event: &JournalEvent, body: &Value) -> bool {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let posting = body.get("posting");
    let leg = |name: &str| posting.and_then(|posting| posting.get(name)?.as_str()).map(str::to_owned);
    let nanos = posting.and_then(|posting| posting.get("nanos")?.as_i64());
    body.get("seq").and_then(Value::as_i64) == Some(event.seq)
        && body.get("at").and_then(Value::as_i64) == Some(event.at.micros())
        && text("org") == Some(event.org.to_string())
        && text("kind").as_deref() == Some(&*event.kind)
        && text("mode").as_deref() == event.mode.map(crate::Mode::as_str)
        && text("request") == event.request.map(|id| id.to_string())
        && text("agent") == event.agent.map(|id| id.to_string())
        && text("operation").as_deref() == event.operation.as_ref().map(crate::catalog::OperationName::as_str)
        && text("status").as_deref() == event.status.as_deref()
        && leg("debit") == event.posting.map(|posting| posting.debit.to_string())
        && leg("credit") == event.posting.map(|posting| posting.credit.to_string())
        && nanos == event.posting.map(|posting| posting.amount.nanos())
}
