//! What can still be spent.

use upivia_domain::{Mode, NanoUsd, OrgId, TeamId, budget::AccountOwner, ports::StoreError};

use super::{ReportError, Reports};

/// The figures of a wallet or a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// The world of money.
    pub mode: Mode,
    /// What can be spent: posted − held, for the organization also − its debt. Only this figure may be negative.
    pub amount: NanoUsd,
    /// Promised to open requests.
    pub held: NanoUsd,
    /// What is in the account.
    pub posted: NanoUsd,
    /// What the organization owes; no figure of a team.
    pub debt: NanoUsd,
}

impl Reports {
    /// The balance of the organization, or of one of its teams; a team without a pool has nothing of its own.
    ///
    /// # Errors
    ///
    /// [`ReportError::NotFound`] for a team of somebody else; [`ReportError::Unavailable`].
    pub async fn balance(&self, org: OrgId, mode: Option<Mode>, team: Option<TeamId>) -> Result<Balance, ReportError> {
        let mode = self.mode(org, mode).await?;
        let (owner, debt) = match team {
            Some(team) => (self.pool(org, team).await?, NanoUsd::ZERO),
            None => (AccountOwner::Wallet, self.debt(org, mode).await?),
        };
        let meter = self.meter(org, mode, owner).await?.unwrap_or_default();
        let amount = meter.posted.checked_sub(meter.held).and_then(|rest| rest.checked_sub(debt));
        let amount = amount.ok_or_else(|| StoreError::Internal("a balance is beyond the range of money".to_owned()))?;
        Ok(Balance { mode, amount, held: meter.held, posted: meter.posted, debt })
    }

    async fn pool(&self, org: OrgId, team: TeamId) -> Result<AccountOwner, ReportError> {
        let teams = self.parts.agents.teams(org).await?;
        teams
            .iter()
            .find(|one| one.id == team)
            .map(|team| AccountOwner::Pool(team.id))
            .ok_or(ReportError::NotFound("team"))
    }

    async fn debt(&self, org: OrgId, mode: Mode) -> Result<NanoUsd, ReportError> {
        let head = self.parts.ledger.head(org).await?.ok_or(ReportError::NotFound("organization"))?;
        Ok(head.debt(mode))
    }
}
