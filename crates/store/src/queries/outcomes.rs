//! Requests whose outcome a person may have to find out.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    dispatch::ServiceRequest,
    ports::{OutcomeFilter, OutcomeQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl OutcomeQueries for Store {
    async fn outcomes(
        &self,
        org: OrgId,
        filter: &OutcomeFilter,
        limit: u32,
    ) -> Result<Vec<ServiceRequest>, StoreError> {
        let (shared, filter) = (Arc::clone(self.shared()), filter.clone());
        ask!(self, read queries::outcomes::list(shared, org, filter, limit))
    }
}
