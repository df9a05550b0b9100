//! Requests.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    OrgId, RequestId,
    dispatch::ServiceRequest,
    ports::{RequestQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl RequestQueries for Store {
    async fn request(&self, org: OrgId, id: RequestId) -> Result<Option<ServiceRequest>, StoreError> {
        let shared = Arc::clone(self.shared());
        ask!(self, read queries::requests::find(shared, org, id))
    }

    async fn locate(&self, id: RequestId) -> Result<Option<OrgId>, StoreError> {
        ask!(self, read queries::requests::locate(id))
    }
}
