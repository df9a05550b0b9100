//! Whether an organization may spend at all, and who decided so.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    OrgId,
    identity::{OrganizationStatus, Standing},
};

/// Standings, outside a transaction.
#[async_trait]
pub trait StandingQueries: Send + Sync {
    /// The last change of an organization's status, where there was one.
    async fn standing(&self, org: OrgId) -> Result<Option<Standing>, StoreError>;
    /// At most `limit` organizations of that status, by id, as far as it was ever changed.
    async fn organizations_that_are(&self, status: OrganizationStatus, limit: u32)
    -> Result<Vec<Standing>, StoreError>;
}

/// Standings inside a transaction.
#[async_trait]
pub trait StandingRepository: Send {
    /// The status of an organization whose row is held.
    async fn status(&mut self, org: OrgId) -> Result<OrganizationStatus, StoreError>;
    /// Changes the status. It is policy: it MUST hold on every node from the next command on.
    async fn put(&mut self, standing: &Standing) -> Result<(), StoreError>;
    /// Revokes every agent key of the organization for good; returns how many were in force.
    async fn revoke_agent_keys(&mut self, org: OrgId) -> Result<u64, StoreError>;
    /// Whether any request of the organization held money when this transaction began. Same MUSTs as
    /// [`super::AgentRepository::has_open_requests`].
    async fn has_open_requests(&mut self, org: OrgId) -> Result<bool, StoreError>;
}
