//! Agents, bindings and teams.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, OrgId, TeamId,
    agent::{Agent, AgentStatus},
    binding::Binding,
    ports::{AgentQueries, StoreError},
    team::Team,
};

use crate::{MemoryStore, state::PolicyTables};

#[async_trait]
impl AgentQueries for MemoryStore {
    async fn agents(&self, org: OrgId, team: Option<TeamId>) -> Result<Vec<Agent>, StoreError> {
        let wanted = |agent: &&Agent| agent.status != AgentStatus::Deleted && (team.is_none() || agent.team == team);
        // Ids are in the order of birth.
        Ok(self.look(org, |rows| rows.policy.agents.values().filter(wanted).cloned().collect()))
    }

    async fn agent(&self, org: OrgId, id: AgentId) -> Result<Option<Agent>, StoreError> {
        let agent = self.look(org, |rows| rows.policy.agents.get(&id).cloned());
        Ok(agent.filter(|agent| agent.status != AgentStatus::Deleted))
    }

    async fn bindings(&self, org: OrgId, agent: AgentId) -> Result<Vec<Binding>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.list_bindings(agent)))
    }

    async fn ending_agents(&self, limit: u32) -> Result<Vec<(OrgId, AgentId)>, StoreError> {
        self.shared.reachable()?;
        let state = self.shared.state();
        let agents = state.orgs.values().flat_map(|rows| rows.policy.agents.values());
        let ending = agents.filter(|agent| agent.status == AgentStatus::Ending).map(|agent| (agent.org, agent.id));
        Ok(ending.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }

    async fn teams(&self, org: OrgId) -> Result<Vec<Team>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.teams.values().cloned().collect()))
    }
}

impl PolicyTables {
    /// Every binding of an agent, by operation.
    pub(crate) fn list_bindings(&self, agent: AgentId) -> Vec<Binding> {
        let binding =
            |(operation, terms): (&_, &_)| Binding { agent, operation: Clone::clone(operation), terms: *terms };
        self.bindings_of(agent).map(binding).collect()
    }
}
