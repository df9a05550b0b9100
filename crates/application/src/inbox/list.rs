//! Looking at requests: people at what concerns them, agents at their own.

use std::collections::{BTreeSet, HashMap};

use upivia_domain::{
    AgentId, AgentRequestId, OrgId,
    identity::{Name, Permission},
    inbox::{AgentRequest, AgentRequestKind},
    ports::{AgentRequestFilter, InboxSight},
};

use super::{Inbox, InboxError};
use crate::access::Principal;

/// Which requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboxFilter {
    /// Only those that wait, or only those that were answered.
    pub is_pending: Option<bool>,
    /// Only of this kind.
    pub kind: Option<AgentRequestKind>,
    /// The end of the last page.
    pub cursor: Option<i64>,
}

/// A request and what its agent is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxRow {
    /// The request.
    pub request: AgentRequest,
    /// The name of its agent, also of a deleted one.
    pub agent_name: Option<Name>,
}

/// Some requests, and where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxPage {
    /// The requests, the newest first.
    pub rows: Vec<InboxRow>,
    /// Absent on the last page.
    pub next: Option<i64>,
}

impl Inbox {
    /// A page of at most `limit` requests that the caller can see: with `agentRequest.readAny` those of the organization,
    /// for other people what they asked and what their agents did, for an agent its own.
    ///
    /// # Errors
    ///
    /// [`InboxError::Unavailable`].
    pub async fn list(&self, caller: &Principal, filter: InboxFilter, limit: u32) -> Result<InboxPage, InboxError> {
        let InboxFilter { is_pending, kind, cursor } = filter;
        let filter = AgentRequestFilter { is_pending, kind, sight: sight(caller), before_seq: cursor };
        let mut found = self.parts.inbox.agent_requests(caller.org(), &filter, limit.saturating_add(1)).await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > shown;
        found.truncate(shown);
        let next = found.last().map(|request| request.seq).filter(|_| more);
        Ok(InboxPage { rows: self.named(caller.org(), found).await?, next })
    }

    /// One request that the caller can see.
    ///
    /// # Errors
    ///
    /// [`InboxError::NotFound`], [`InboxError::Unavailable`].
    pub async fn find(&self, caller: &Principal, id: AgentRequestId) -> Result<InboxRow, InboxError> {
        let missing = || InboxError::NotFound("agent request");
        let request = self.parts.inbox.agent_request(caller.org(), id).await?.ok_or_else(missing)?;
        if !self.sees(caller, &request).await? {
            return Err(missing());
        }
        self.named(caller.org(), vec![request]).await?.pop().ok_or_else(missing)
    }

    /// A request with the name of its agent.
    ///
    /// # Errors
    ///
    /// [`InboxError::Unavailable`].
    pub async fn name(&self, request: AgentRequest) -> Result<InboxRow, InboxError> {
        let org = request.org;
        self.named(org, vec![request]).await?.pop().ok_or(InboxError::NotFound("agent request"))
    }

    async fn sees(&self, caller: &Principal, request: &AgentRequest) -> Result<bool, InboxError> {
        Ok(match (sight(caller), request.agent) {
            (None, _) => true,
            (Some(InboxSight::Agent(agent)), about) => about == Some(agent),
            (Some(InboxSight::Person(user)), _) if request.asked_by == Some(user) => true,
            (Some(InboxSight::Person(_)), None) => false,
            (Some(InboxSight::Person(user)), Some(agent)) => {
                let agent = self.parts.agents.agent(request.org, agent).await?;
                agent.is_some_and(|agent| agent.owner == user)
            }
        })
    }

    async fn named(&self, org: OrgId, requests: Vec<AgentRequest>) -> Result<Vec<InboxRow>, InboxError> {
        let agents: BTreeSet<AgentId> = requests.iter().filter_map(|request| request.agent).collect();
        let agents: Vec<AgentId> = agents.into_iter().collect();
        let names: HashMap<AgentId, Name> = match agents.as_slice() {
            [] => HashMap::new(),
            agents => self.parts.names.agent_names(org, agents).await?.into_iter().collect(),
        };
        let row = |request: AgentRequest| {
            let agent_name = request.agent.and_then(|agent| names.get(&agent).cloned());
            InboxRow { request, agent_name }
        };
        Ok(requests.into_iter().map(row).collect())
    }
}

/// `None` is everything.
fn sight(caller: &Principal) -> Option<InboxSight> {
    match caller {
        Principal::User(caller) if caller.may(Permission::AgentRequestReadAny) => None,
        Principal::User(caller) => Some(InboxSight::Person(caller.user)),
        Principal::Agent(caller) => Some(InboxSight::Agent(caller.agent)),
    }
}
