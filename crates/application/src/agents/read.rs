//! Looking at agents.

use upivia_domain::{AgentId, OrgId, TeamId, agent::Agent, binding::Binding};

use super::{AgentError, Agents};
use crate::access::{Principal, UserCaller};

/// An agent and what it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDetail {
    /// The agent.
    pub agent: Agent,
    /// Its bindings, by operation.
    pub bindings: Vec<Binding>,
}

impl Agents {
    /// The agents that the caller can see, all or those of a team: with `agent.readAny` those of the organization; for
    /// everybody else their own, Yupi, and what was published to them; for an agent itself, those that descend from it, and
    /// what was published to it.
    ///
    /// # Errors
    ///
    /// [`AgentError::NotFound`] for a team of somebody else; [`AgentError::Unavailable`].
    pub async fn list(&self, caller: &Principal, team: Option<TeamId>) -> Result<Vec<Agent>, AgentError> {
        let org = caller.org();
        if let Some(team) = team {
            self.team_exists(org, team).await?;
        }
        let agents = self.parts.queries.agents(org, team).await?;
        self.in_sight(caller, agents).await
    }

    /// One agent that a person can see, with its bindings.
    ///
    /// # Errors
    ///
    /// [`AgentError::NotFound`], [`AgentError::Unavailable`].
    pub async fn find_seen(&self, caller: &UserCaller, id: AgentId) -> Result<AgentDetail, AgentError> {
        let found = self.find(caller.org, id).await?;
        let seen = self.in_sight(&Principal::User(caller.clone()), vec![found.agent.clone()]).await?;
        if seen.is_empty() { Err(AgentError::NotFound("agent")) } else { Ok(found) }
    }

    /// One agent of an organization with its bindings.
    ///
    /// # Errors
    ///
    /// [`AgentError::NotFound`], [`AgentError::Unavailable`].
    pub async fn find(&self, org: OrgId, id: AgentId) -> Result<AgentDetail, AgentError> {
        let agent = self.parts.queries.agent(org, id).await?.ok_or(AgentError::NotFound("agent"))?;
        let bindings = self.parts.queries.bindings(org, id).await?;
        Ok(AgentDetail { agent, bindings })
    }

    async fn team_exists(&self, org: OrgId, team: TeamId) -> Result<(), AgentError> {
        let teams = self.parts.queries.teams(org).await?;
        teams.iter().any(|one| one.id == team).then_some(()).ok_or(AgentError::NotFound("team"))
    }
}
