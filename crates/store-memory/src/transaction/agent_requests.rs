//! What agents want from people, inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    AgentRequestId, BudgetRequestId, OrgId,
    inbox::{AgentRequest, AgentRequestStatus},
    ports::{AgentRequestRepository, Asker, StoreError},
};

use super::Transaction;
use crate::state::PolicyTables;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl AgentRequestRepository for Transaction {
    async fn insert(&mut self, request: &AgentRequest) -> Result<(), StoreError> {
        let known = request.asked_by.is_none_or(|user| self.knows_user(user));
        self.change_beside(request.org, |policy| {
            if !known || !fits(policy, request) {
                return Err(constraint("agent_requests: it exists, or what it refers to does not"));
            }
            policy.agent_requests.insert(request.id, request.clone());
            Ok(())
        })
    }

    async fn update(&mut self, request: &AgentRequest) -> Result<(), StoreError> {
        self.change_beside(request.org, |policy| {
            let row = policy.agent_requests.get_mut(&request.id);
            let row = row.ok_or_else(|| constraint("agent_requests: there is no such row"))?;
            (row.status, row.response) = (request.status, request.response.clone());
            (row.resolved_at, row.resolved_by) = (request.resolved_at, request.resolved_by);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: AgentRequestId) -> Result<Option<AgentRequest>, StoreError> {
        Ok(self.see(org, |policy| policy.agent_requests.get(&id).cloned()).flatten())
    }

    async fn find_by_budget_request(
        &mut self,
        org: OrgId,
        id: BudgetRequestId,
    ) -> Result<Option<AgentRequest>, StoreError> {
        let of_it = |request: &&AgentRequest| request.budget_request == Some(id);
        Ok(self.see(org, |policy| policy.agent_requests.values().find(of_it).cloned()).flatten())
    }

    async fn count_pending(&mut self, org: OrgId, asker: Asker) -> Result<u64, StoreError> {
        let waits = |request: &&AgentRequest| {
            request.status == AgentRequestStatus::Pending
                && match asker {
                    Asker::Agent(agent) => request.agent == Some(agent),
                    Asker::Person(user) => request.agent.is_none() && request.asked_by == Some(user),
                }
        };
        let count = self.see(org, |policy| policy.agent_requests.values().filter(waits).count()).unwrap_or_default();
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

fn fits(policy: &PolicyTables, request: &AgentRequest) -> bool {
    let wish = request.budget_request;
    let is_taken = wish.is_some() && policy.agent_requests.values().any(|one| one.budget_request == wish);
    request.agent.is_none_or(|agent| policy.agents.contains_key(&agent))
        && wish.is_none_or(|wish| policy.budget_requests.contains_key(&wish))
        && !is_taken
        && !policy.agent_requests.contains_key(&request.id)
}
