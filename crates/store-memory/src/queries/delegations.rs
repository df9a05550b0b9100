//! Delegated tasks.

use async_trait::async_trait;
use upivia_domain::{
    DelegationId, OrgId,
    delegation::DelegatedTask,
    ports::{DelegationQueries, StoreError, TaskFilter},
};

use crate::MemoryStore;

#[async_trait]
impl DelegationQueries for MemoryStore {
    async fn delegated_tasks(
        &self,
        org: OrgId,
        filter: &TaskFilter,
        limit: u32,
    ) -> Result<Vec<DelegatedTask>, StoreError> {
        let wanted = |task: &&DelegatedTask| {
            filter.parent.is_none_or(|parent| task.parent == parent)
                && filter.child.is_none_or(|child| task.child == child)
                && filter.status.is_none_or(|status| task.status == status)
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // Ids are in the order of birth.
        Ok(self
            .look(org, |rows| rows.policy.delegated_tasks.values().rev().filter(wanted).take(limit).cloned().collect()))
    }

    async fn delegated_task(&self, org: OrgId, id: DelegationId) -> Result<Option<DelegatedTask>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.delegated_tasks.get(&id).cloned()))
    }
}
