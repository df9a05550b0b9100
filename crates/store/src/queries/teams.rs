//! Members, allocations, and workers' wishes for money.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, TeamId, UserId,
    ports::{BudgetRequestFilter, StoreError, TeamQueries},
    team::{Allocation, BudgetRequest, TeamMember},
};

use super::ask;
use crate::Store;

#[async_trait]
impl TeamQueries for Store {
    async fn team_members(&self, org: OrgId, team: TeamId) -> Result<Vec<TeamMember>, StoreError> {
        ask!(self, read queries::teams::members(org, team))
    }

    async fn teams_of(&self, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError> {
        ask!(self, read queries::teams::of_user(org, user))
    }

    async fn allocations(&self, org: OrgId, team: TeamId) -> Result<Vec<Allocation>, StoreError> {
        ask!(self, read queries::teams::allocations(org, team))
    }

    async fn budget_requests(
        &self,
        org: OrgId,
        filter: &BudgetRequestFilter,
        limit: u32,
    ) -> Result<Vec<BudgetRequest>, StoreError> {
        let filter = *filter;
        ask!(self, read queries::teams::budget_requests(org, filter, limit))
    }
}
