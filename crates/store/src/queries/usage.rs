//! Many requests at once.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    AgentId, OrgId, RequestId, Timestamp,
    identity::Name,
    ports::{RequestSummary, StoreError, TotalsFilter, UsageQueries, UsageTotal},
};

use super::ask;
use crate::Store;

#[async_trait]
impl UsageQueries for Store {
    async fn summaries(&self, org: OrgId, requests: &[RequestId]) -> Result<Vec<RequestSummary>, StoreError> {
        let (shared, requests) = (Arc::clone(self.shared()), requests.to_vec());
        ask!(self, read queries::usage::summaries(shared, org, requests))
    }

    async fn agent_names(&self, org: OrgId, agents: &[AgentId]) -> Result<Vec<(AgentId, Name)>, StoreError> {
        let agents = agents.to_vec();
        ask!(self, read queries::usage::agent_names(org, agents))
    }

    async fn totals(
        &self,
        org: OrgId,
        filter: &TotalsFilter,
        cuts: &[Timestamp],
    ) -> Result<Vec<Vec<UsageTotal>>, StoreError> {
        let (filter, cuts) = (filter.clone(), cuts.to_vec());
        ask!(self, read queries::usage::totals(org, filter, cuts))
    }
}
