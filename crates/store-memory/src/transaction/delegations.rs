//! Delegated tasks inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, DelegationId, OrgId,
    delegation::DelegatedTask,
    ports::{DelegationRepository, StoreError},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl DelegationRepository for Transaction {
    async fn insert(&mut self, task: &DelegatedTask) -> Result<(), StoreError> {
        self.change(task.org, |policy| {
            let known = [task.parent, task.child].iter().all(|agent| policy.agents.contains_key(agent));
            if !known || policy.delegated_tasks.contains_key(&task.id) {
                return Err(constraint("delegated_tasks: it exists, or one of the agents does not"));
            }
            policy.delegated_tasks.insert(task.id, task.clone());
            Ok(())
        })
    }

    async fn update(&mut self, task: &DelegatedTask) -> Result<(), StoreError> {
        self.change(task.org, |policy| {
            let row = policy.delegated_tasks.get_mut(&task.id);
            let row = row.ok_or_else(|| constraint("delegated_tasks: there is no such row"))?;
            (row.status, row.result, row.seq) = (task.status, task.result.clone(), task.seq);
            (row.updated_at, row.ended_at) = (task.updated_at, task.ended_at);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: DelegationId) -> Result<Option<DelegatedTask>, StoreError> {
        Ok(self.see(org, |policy| policy.delegated_tasks.get(&id).cloned()).flatten())
    }

    async fn open_of(&mut self, org: OrgId, child: AgentId) -> Result<Vec<DelegatedTask>, StoreError> {
        Ok(self.see(org, |policy| policy.open_tasks(child).cloned().collect()).unwrap_or_default())
    }

    async fn open_with(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<DelegatedTask>, StoreError> {
        let wanted = |task: &&DelegatedTask| task.is_open() && task.involves(agent);
        Ok(self
            .see(org, |policy| policy.delegated_tasks.values().filter(wanted).cloned().collect())
            .unwrap_or_default())
    }
}
