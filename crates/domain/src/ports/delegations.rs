//! Delegated tasks. What an admission asks about open ones is part of the agents' policy rows.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, DelegationId, OrgId,
    delegation::{DelegatedTask, TaskStatus},
};

/// Which tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only those that this agent gave.
    pub parent: Option<AgentId>,
    /// Only those that this agent was given.
    pub child: Option<AgentId>,
    /// Only with this status.
    pub status: Option<TaskStatus>,
}

/// Tasks outside a transaction: committed rows only, never those of another organization.
#[async_trait]
pub trait DelegationQueries: Send + Sync {
    /// At most `limit` tasks, the newest first.
    async fn delegated_tasks(
        &self,
        org: OrgId,
        filter: &TaskFilter,
        limit: u32,
    ) -> Result<Vec<DelegatedTask>, StoreError>;
    /// The task.
    async fn delegated_task(&self, org: OrgId, id: DelegationId) -> Result<Option<DelegatedTask>, StoreError>;
}

/// Tasks inside a transaction. Whatever is written here MUST hold from the next admission on, on every node.
#[async_trait]
pub trait DelegationRepository: Send {
    /// Inserts a task; both agents MUST belong to its organization.
    async fn insert(&mut self, task: &DelegatedTask) -> Result<(), StoreError>;
    /// Writes status, result, sequence and times.
    async fn update(&mut self, task: &DelegatedTask) -> Result<(), StoreError>;
    /// The task.
    async fn find(&mut self, org: OrgId, id: DelegationId) -> Result<Option<DelegatedTask>, StoreError>;
    /// The open tasks that an agent was given, the oldest first.
    async fn open_of(&mut self, org: OrgId, child: AgentId) -> Result<Vec<DelegatedTask>, StoreError>;
    /// The open tasks that an agent gave or was given, each once, the oldest first.
    async fn open_with(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<DelegatedTask>, StoreError>;
}
