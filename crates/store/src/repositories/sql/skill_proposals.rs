//! `skill_proposals`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, OrgId, SkillProposalId, Timestamp,
    ports::{SkillRepository, StoreError},
    skill::{ProposalStatus, SkillProposal},
};

use super::{OpenTx, constraint};
use crate::{queries::in_row, rows::SkillProposalRow, schema::skill_proposals};

#[async_trait]
impl SkillRepository for OpenTx<'_> {
    async fn insert(&mut self, proposal: &SkillProposal) -> Result<(), StoreError> {
        self.require_held(proposal.org)?;
        self.require_agent(proposal.org, proposal.agent).await?;
        let row = SkillProposalRow::from(proposal);
        let inserted = diesel::insert_into(skill_proposals::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, proposal: &SkillProposal) -> Result<(), StoreError> {
        self.require_held(proposal.org)?;
        let row = skill_proposals::table
            .filter(skill_proposals::id.eq(proposal.id.to_string()))
            .filter(skill_proposals::org_id.eq(proposal.org.to_string()));
        let values = (
            skill_proposals::status.eq(proposal.status.as_str()),
            skill_proposals::resolved_at.eq(proposal.resolved_at.map(Timestamp::micros)),
            skill_proposals::resolved_by.eq(proposal.resolved_by.map(|user| user.to_string())),
        );
        let updated = diesel::update(row).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("skill_proposals: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: SkillProposalId) -> Result<Option<SkillProposal>, StoreError> {
        let query = skill_proposals::table
            .find(id.to_string())
            .filter(skill_proposals::org_id.eq(org.to_string()))
            .select(SkillProposalRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, SkillProposal::try_from(row))).transpose()
    }

    async fn list(
        &mut self,
        org: OrgId,
        agent: AgentId,
        status: ProposalStatus,
    ) -> Result<Vec<SkillProposal>, StoreError> {
        let query = skill_proposals::table
            .filter(skill_proposals::agent_id.eq(agent.to_string()))
            .filter(skill_proposals::org_id.eq(org.to_string()))
            .filter(skill_proposals::status.eq(status.as_str()))
            .order(skill_proposals::id)
            .select(SkillProposalRow::as_select());
        let rows: QueryResult<Vec<SkillProposalRow>> = query.load(self.conn()?).await;
        let rows = self.note(rows)?;
        rows.into_iter().map(|row| in_row(row.id.clone(), SkillProposal::try_from(row))).collect()
    }
}
