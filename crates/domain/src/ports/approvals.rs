//! Questions, for people and for the sweep.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, ApprovalId, Mode, OrgId, Timestamp,
    approval::{Approval, ApprovalStatus},
};

/// Which questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalFilter {
    /// Only with this status.
    pub status: Option<ApprovalStatus>,
    /// Only of this world.
    pub mode: Option<Mode>,
    /// Only of this agent.
    pub agent: Option<AgentId>,
    /// Only those with a smaller sequence: the cursor of the last page.
    pub before_seq: Option<i64>,
}

/// Committed questions; never those of another organization.
#[async_trait]
pub trait ApprovalQueries: Send + Sync {
    /// At most `limit` questions, the newest first.
    async fn approvals(&self, org: OrgId, filter: &ApprovalFilter, limit: u32) -> Result<Vec<Approval>, StoreError>;
    /// A question.
    async fn approval(&self, org: OrgId, id: ApprovalId) -> Result<Option<Approval>, StoreError>;
    /// At most `limit` pending questions of all organizations whose time is over at that instant, the oldest end first.
    async fn overdue(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError>;
}
