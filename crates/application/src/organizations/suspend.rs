//! Who runs the installation suspends an organization, and lets it go again.

use serde_json::Value;
use upivia_domain::{
    OrgId,
    identity::OrganizationStatus,
    ports::{Tx, transact},
};

use super::{Change, OrganizationError, Organizations};
use crate::access::Author;

impl Organizations {
    /// Suspends an organization: nothing is admitted, open requests still end, keys stay. Repeated, it changes nothing.
    ///
    /// # Errors
    ///
    /// See [`OrganizationError`].
    pub async fn suspend(&self, author: Author, org: OrgId, reason: String) -> Result<(), OrganizationError> {
        let (status, kind) = (OrganizationStatus::Suspended, "organization.suspended");
        self.change(author, Change { org, status, kind, reason }).await
    }

    /// Lets a suspended organization spend again. Repeated, it changes nothing.
    ///
    /// # Errors
    ///
    /// See [`OrganizationError`].
    pub async fn reactivate(&self, author: Author, org: OrgId, reason: String) -> Result<(), OrganizationError> {
        let (status, kind) = (OrganizationStatus::Active, "organization.reactivated");
        self.change(author, Change { org, status, kind, reason }).await
    }

    async fn change(&self, author: Author, change: Change) -> Result<(), OrganizationError> {
        let orgs = [OrgId::PLATFORM, change.org];
        transact(&*self.parts.unit, &orgs, move |tx| Box::pin(apply(tx, author, change))).await
    }
}

/// Both chains learn of it: the organization's, and that of the installation.
async fn apply(tx: &mut dyn Tx, author: Author, change: Change) -> Result<(), OrganizationError> {
    if !author.runs_the_installation(tx).await? {
        return Err(OrganizationError::NotPlatformAdmin);
    }
    if change.org == OrgId::PLATFORM || tx.organizations().find(change.org).await?.is_none() {
        return Err(OrganizationError::NotFound);
    }
    let old = tx.standings().status(change.org).await?;
    if old.is_given_up() {
        return Err(OrganizationError::GivenUp);
    }
    if old == change.status {
        return Ok(());
    }
    change.standing(tx, &author).await?;
    let entry = change.entry(old, Value::Null);
    author.record_at(tx, change.org, entry.clone()).await?;
    author.record_at(tx, OrgId::PLATFORM, entry).await?;
    Ok(())
}
