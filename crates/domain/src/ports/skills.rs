//! Skills that agents propose, and those that people approved.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, OrgId, SkillProposalId,
    skill::{ProposalStatus, SkillProposal},
};

/// Proposals outside a transaction: committed rows only, never those of another organization.
#[async_trait]
pub trait SkillQueries: Send + Sync {
    /// At most `limit` proposals of an agent, the newest first.
    async fn skill_proposals(
        &self,
        org: OrgId,
        agent: AgentId,
        status: Option<ProposalStatus>,
        limit: u32,
    ) -> Result<Vec<SkillProposal>, StoreError>;
}

/// Proposals inside a transaction.
#[async_trait]
pub trait SkillRepository: Send {
    /// Inserts a proposal; its agent MUST belong to its organization.
    async fn insert(&mut self, proposal: &SkillProposal) -> Result<(), StoreError>;
    /// Writes status, time and author of the answer.
    async fn update(&mut self, proposal: &SkillProposal) -> Result<(), StoreError>;
    /// The proposal.
    async fn find(&mut self, org: OrgId, id: SkillProposalId) -> Result<Option<SkillProposal>, StoreError>;
    /// Every proposal of an agent with that status, the oldest first.
    async fn list(
        &mut self,
        org: OrgId,
        agent: AgentId,
        status: ProposalStatus,
    ) -> Result<Vec<SkillProposal>, StoreError>;
}
