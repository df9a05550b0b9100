//! Members, allocations, and workers' wishes for money.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, TeamId, UserId,
    ports::{BudgetRequestFilter, StoreError, TeamQueries},
    team::{Allocation, BudgetRequest, TeamMember},
};

use crate::MemoryStore;

#[async_trait]
impl TeamQueries for MemoryStore {
    async fn team_members(&self, org: OrgId, team: TeamId) -> Result<Vec<TeamMember>, StoreError> {
        let of_team = |member: &&TeamMember| member.team == team;
        Ok(self.look(org, |rows| rows.policy.team_members.values().filter(of_team).copied().collect()))
    }

    async fn teams_of(&self, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError> {
        let of_user = |member: &&TeamMember| member.user == user;
        Ok(self.look(org, |rows| rows.policy.team_members.values().filter(of_user).copied().collect()))
    }

    async fn allocations(&self, org: OrgId, team: TeamId) -> Result<Vec<Allocation>, StoreError> {
        let of_team = |allocation: &&Allocation| allocation.team == team;
        Ok(self.look(org, |rows| rows.policy.allocations.values().filter(of_team).copied().collect()))
    }

    async fn budget_requests(
        &self,
        org: OrgId,
        filter: &BudgetRequestFilter,
        limit: u32,
    ) -> Result<Vec<BudgetRequest>, StoreError> {
        let wanted = |wish: &&BudgetRequest| {
            filter.status.is_none_or(|status| wish.status == status)
                && filter.team.is_none_or(|team| wish.team == team)
                && filter.user.is_none_or(|user| wish.user == user)
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // Ids are in the order of birth.
        Ok(self
            .look(org, |rows| rows.policy.budget_requests.values().rev().filter(wanted).take(limit).cloned().collect()))
    }
}
