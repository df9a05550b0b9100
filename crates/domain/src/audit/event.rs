//! Events, and the canonical bytes that the chain covers.

use std::{borrow::Cow, fmt::Write, sync::Arc};

use serde::Serialize;
use serde_json::Value;

use super::chain_hash;
use crate::{
    AgentId, Mode, NanoUsd, OrgId, RequestId, Timestamp, budget::Account, catalog::OperationName, identity::Actor,
};

/// The format of the canonical bytes; a change of [`Body`] is a new version.
pub const FORMAT_VERSION: u8 = 1;

/// Money that moved: out of `debit`, into `credit`. It sums to zero by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Where it left.
    pub debit: Account,
    /// Where it arrived.
    pub credit: Account,
    /// How much; never negative.
    pub amount: NanoUsd,
}

/// What a change was about, where it is not a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// For example `agent`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

/// An event on its way into the chain. `detail` holds figures, ids and digests; never payload text or secrets.
#[derive(Debug, Clone)]
pub struct EventDraft<'a, D> {
    /// For example `request.admitted`.
    pub kind: &'static str,
    /// Who caused it.
    pub actor: Actor,
    /// The world of money it is about.
    pub mode: Option<Mode>,
    /// The request it is about.
    pub request: Option<RequestId>,
    /// The agent it is about.
    pub agent: Option<AgentId>,
    /// The operation it is about.
    pub operation: Option<&'a OperationName>,
    /// The state it led to.
    pub status: Option<&'static str>,
    /// What else it is about.
    pub object: Option<&'a Object>,
    /// The money it moved.
    pub posting: Option<Posting>,
    /// The id of the HTTP request that caused it.
    pub trace: Option<&'a str>,
    /// The rest.
    pub detail: D,
}

/// An event of a use-case outside the ledger: old and new values in `detail`.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// For example `binding.created`.
    pub kind: &'static str,
    /// Who caused it.
    pub actor: Actor,
    /// The agent it is about.
    pub agent: Option<AgentId>,
    /// The operation it is about.
    pub operation: Option<OperationName>,
    /// What it is about.
    pub object: Object,
    /// Old and new values, digests of personal data; never secrets.
    pub detail: Value,
    /// The id of the HTTP request that caused it.
    pub trace: Option<Arc<str>>,
}

impl NewEvent {
    /// The same as a draft.
    pub fn draft(&self) -> EventDraft<'_, &Value> {
        EventDraft {
            kind: self.kind,
            actor: self.actor,
            mode: None,
            request: None,
            agent: self.agent,
            operation: self.operation.as_ref(),
            status: None,
            object: Some(&self.object),
            posting: None,
            trace: self.trace.as_deref(),
            detail: &self.detail,
        }
    }
}

/// An event in the journal. The columns repeat what `body` says, so that lists can filter; verification compares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEvent {
    /// Whose chain.
    pub org: OrgId,
    /// Its place in the chain and in every list: the commit sequence.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// For example `request.admitted`.
    pub kind: Cow<'static, str>,
    /// The world of money it is about.
    pub mode: Option<Mode>,
    /// The request it is about.
    pub request: Option<RequestId>,
    /// The agent it is about.
    pub agent: Option<AgentId>,
    /// The operation it is about.
    pub operation: Option<OperationName>,
    /// The state it led to.
    pub status: Option<Cow<'static, str>>,
    /// The money it moved.
    pub posting: Option<Posting>,
    /// The canonical bytes: JSON text.
    pub body: Arc<str>,
    /// SHA-256 over the format version, the previous hash and `body`.
    pub hash: [u8; 32],
}

/// The canonical form, version 1. Verification hashes the stored bytes and never writes this again.
#[derive(Serialize)]
struct Body<'a, D> {
    v: u8,
    org: OrgId,
    seq: i64,
    at: i64,
    kind: &'static str,
    actor: ActorBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    posting: Option<PostingBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a str>,
    detail: &'a D,
}

#[derive(Serialize)]
struct ActorBody {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<crate::CredentialId>,
}

#[derive(Serialize)]
struct ObjectBody<'a> {
    kind: &'static str,
    id: &'a str,
}

#[derive(Serialize)]
struct PostingBody {
    debit: String,
    credit: String,
    nanos: i64,
}

impl<D: Serialize> EventDraft<'_, D> {
    /// Gives the event its place in a chain.
    pub fn chained(self, org: OrgId, seq: i64, at: Timestamp, previous: &[u8; 32]) -> JournalEvent {
        let body: Arc<str> = self.body(org, seq, at).into();
        JournalEvent {
            org,
            seq,
            at,
            kind: Cow::Borrowed(self.kind),
            mode: self.mode,
            request: self.request,
            agent: self.agent,
            operation: self.operation.cloned(),
            status: self.status.map(Cow::Borrowed),
            posting: self.posting,
            hash: chain_hash(FORMAT_VERSION, previous, body.as_bytes()),
            body,
        }
    }

    fn body(&self, org: OrgId, seq: i64, at: Timestamp) -> String {
        let actor = ActorBody { kind: self.actor.kind(), id: self.actor.id(), credential: self.actor.credential() };
        let posting = |posting: Posting| PostingBody {
            debit: posting.debit.to_string(),
            credit: posting.credit.to_string(),
            nanos: posting.amount.nanos(),
        };
        let body = Body {
            v: FORMAT_VERSION,
            org,
            seq,
            at: at.micros(),
            kind: self.kind,
            actor,
            mode: self.mode,
            request: self.request,
            agent: self.agent,
            operation: self.operation.map(OperationName::as_str),
            status: self.status,
            object: self.object.map(|object| ObjectBody { kind: object.kind, id: &object.id }),
            posting: self.posting.map(posting),
            trace: self.trace,
            detail: &self.detail,
        };
        // Every field is a string, an integer or JSON made by serde: there is nothing that could fail to serialise.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

/// Lower-case hexadecimal, as digests appear in events.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
