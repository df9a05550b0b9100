//! Delegated tasks.

use async_trait::async_trait;
use upivia_domain::{
    DelegationId, OrgId,
    delegation::DelegatedTask,
    ports::{DelegationQueries, StoreError, TaskFilter},
};

use super::ask;
use crate::Store;

#[async_trait]
impl DelegationQueries for Store {
    async fn delegated_tasks(
        &self,
        org: OrgId,
        filter: &TaskFilter,
        limit: u32,
    ) -> Result<Vec<DelegatedTask>, StoreError> {
        let filter = *filter;
        ask!(self, read queries::delegations::list(org, filter, limit))
    }

    async fn delegated_task(&self, org: OrgId, id: DelegationId) -> Result<Option<DelegatedTask>, StoreError> {
        ask!(self, read queries::delegations::find(org, id))
    }
}
