//! What agents want from people.

use async_trait::async_trait;
use upivia_domain::{
    AgentRequestId, OrgId,
    inbox::{AgentRequest, AgentRequestStatus},
    ports::{AgentRequestFilter, InboxQueries, InboxSight, StoreError},
};

use crate::{MemoryStore, state::PolicyTables};

#[async_trait]
impl InboxQueries for MemoryStore {
    async fn agent_requests(
        &self,
        org: OrgId,
        filter: &AgentRequestFilter,
        limit: u32,
    ) -> Result<Vec<AgentRequest>, StoreError> {
        let mut found: Vec<AgentRequest> = self.look(org, |rows| {
            let all = rows.policy.agent_requests.values();
            all.filter(|request| fits(&rows.policy, filter, request)).cloned().collect()
        });
        found.sort_by_key(|request| std::cmp::Reverse(request.seq));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn agent_request(&self, org: OrgId, id: AgentRequestId) -> Result<Option<AgentRequest>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.agent_requests.get(&id).cloned()))
    }
}

fn fits(policy: &PolicyTables, filter: &AgentRequestFilter, request: &AgentRequest) -> bool {
    let is_pending = request.status == AgentRequestStatus::Pending;
    filter.is_pending.is_none_or(|wanted| wanted == is_pending)
        && filter.kind.is_none_or(|kind| request.kind == kind)
        && filter.sight.is_none_or(|sight| is_in_sight(policy, sight, request))
        && filter.before_seq.is_none_or(|seq| request.seq < seq)
}

fn is_in_sight(policy: &PolicyTables, sight: InboxSight, request: &AgentRequest) -> bool {
    let about = request.agent;
    match sight {
        InboxSight::Agent(agent) => about == Some(agent),
        InboxSight::Person(user) => {
            let owns = about.and_then(|id| policy.agents.get(&id)).is_some_and(|agent| agent.owner == user);
            owns || request.asked_by == Some(user)
        }
    }
}
