//! Proposed and learnt skills.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, OrgId,
    ports::{SkillQueries, StoreError},
    skill::{ProposalStatus, SkillProposal},
};

use super::ask;
use crate::Store;

#[async_trait]
impl SkillQueries for Store {
    async fn skill_proposals(
        &self,
        org: OrgId,
        agent: AgentId,
        status: Option<ProposalStatus>,
        limit: u32,
    ) -> Result<Vec<SkillProposal>, StoreError> {
        ask!(self, read queries::skills::list(org, agent, status, limit))
    }
}
