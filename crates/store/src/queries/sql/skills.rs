//! `skill_proposals`, filtered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, OrgId,
    ports::StoreError,
    skill::{ProposalStatus, SkillProposal},
};

use super::Conn;
use crate::{error::store_error, queries::in_row, rows::SkillProposalRow, schema::skill_proposals};

/// At most `limit` proposals of an agent, the newest first: ids are in the order of birth.
pub(crate) async fn list(
    conn: &mut Conn,
    org: OrgId,
    agent: AgentId,
    status: Option<ProposalStatus>,
    limit: u32,
) -> Result<Vec<SkillProposal>, StoreError> {
    let mut query = skill_proposals::table
        .filter(skill_proposals::agent_id.eq(agent.to_string()))
        .filter(skill_proposals::org_id.eq(org.to_string()))
        .order(skill_proposals::id.desc())
        .limit(i64::from(limit))
        .select(SkillProposalRow::as_select())
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(skill_proposals::status.eq(status.as_str()));
    }
    let proposal = |row: SkillProposalRow| in_row(row.id.clone(), SkillProposal::try_from(row));
    query.load(conn).await.map_err(store_error)?.into_iter().map(proposal).collect()
}
