//! An owner closes an organization for good.

use serde_json::json;
use upivia_domain::{
    OrgId,
    identity::{OrgRole, OrganizationStatus, Permission, Standing},
    ports::{Tx, transact},
};

use super::{Change, OrganizationError, Organizations};
use crate::access::Author;

impl Organizations {
    /// Begins to close the author's organization: every agent key is dead at once, nothing is admitted any more, open
    /// requests still end. Once none is open it is closed. Where it is closing already nothing is changed.
    ///
    /// # Errors
    ///
    /// See [`OrganizationError`].
    pub async fn close(
        &self,
        author: Author,
        org: OrgId,
        reason: String,
    ) -> Result<OrganizationStatus, OrganizationError> {
        if author.org() != org {
            return Err(OrganizationError::NotFound);
        }
        let change = Change { org, status: OrganizationStatus::Closing, kind: "organization.closing", reason };
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(close(tx, author, change))).await
    }
}

async fn close(tx: &mut dyn Tx, author: Author, change: Change) -> Result<OrganizationStatus, OrganizationError> {
    let (org, user) = (change.org, author.caller.user);
    author.require(tx, Permission::OrganizationClose, OrganizationError::Forbidden).await?;
    let membership = tx.memberships().find(org, user).await?;
    if membership.is_none_or(|membership| membership.role != OrgRole::Owner) {
        return Err(OrganizationError::NotOwner);
    }
    let old = tx.standings().status(org).await?;
    if old.is_given_up() {
        return Ok(old);
    }
    let Standing { status, .. } = change.standing(tx, &author).await?;
    let keys = tx.standings().revoke_agent_keys(org).await?;
    author.record(tx, change.entry(old, json!({ "agent_keys_revoked": keys }))).await?;
    Ok(status)
}
