//! Proposed and learnt skills inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, OrgId, SkillProposalId,
    ports::{SkillRepository, StoreError},
    skill::{ProposalStatus, SkillProposal},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl SkillRepository for Transaction {
    async fn insert(&mut self, proposal: &SkillProposal) -> Result<(), StoreError> {
        self.change_beside(proposal.org, |policy| {
            let known = policy.agents.contains_key(&proposal.agent);
            if !known || policy.skill_proposals.contains_key(&proposal.id) {
                return Err(constraint("skill_proposals: it exists, or the agent does not"));
            }
            policy.skill_proposals.insert(proposal.id, proposal.clone());
            Ok(())
        })
    }

    async fn update(&mut self, proposal: &SkillProposal) -> Result<(), StoreError> {
        self.change_beside(proposal.org, |policy| {
            let row = policy.skill_proposals.get_mut(&proposal.id);
            let row = row.ok_or_else(|| constraint("skill_proposals: there is no such row"))?;
            (row.status, row.resolved_at, row.resolved_by) =
                (proposal.status, proposal.resolved_at, proposal.resolved_by);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: SkillProposalId) -> Result<Option<SkillProposal>, StoreError> {
        Ok(self.see(org, |policy| policy.skill_proposals.get(&id).cloned()).flatten())
    }

    async fn list(
        &mut self,
        org: OrgId,
        agent: AgentId,
        status: ProposalStatus,
    ) -> Result<Vec<SkillProposal>, StoreError> {
        let wanted = |one: &&SkillProposal| one.agent == agent && one.status == status;
        let list = self.see(org, |policy| policy.skill_proposals.values().filter(wanted).cloned().collect());
        Ok(list.unwrap_or_default())
    }
}
