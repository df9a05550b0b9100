//! An organization as who runs the installation sees it: its status and what is left in its wallets, nothing of its work.

use upivia_domain::{
    Mode, NanoUsd, OrgId,
    budget::{AccountOwner, MeterKey},
    identity::{Name, OrganizationStatus, Standing},
};

use super::{OrganizationError, Organizations};
use crate::access::UserCaller;

/// So many are listed of each status.
const MOST: u32 = 500;

/// An organization from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationView {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: Name,
    /// Whether it may spend.
    pub status: OrganizationStatus,
    /// Who changed that last, and why.
    pub standing: Option<Standing>,
    /// Live money in its wallet.
    pub live: Purse,
    /// Play money in its wallet.
    pub test: Purse,
}

/// What a wallet has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Purse {
    /// What is in the wallet.
    pub posted: NanoUsd,
    /// Promised to open requests.
    pub held: NanoUsd,
    /// What the organization owes.
    pub debt: NanoUsd,
}

impl Organizations {
    /// One organization.
    ///
    /// # Errors
    ///
    /// See [`OrganizationError`].
    pub async fn find(&self, caller: &UserCaller, org: OrgId) -> Result<OrganizationView, OrganizationError> {
        self.require_platform_admin(caller).await?;
        self.view(org).await
    }

    /// Those that are of this status, at most 500; of active ones those that were something else before.
    ///
    /// # Errors
    ///
    /// See [`OrganizationError`].
    pub async fn list(
        &self,
        caller: &UserCaller,
        status: OrganizationStatus,
    ) -> Result<Vec<OrganizationView>, OrganizationError> {
        self.require_platform_admin(caller).await?;
        let mut views = Vec::new();
        for standing in self.parts.standings.organizations_that_are(status, MOST).await? {
            views.push(self.view(standing.org).await?);
        }
        Ok(views)
    }

    async fn require_platform_admin(&self, caller: &UserCaller) -> Result<(), OrganizationError> {
        let is = self.parts.people.is_platform_admin(caller.user).await?;
        if is { Ok(()) } else { Err(OrganizationError::NotPlatformAdmin) }
    }

    async fn view(&self, org: OrgId) -> Result<OrganizationView, OrganizationError> {
        let organization = self.parts.ledger.organization(org).await?.filter(|_| org != OrgId::PLATFORM);
        let organization = organization.ok_or(OrganizationError::NotFound)?;
        let head = self.parts.ledger.head(org).await?.ok_or(OrganizationError::NotFound)?;
        let standing = self.parts.standings.standing(org).await?;
        let live = self.purse(org, Mode::Live, head.debt_live).await?;
        let test = self.purse(org, Mode::Test, head.debt_test).await?;
        Ok(OrganizationView { id: org, name: organization.name, status: head.status, standing, live, test })
    }

    async fn purse(&self, org: OrgId, mode: Mode, debt: NanoUsd) -> Result<Purse, OrganizationError> {
        let wallet = self.parts.ledger.meter(org, &MeterKey::Account(mode, AccountOwner::Wallet)).await?;
        let wallet = wallet.unwrap_or_default();
        Ok(Purse { posted: wallet.posted, held: wallet.held, debt })
    }
}
