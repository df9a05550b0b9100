//! Requests to publish, publications, and the marketplace.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, PublicationId, PublishRequestId,
    ports::{PublicationFilter, PublishRequestFilter, PublishingQueries, StoreError},
    publishing::{Publication, PublishRequest},
};

use super::ask;
use crate::Store;

#[async_trait]
impl PublishingQueries for Store {
    async fn publish_requests(
        &self,
        org: OrgId,
        filter: &PublishRequestFilter,
        limit: u32,
    ) -> Result<Vec<PublishRequest>, StoreError> {
        let filter = filter.clone();
        ask!(self, read queries::publishing::requests(org, filter, limit))
    }

    async fn publish_request(&self, org: OrgId, id: PublishRequestId) -> Result<Option<PublishRequest>, StoreError> {
        ask!(self, read queries::publishing::request(org, id))
    }

    async fn publications(
        &self,
        org: OrgId,
        filter: &PublicationFilter,
        limit: u32,
    ) -> Result<Vec<Publication>, StoreError> {
        let filter = filter.clone();
        ask!(self, read queries::publishing::publications(org, filter, limit))
    }

    async fn listings(&self, before: Option<i64>, limit: u32) -> Result<Vec<Publication>, StoreError> {
        ask!(self, read queries::publishing::listings(before, limit))
    }

    async fn listing(&self, id: PublicationId) -> Result<Option<Publication>, StoreError> {
        ask!(self, read queries::publishing::listing(id))
    }
}
