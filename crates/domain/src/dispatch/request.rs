//! The request row: hold, idempotency and answer in one.

use std::sync::Arc;

use serde_json::Value;

use super::{Basis, Content, IdempotencyKey, ProviderName, RequestState};
use crate::{
    AgentId, ApprovalId, CommandId, CredentialId, Mode, NanoUsd, NodeId, OrgId, RequestId, Timestamp,
    budget::{AccountOwner, LimitUnit, Reason, ReasonCode, Window},
    catalog::OperationName,
};

/// A window in which a hold is counted. It belongs to the moment of admission, whenever the request ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldWindow {
    /// Which.
    pub window: Window,
    /// What of the request is counted there.
    pub unit: LimitUnit,
}

/// Money that a request may still use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// How much; zero for free operations.
    pub amount: NanoUsd,
    /// Whose.
    pub account: AccountOwner,
    /// Where it is counted.
    pub windows: Arc<[HeldWindow]>,
}

/// What a request cost in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// All of it.
    pub cost: NanoUsd,
    /// The part above the hold, which the funding account did not pay.
    pub overrun: NanoUsd,
    /// How the cost is known.
    pub basis: Basis,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The command that ended it: the same command again is a replay, another one is late evidence.
    pub by: CommandId,
    /// When.
    pub at: Timestamp,
    /// What was charged, where something was.
    pub charge: Option<Charge>,
    /// Why it was not executed.
    pub reason: Option<ReasonCode>,
}

/// A service request as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRequest {
    /// Its id.
    pub id: RequestId,
    /// Whose.
    pub org: OrgId,
    /// The agent that asked.
    pub agent: AgentId,
    /// Live or test.
    pub mode: Mode,
    /// The key it asked with.
    pub credential: CredentialId,
    /// The caller's key of the attempt.
    pub idempotency_key: Option<IdempotencyKey>,
    /// The operation.
    pub operation: OperationName,
    /// Who executes it.
    pub provider: Option<ProviderName>,
    /// What was asked.
    pub content: Content,
    /// The salted digest of the content, as in the audit chain.
    pub digest: [u8; 32],
    /// The most that it may cost.
    pub estimate: NanoUsd,
    /// The limit of output tokens that was applied because the request named none.
    pub applied_max_tokens: Option<u32>,
    /// The hold, once there was one; kept after the end.
    pub hold: Option<Hold>,
    /// Where it stands.
    pub state: RequestState,
    /// The process that carries it on.
    pub owner: Option<NodeId>,
    /// Until then no release is possible: a sleeping former owner might still send.
    pub fence_until: Option<Timestamp>,
    /// What it waits for, in `ApprovalRequired`.
    pub approval: Option<(ApprovalId, Timestamp)>,
    /// Every failed check of the decision.
    pub reasons: Arc<[Reason]>,
    /// For the agent: the provider's result, or `{detail}` of a failure.
    pub result: Option<Arc<Value>>,
    /// The provider's own id of it.
    pub external_id: Option<String>,
    /// How it ended.
    pub end: Option<End>,
    /// Evidence came after somebody else had ended or taken over the request.
    pub flagged: bool,
    /// The commit sequence of its admission.
    pub seq: i64,
    /// When it was decided.
    pub created_at: Timestamp,
}

impl ServiceRequest {
    /// The amount of the hold; zero where there never was one.
    pub fn held_amount(&self) -> NanoUsd {
        self.hold.as_ref().map_or(NanoUsd::ZERO, |hold| hold.amount)
    }

    /// What was charged, where something was.
    pub fn charge(&self) -> Option<Charge> {
        self.end.as_ref().and_then(|end| end.charge)
    }

    /// Why it was not executed.
    pub fn reason(&self) -> Option<ReasonCode> {
        self.end.as_ref().and_then(|end| end.reason)
    }
}
