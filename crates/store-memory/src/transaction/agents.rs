//! Agents and bindings inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, OrgId, UserId,
    agent::{Agent, AgentStatus},
    binding::Binding,
    catalog::OperationName,
    dispatch::ServiceRequest,
    ports::{AgentRepository, BindingRepository, StoreError},
};

use super::Transaction;
use crate::state::PolicyTables;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl AgentRepository for Transaction {
    async fn insert(&mut self, agent: &Agent) -> Result<(), StoreError> {
        let known = self.knows_user(agent.owner);
        self.change(agent.org, |policy| {
            if !known || policy.agents.contains_key(&agent.id) {
                return Err(constraint("agents: the id exists, or the owner does not"));
            }
            put(policy, agent)
        })
    }

    async fn update(&mut self, agent: &Agent) -> Result<(), StoreError> {
        let known = self.knows_user(agent.owner);
        self.change(agent.org, |policy| {
            let created_at = policy.agents.get(&agent.id).map(|row| row.created_at);
            let created_at = created_at.filter(|_| known).ok_or_else(|| constraint("agents: no such row, or owner"))?;
            put(policy, &Agent { created_at, ..agent.clone() })
        })
    }

    async fn find(&mut self, org: OrgId, id: AgentId) -> Result<Option<Agent>, StoreError> {
        Ok(self.see(org, |policy| policy.agents.get(&id).cloned()).flatten())
    }

    async fn descendants(&mut self, org: OrgId, id: AgentId) -> Result<Vec<Agent>, StoreError> {
        let wanted = |agent: &&Agent| agent.status != AgentStatus::Deleted && agent.ancestors.contains(&id);
        Ok(self.see(org, |policy| policy.agents.values().filter(wanted).cloned().collect()).unwrap_or_default())
    }

    async fn living_children(&mut self, org: OrgId, id: AgentId) -> Result<usize, StoreError> {
        let is_child = |agent: &&Agent| agent.status.is_living() && agent.ancestors.last() == Some(&id);
        Ok(self.see(org, |policy| policy.agents.values().filter(is_child).count()).unwrap_or_default())
    }

    async fn has_open_requests(&mut self, org: OrgId, id: AgentId) -> Result<bool, StoreError> {
        let state = self.shared.state();
        let open = |request: &ServiceRequest| request.agent == id && request.state.holds_money();
        Ok(state.orgs.get(&org).is_some_and(|rows| rows.ledger.requests.values().any(open)))
    }

    async fn hand_over(&mut self, org: OrgId, from: UserId, to: UserId) -> Result<Vec<AgentId>, StoreError> {
        let known = self.knows_user(to);
        self.change(org, |policy| {
            if !known {
                return Err(constraint("agents: there is no such owner"));
            }
            let theirs = policy.agents.values_mut().filter(|agent| agent.owner == from);
            let given = theirs.filter(|agent| agent.status != AgentStatus::Deleted).map(|agent| {
                agent.owner = to;
                agent.id
            });
            Ok(given.collect())
        })
    }
}

fn put(policy: &mut PolicyTables, agent: &Agent) -> Result<(), StoreError> {
    if agent.team.is_some_and(|team| !policy.teams.contains_key(&team)) {
        return Err(constraint("agents: there is no such team"));
    }
    policy.agents.insert(agent.id, agent.clone());
    Ok(())
}

#[async_trait]
impl BindingRepository for Transaction {
    async fn put(&mut self, org: OrgId, binding: &Binding) -> Result<(), StoreError> {
        self.change(org, |policy| {
            if !policy.agents.contains_key(&binding.agent) {
                return Err(constraint("bindings: there is no such agent"));
            }
            policy.bindings.insert((binding.agent, binding.operation.clone()), binding.terms);
            Ok(())
        })
    }

    async fn find(
        &mut self,
        org: OrgId,
        agent: AgentId,
        operation: &OperationName,
    ) -> Result<Option<Binding>, StoreError> {
        let terms = self.see(org, |policy| policy.bindings.get(&(agent, operation.clone())).copied()).flatten();
        Ok(terms.map(|terms| Binding { agent, operation: operation.clone(), terms }))
    }

    async fn list(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<Binding>, StoreError> {
        Ok(self.see(org, |policy| policy.list_bindings(agent)).unwrap_or_default())
    }

    async fn remove(&mut self, org: OrgId, agent: AgentId, operation: &OperationName) -> Result<(), StoreError> {
        self.change(org, |policy| {
            policy.bindings.remove(&(agent, operation.clone()));
            Ok(())
        })
    }
}
