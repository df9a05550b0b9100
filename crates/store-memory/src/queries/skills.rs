//! Proposed and learnt skills.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, OrgId,
    ports::{SkillQueries, StoreError},
    skill::{ProposalStatus, SkillProposal},
};

use crate::MemoryStore;

#[async_trait]
impl SkillQueries for MemoryStore {
    async fn skill_proposals(
        &self,
        org: OrgId,
        agent: AgentId,
        status: Option<ProposalStatus>,
        limit: u32,
    ) -> Result<Vec<SkillProposal>, StoreError> {
        let wanted = |one: &&SkillProposal| one.agent == agent && status.is_none_or(|status| one.status == status);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        // Ids are in the order of birth.
        Ok(self
            .look(org, |rows| rows.policy.skill_proposals.values().rev().filter(wanted).take(limit).cloned().collect()))
    }
}
