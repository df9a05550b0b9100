//! What people stopped, and which organizations may not spend.

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    identity::{OrganizationStatus, Standing},
    policy::Stop,
    ports::{StandingQueries, StopQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl StopQueries for Store {
    async fn stops(&self, org: OrgId) -> Result<Vec<Stop>, StoreError> {
        ask!(self, read queries::stops::list(org))
    }
}

#[async_trait]
impl StandingQueries for Store {
    async fn standing(&self, org: OrgId) -> Result<Option<Standing>, StoreError> {
        ask!(self, read queries::stops::standing(org))
    }

    async fn organizations_that_are(
        &self,
        status: OrganizationStatus,
        limit: u32,
    ) -> Result<Vec<Standing>, StoreError> {
        ask!(self, read queries::stops::standings(status, limit))
    }
}
