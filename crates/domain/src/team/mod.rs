//! Teams: where agents belong, and the pools and allocations that may fund them.

mod member;
mod request;

pub use member::{TeamMember, TeamRole};
pub use request::{BudgetRequest, BudgetRequestStatus};

use crate::{NanoUsd, OrgId, TeamId, Timestamp, UserId, identity::Name};

/// A team of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Whose team it is.
    pub org: OrgId,
    /// Its name.
    pub name: Name,
    /// Whether the team has a pool of its own. By existence, not by balance: a pool that ran dry does not fall back to the wallet.
    pub has_pool: bool,
    /// What its agents may spend in a month; absent = no limit.
    pub month_cap: Option<NanoUsd>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a worker may spend of the team's money; its balance is the worker's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    /// The team.
    pub team: TeamId,
    /// The worker.
    pub user: UserId,
    /// In a day.
    pub day_cap: Option<NanoUsd>,
    /// In a month.
    pub month_cap: Option<NanoUsd>,
    /// In the whole life of the allocation.
    pub life_cap: Option<NanoUsd>,
}
