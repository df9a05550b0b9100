//! Agents, bindings and teams.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, OrgId, TeamId,
    agent::Agent,
    binding::Binding,
    ports::{AgentQueries, StoreError},
    team::Team,
};

use super::ask;
use crate::Store;

#[async_trait]
impl AgentQueries for Store {
    async fn agents(&self, org: OrgId, team: Option<TeamId>) -> Result<Vec<Agent>, StoreError> {
        ask!(self, read queries::agents::list(org, team))
    }

    async fn agent(&self, org: OrgId, id: AgentId) -> Result<Option<Agent>, StoreError> {
        ask!(self, read queries::agents::find(org, id))
    }

    async fn bindings(&self, org: OrgId, agent: AgentId) -> Result<Vec<Binding>, StoreError> {
        ask!(self, read queries::agents::bindings(org, agent))
    }

    async fn ending_agents(&self, limit: u32) -> Result<Vec<(OrgId, AgentId)>, StoreError> {
        ask!(self, read queries::agents::ending(limit))
    }

    async fn teams(&self, org: OrgId) -> Result<Vec<Team>, StoreError> {
        ask!(self, read queries::agents::teams(org))
    }
}
