//! Which agents somebody sees who does not see all of them: their own, Yupi, and what colleagues published to them.

use std::collections::BTreeSet;

use upivia_domain::{
    AgentId, OrgId, TeamId,
    agent::{Agent, AgentKind},
    identity::Permission,
    ports::{PublicationFilter, PublishingSight, StoreError, Tx},
    publishing::{PublicationStatus, PublishScope, Subject},
};

use super::{AgentError, Agents};
use crate::access::{AgentCaller, Author, Principal};

impl Agents {
    /// Those of the agents that the caller sees.
    pub(super) async fn in_sight(&self, caller: &Principal, agents: Vec<Agent>) -> Result<Vec<Agent>, AgentError> {
        let teams = match caller {
            Principal::User(caller) if caller.may(Permission::AgentReadAny) => return Ok(agents),
            Principal::User(caller) => {
                let places = self.parts.teams.teams_of(caller.org, caller.user).await?;
                places.into_iter().map(|place| place.team).collect()
            }
            Principal::Agent(caller) => self.team_of(caller).await?.into_iter().collect(),
        };
        let published = self.published_to(caller.org(), teams).await?;
        let is_seen = |agent: &Agent| published.contains(&agent.id) || is_its_own(caller, agent);
        Ok(agents.into_iter().filter(is_seen).collect())
    }

    async fn team_of(&self, caller: &AgentCaller) -> Result<Option<TeamId>, AgentError> {
        Ok(self.parts.queries.agent(caller.org, caller.agent).await?.and_then(|agent| agent.team))
    }

    async fn published_to(&self, org: OrgId, teams: Vec<TeamId>) -> Result<BTreeSet<AgentId>, AgentError> {
        let sight = Some(PublishingSight { user: None, teams });
        let filter =
            PublicationFilter { status: Some(PublicationStatus::Active), sight, ..PublicationFilter::default() };
        let found = self.parts.publishing.publications(org, &filter, u32::MAX).await?;
        Ok(found.iter().filter_map(|publication| publication.subject.agent()).collect())
    }
}

fn is_its_own(caller: &Principal, agent: &Agent) -> bool {
    match caller {
        Principal::User(caller) => agent.owner == caller.user || agent.kind == AgentKind::Yupi,
        Principal::Agent(caller) => agent.id == caller.agent || agent.ancestors.contains(&caller.agent),
    }
}

/// The same for one agent, read where it is used.
pub(crate) async fn sees(tx: &mut dyn Tx, author: &Author, agent: &Agent) -> Result<bool, StoreError> {
    let user = author.caller.user;
    if agent.owner == user || agent.kind == AgentKind::Yupi || author.may(tx, Permission::AgentReadAny).await? {
        return Ok(true);
    }
    for publication in tx.publishing().active(author.org(), Subject::Agent(agent.id)).await? {
        let reaches = match (publication.scope, publication.team) {
            (PublishScope::Organization | PublishScope::Marketplace, _) => true,
            (PublishScope::Team, Some(team)) => tx.teams().find_member(author.org(), team, user).await?.is_some(),
            (PublishScope::Team, None) => false,
        };
        if reaches {
            return Ok(true);
        }
    }
    Ok(false)
}
