//! Proposals, and the skills that they became.

use upivia_domain::{
    AgentId, OrgId,
    skill::{ProposalStatus, SkillProposal},
};

use super::{SkillError, Skills};
use crate::access::Principal;

/// The most that a list shows.
const MOST: u32 = 200;

impl Skills {
    /// The proposals for an agent, the newest first. An agent sees its own.
    ///
    /// # Errors
    ///
    /// [`SkillError::NotFound`] for an agent of somebody else; [`SkillError::Unavailable`].
    pub async fn proposals(
        &self,
        caller: &Principal,
        agent: AgentId,
        status: Option<ProposalStatus>,
    ) -> Result<Vec<SkillProposal>, SkillError> {
        if let Principal::Agent(caller) = caller
            && caller.agent != agent
        {
            return Err(SkillError::NotFound("agent"));
        }
        self.parts.agents.agent(caller.org(), agent).await?.ok_or(SkillError::NotFound("agent"))?;
        Ok(self.parts.skills.skill_proposals(caller.org(), agent, status, MOST).await?)
    }

    /// The skills that an agent has learnt, the newest first.
    ///
    /// # Errors
    ///
    /// [`SkillError::Unavailable`].
    pub async fn learnt(&self, org: OrgId, agent: AgentId) -> Result<Vec<SkillProposal>, SkillError> {
        Ok(self.parts.skills.skill_proposals(org, agent, Some(ProposalStatus::Approved), MOST).await?)
    }
}
