//! Looking at agents.

use upivia_domain::{AgentId, OrgId, TeamId, agent::Agent, binding::Binding};

use super::{AgentError, Agents};
use crate::access::{AgentCaller, Principal};

/// An agent and what it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDetail {
    /// The agent.
    pub agent: Agent,
    /// Its bindings, by operation.
    pub bindings: Vec<Binding>,
}

impl Agents {
    /// The agents that the caller can see, all or those of a team: a person sees those of the organization, an agent
    /// itself and those that descend from it.
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
        Ok(match caller {
            Principal::User(_) => agents,
            Principal::Agent(caller) => agents.into_iter().filter(|agent| is_in_sight(caller, agent)).collect(),
        })
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

fn is_in_sight(caller: &AgentCaller, agent: &Agent) -> bool {
    agent.id == caller.agent || agent.ancestors.contains(&caller.agent)
}
