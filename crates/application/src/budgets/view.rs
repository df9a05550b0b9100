//! How a team's money stands: its pool, its month, and each worker's account and caps.

use upivia_domain::{
    Mode, NanoUsd, OrgId, TeamId, Timestamp,
    budget::{AccountOwner, Meter, MeterKey, Period, Scope, Window},
    identity::{Email, Permission},
    team::{Allocation, Team},
    time::Zone,
};

use super::{BudgetError, Budgets};
use crate::access::UserCaller;

/// A cap and how far it is used in its present window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// How far; absent = counted, never refused.
    pub limit: Option<NanoUsd>,
    /// Final usage.
    pub used: NanoUsd,
    /// Promised to open requests.
    pub held: NanoUsd,
    /// When usage starts anew; absent for a life.
    pub resets_at: Option<Timestamp>,
}

/// What a worker has and may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerBudget {
    /// Who, and the caps.
    pub allocation: Allocation,
    /// Where mail reaches them.
    pub email: Option<Email>,
    /// Their account.
    pub account: Meter,
    /// Today.
    pub day: Cap,
    /// This month.
    pub month: Cap,
    /// Since the first allocation.
    pub life: Cap,
}

/// How a team's money stands in one mode.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamBudget {
    /// The team.
    pub team: Team,
    /// Live or test money.
    pub mode: Mode,
    /// The pool's account.
    pub pool: Meter,
    /// What its agents spent this month, whoever paid.
    pub month: Cap,
    /// Its workers with an allocation.
    pub workers: Vec<WorkerBudget>,
}

/// Where figures are read, and for which instant.
struct Sight {
    org: OrgId,
    mode: Mode,
    zone: Zone,
    now: Timestamp,
}

impl Budgets {
    /// How a team that the caller can see stands. Without a mode: live, or test as long as there never was live money.
    ///
    /// # Errors
    ///
    /// [`BudgetError::NotFound`], [`BudgetError::Forbidden`] for a team of colleagues, [`BudgetError::Unavailable`].
    pub async fn team(&self, caller: &UserCaller, id: TeamId, mode: Option<Mode>) -> Result<TeamBudget, BudgetError> {
        let teams = self.parts.agents.teams(caller.org).await?;
        let team = teams.into_iter().find(|team| team.id == id).ok_or(BudgetError::NotFound("team"))?;
        if !caller.may(Permission::TeamReadAny) {
            let own = self.parts.teams.teams_of(caller.org, caller.user).await?;
            let is_own = own.iter().any(|member| member.team == id);
            is_own.then_some(()).ok_or(BudgetError::Forbidden(Permission::TeamReadAny))?;
        }
        let sight = self.sight(caller.org, mode).await?;
        let pool = self.account(&sight, AccountOwner::Pool(id)).await?;
        let month = Period::Month(sight.zone.month(sight.now));
        let month = self.cap(&sight, Scope::Team(id), month, team.month_cap).await?;
        let mut workers = Vec::new();
        for allocation in self.parts.teams.allocations(caller.org, id).await? {
            workers.push(self.worker(&sight, allocation).await?);
        }
        Ok(TeamBudget { mode: sight.mode, team, pool, month, workers })
    }

    async fn worker(&self, sight: &Sight, allocation: Allocation) -> Result<WorkerBudget, BudgetError> {
        let scope = || Scope::Worker(allocation.team, allocation.user);
        let (day, month) = (Period::Day(sight.zone.day(sight.now)), Period::Month(sight.zone.month(sight.now)));
        let person = self.parts.people.user(allocation.user).await?;
        Ok(WorkerBudget {
            email: person.map(|person| person.email),
            account: self.account(sight, AccountOwner::Worker(allocation.team, allocation.user)).await?,
            day: self.cap(sight, scope(), day, allocation.day_cap).await?,
            month: self.cap(sight, scope(), month, allocation.month_cap).await?,
            life: self.cap(sight, scope(), Period::Life, allocation.life_cap).await?,
            allocation,
        })
    }

    async fn sight(&self, org: OrgId, mode: Option<Mode>) -> Result<Sight, BudgetError> {
        let head = self.parts.ledger.head(org).await?.ok_or(BudgetError::NotFound("organization"))?;
        let now = self.parts.clock.now().max(head.last_now);
        let live = MeterKey::Account(Mode::Live, AccountOwner::Wallet);
        let mode = match mode {
            Some(mode) => mode,
            None if self.parts.ledger.meter(org, &live).await?.is_some() => Mode::Live,
            None => Mode::Test,
        };
        Ok(Sight { org, mode, zone: head.calendar.zone_at(now), now })
    }

    async fn account(&self, sight: &Sight, owner: AccountOwner) -> Result<Meter, BudgetError> {
        let meter = self.parts.ledger.meter(sight.org, &MeterKey::Account(sight.mode, owner)).await?;
        Ok(meter.unwrap_or_default())
    }

    async fn cap(
        &self,
        sight: &Sight,
        scope: Scope,
        period: Period,
        limit: Option<NanoUsd>,
    ) -> Result<Cap, BudgetError> {
        let key = MeterKey::Window(sight.mode, Window { scope, period });
        let meter = self.parts.ledger.meter(sight.org, &key).await?.unwrap_or_default();
        let resets_at = period.resets_at(sight.zone, sight.now);
        Ok(Cap { limit, used: meter.posted, held: meter.held, resets_at })
    }
}
