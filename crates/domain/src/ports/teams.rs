//! Teams, their members, and who may spend or ask for what. Names and pools of teams: [`super::TeamRepository`].

use async_trait::async_trait;

use super::StoreError;
use crate::{
    BudgetRequestId, OrgId, TeamId, UserId,
    team::{Allocation, BudgetRequest, BudgetRequestStatus, TeamMember},
};

/// Which wishes for money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BudgetRequestFilter {
    /// Only with this status.
    pub status: Option<BudgetRequestStatus>,
    /// Only from the pool of this team.
    pub team: Option<TeamId>,
    /// Only of this person.
    pub user: Option<UserId>,
}

/// Members, allocations and wishes, outside a transaction: committed rows only, never those of another organization.
#[async_trait]
pub trait TeamQueries: Send + Sync {
    /// The members of a team, by the id of the person.
    async fn team_members(&self, org: OrgId, team: TeamId) -> Result<Vec<TeamMember>, StoreError>;
    /// A person's places in the teams of an organization, by team.
    async fn teams_of(&self, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError>;
    /// What the workers of a team may spend, by the id of the person.
    async fn allocations(&self, org: OrgId, team: TeamId) -> Result<Vec<Allocation>, StoreError>;
    /// At most `limit` wishes, the newest first.
    async fn budget_requests(
        &self,
        org: OrgId,
        filter: &BudgetRequestFilter,
        limit: u32,
    ) -> Result<Vec<BudgetRequest>, StoreError>;
}

/// Workers' wishes for money.
#[async_trait]
pub trait BudgetRequestRepository: Send {
    /// Inserts a wish.
    async fn insert(&mut self, request: &BudgetRequest) -> Result<(), StoreError>;
    /// Writes status, time and author of the answer.
    async fn update(&mut self, request: &BudgetRequest) -> Result<(), StoreError>;
    /// The wish.
    async fn find(&mut self, org: OrgId, id: BudgetRequestId) -> Result<Option<BudgetRequest>, StoreError>;
}

/// People who run the installation. Their rows belong to [`OrgId::PLATFORM`].
#[async_trait]
pub trait PlatformAdminRepository: Send {
    /// Makes a person one of them; nothing happens where they are.
    async fn insert(&mut self, user: UserId) -> Result<(), StoreError>;
    /// Whether a person is one of them.
    async fn contains(&mut self, user: UserId) -> Result<bool, StoreError>;
}
