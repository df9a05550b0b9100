//! Delegated tasks: an objective that one agent gives another, with a cap on what is spent for it and, where wanted, fewer
//! operations. No money moves; what the cap and the operations mean for a request is in [`crate::policy`].

mod status;

pub use status::{InvalidTaskStatus, Side, TaskStatus};

use crate::{AgentId, DelegationId, NanoUsd, OrgId, Timestamp, catalog::OperationName, policy::TaskTerms};

/// A delegated task. Only status, result and what follows from them ever change: a cap once given stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatedTask {
    /// Its id.
    pub id: DelegationId,
    /// Whose.
    pub org: OrgId,
    /// The agent that gave it.
    pub parent: AgentId,
    /// The agent that it was given to; it may be the same.
    pub child: AgentId,
    /// What is to be reached, for whoever works on it.
    pub objective: String,
    /// What may be spent for it, in live and in test money each; absent = counted, never refused.
    pub cap: Option<NanoUsd>,
    /// All that may be used for it; absent = whatever the agent is bound to.
    pub operations: Option<Vec<OperationName>>,
    /// The model that was asked for.
    pub model_id: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// What the child said at its end.
    pub result: Option<String>,
    /// The place of its last event in the journal.
    pub seq: i64,
    /// When it was given.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
    /// When it ended; absent while it is open.
    pub ended_at: Option<Timestamp>,
}

impl DelegatedTask {
    /// Whether requests may still be made for it.
    pub const fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// Whether an agent gave it or works on it.
    pub fn involves(&self, agent: AgentId) -> bool {
        self.parent == agent || self.child == agent
    }

    /// Whether an agent stands on that side of it.
    pub fn is_on(&self, side: Side, agent: AgentId) -> bool {
        match side {
            Side::Parent => self.parent == agent,
            Side::Child => self.child == agent,
        }
    }

    /// What an admission asks about it.
    pub fn terms(&self) -> TaskTerms {
        TaskTerms { id: self.id, cap: self.cap, operations: self.operations.clone() }
    }

    /// The same task one step on.
    pub fn advanced(self, status: TaskStatus, result: Option<String>, now: Timestamp) -> Self {
        let ended_at = (!status.is_open()).then_some(now);
        Self { status, result: result.or(self.result), updated_at: now, ended_at, ..self }
    }
}
