//! Agents' requests to people, inside a transaction and outside.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, AgentRequestId, BudgetRequestId, OrgId, UserId,
    inbox::{AgentRequest, AgentRequestKind},
};

/// Whose requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboxSight {
    /// Those that this person asked, and those about agents that they own.
    Person(UserId),
    /// Those about this agent.
    Agent(AgentId),
}

/// Which requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgentRequestFilter {
    /// Only those that nobody answered yet, or only those that somebody did.
    pub is_pending: Option<bool>,
    /// Only of this kind.
    pub kind: Option<AgentRequestKind>,
    /// Only those within sight.
    pub sight: Option<InboxSight>,
    /// Only those with a smaller sequence: the cursor of the last page.
    pub before_seq: Option<i64>,
}

/// Committed requests; never those of another organization.
#[async_trait]
pub trait InboxQueries: Send + Sync {
    /// At most `limit` requests, the newest first.
    async fn agent_requests(
        &self,
        org: OrgId,
        filter: &AgentRequestFilter,
        limit: u32,
    ) -> Result<Vec<AgentRequest>, StoreError>;
    /// A request.
    async fn agent_request(&self, org: OrgId, id: AgentRequestId) -> Result<Option<AgentRequest>, StoreError>;
}

/// Who fills a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Requests about this agent, whoever asks.
    Agent(AgentId),
    /// Requests of this person about no agent.
    Person(UserId),
}

/// Requests inside a transaction. What they say MUST NOT be readable at rest where the store keeps secrets.
#[async_trait]
pub trait AgentRequestRepository: Send {
    /// Inserts a request. Its agent MUST be one of the organization; a wish for money MUST have at most one request.
    async fn insert(&mut self, request: &AgentRequest) -> Result<(), StoreError>;
    /// Writes status, response, time and author of the answer.
    async fn update(&mut self, request: &AgentRequest) -> Result<(), StoreError>;
    /// The request.
    async fn find(&mut self, org: OrgId, id: AgentRequestId) -> Result<Option<AgentRequest>, StoreError>;
    /// The request that made that wish for money.
    async fn find_by_budget_request(
        &mut self,
        org: OrgId,
        id: BudgetRequestId,
    ) -> Result<Option<AgentRequest>, StoreError>;
    /// How many of a queue are pending.
    async fn count_pending(&mut self, org: OrgId, asker: Asker) -> Result<u64, StoreError>;
}
