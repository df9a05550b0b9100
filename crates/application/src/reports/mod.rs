//! What an organization sees of its money and its past: balance, usage, audit trail, and whether the store answers.
//!
//! Reads only; they see committed rows. Deliberately absent: cents and cursors in text, which belong to the border.

mod activity;
mod audit_trail;
mod balance;
mod chain;
mod charge;
mod error;
mod health;
mod pages;
mod requests;
mod usage;

use std::sync::Arc;

use upivia_domain::{
    Mode, OrgId,
    budget::{AccountOwner, Meter, MeterKey},
    identity::{Name, Organization},
    ports::{AgentQueries, Clock, JournalQueries, LedgerQueries, UsageQueries},
};

pub use activity::{Activity, Figures};
pub use audit_trail::{AuditFilter, AuditPage};
pub use balance::Balance;
pub use chain::ChainCheck;
pub use error::ReportError;
pub use health::HealthReport;
pub use usage::{Usage, UsageFilter, UsageRow};

/// Where the figures come from.
pub struct ReportsParts {
    /// Heads and meters.
    pub ledger: Arc<dyn LedgerQueries>,
    /// The journal.
    pub journal: Arc<dyn JournalQueries>,
    /// Teams.
    pub agents: Arc<dyn AgentQueries>,
    /// Many requests at once.
    pub usage: Arc<dyn UsageQueries>,
    /// Which day is today.
    pub clock: Arc<dyn Clock>,
}

/// The reports.
pub struct Reports {
    parts: ReportsParts,
}

impl Reports {
    /// Over these parts.
    pub const fn new(parts: ReportsParts) -> Self {
        Self { parts }
    }

    /// Asks the store for anything at all.
    ///
    /// # Errors
    ///
    /// [`ReportError::Unavailable`].
    pub async fn ping(&self) -> Result<(), ReportError> {
        Ok(self.parts.ledger.ping().await?)
    }

    /// The name of an organization.
    ///
    /// # Errors
    ///
    /// [`ReportError::NotFound`], [`ReportError::Unavailable`].
    pub async fn organization_name(&self, org: OrgId) -> Result<Name, ReportError> {
        let organization: Option<Organization> = self.parts.ledger.organization(org).await?;
        organization.map(|organization| organization.name).ok_or(ReportError::NotFound("organization"))
    }

    /// The world that is meant: the wish, else live, else test as long as there never was live money.
    ///
    /// # Errors
    ///
    /// [`ReportError::Unavailable`].
    pub async fn mode(&self, org: OrgId, wish: Option<Mode>) -> Result<Mode, ReportError> {
        if let Some(mode) = wish {
            return Ok(mode);
        }
        let live = self.meter(org, Mode::Live, AccountOwner::Wallet).await?;
        Ok(if live.is_some() { Mode::Live } else { Mode::Test })
    }

    async fn meter(&self, org: OrgId, mode: Mode, owner: AccountOwner) -> Result<Option<Meter>, ReportError> {
        Ok(self.parts.ledger.meter(org, &MeterKey::Account(mode, owner)).await?)
    }
}

#[cfg(test)]
mod tests;
