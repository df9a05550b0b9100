//! Questions to people.

use async_trait::async_trait;
use upivia_domain::{
    ApprovalId, OrgId, Timestamp,
    approval::{Approval, ApprovalStatus},
    ports::{ApprovalFilter, ApprovalQueries, StoreError},
};

use crate::MemoryStore;

#[async_trait]
impl ApprovalQueries for MemoryStore {
    async fn approvals(&self, org: OrgId, filter: &ApprovalFilter, limit: u32) -> Result<Vec<Approval>, StoreError> {
        let mut found = self.look(org, |rows| {
            rows.ledger.approvals.values().filter(|approval| fits(filter, approval)).cloned().collect::<Vec<_>>()
        });
        found.sort_by_key(|approval| std::cmp::Reverse(approval.seq));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn approval(&self, org: OrgId, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
        Ok(self.look(org, |rows| rows.ledger.approvals.get(&id).cloned()))
    }

    async fn overdue(&self, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
        let state = self.shared.state();
        let all = state.orgs.values().flat_map(|rows| rows.ledger.approvals.values());
        let is_over = |one: &&Approval| one.status == ApprovalStatus::Pending && one.expires_at <= now;
        let mut found: Vec<_> = all.filter(is_over).cloned().collect();
        found.sort_by_key(|approval| approval.expires_at);
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }
}

fn fits(filter: &ApprovalFilter, approval: &Approval) -> bool {
    filter.status.is_none_or(|status| approval.status == status)
        && filter.mode.is_none_or(|mode| approval.mode == mode)
        && filter.agent.is_none_or(|agent| approval.agent == agent)
        && filter.before_seq.is_none_or(|seq| approval.seq < seq)
}
