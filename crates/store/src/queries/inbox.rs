//! What agents want from people.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    AgentRequestId, OrgId,
    inbox::AgentRequest,
    ports::{AgentRequestFilter, InboxQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl InboxQueries for Store {
    async fn agent_requests(
        &self,
        org: OrgId,
        filter: &AgentRequestFilter,
        limit: u32,
    ) -> Result<Vec<AgentRequest>, StoreError> {
        let (shared, filter) = (Arc::clone(self.shared()), *filter);
        ask!(self, read queries::inbox::list(shared, org, filter, limit))
    }

    async fn agent_request(&self, org: OrgId, id: AgentRequestId) -> Result<Option<AgentRequest>, StoreError> {
        let shared = Arc::clone(self.shared());
        ask!(self, read queries::inbox::find(shared, org, id))
    }
}
