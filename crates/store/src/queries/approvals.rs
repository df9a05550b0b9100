//! Questions to people.

use async_trait::async_trait;
use upivia_domain::{
    ApprovalId, OrgId, Timestamp,
    approval::Approval,
    ports::{ApprovalFilter, ApprovalQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl ApprovalQueries for Store {
    async fn approvals(&self, org: OrgId, filter: &ApprovalFilter, limit: u32) -> Result<Vec<Approval>, StoreError> {
        let filter = filter.clone();
        ask!(self, read queries::approvals::list(org, filter, limit))
    }

    async fn approval(&self, org: OrgId, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
        ask!(self, read queries::approvals::find(org, id))
    }

    async fn overdue(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        ask!(self, read queries::approvals::overdue(now, limit))
    }
}
