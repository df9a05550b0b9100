//! `skill_proposals`.

use diesel::prelude::*;
use upivia_domain::{Timestamp, UserId, ports::StoreError, skill::SkillProposal};

use super::text::parse;
use crate::schema::skill_proposals;

const TABLE: &str = "skill_proposals";

/// A row of `skill_proposals`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = skill_proposals, treat_none_as_default_value = false)]
pub(crate) struct SkillProposalRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) agent_id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) instructions: String,
    pub(crate) reason: Option<String>,
    pub(crate) status: String,
    pub(crate) created_at: i64,
    pub(crate) resolved_at: Option<i64>,
    pub(crate) resolved_by: Option<String>,
}

impl From<&SkillProposal> for SkillProposalRow {
    fn from(proposal: &SkillProposal) -> Self {
        Self {
            id: proposal.id.to_string(),
            org_id: proposal.org.to_string(),
            agent_id: proposal.agent.to_string(),
            name: proposal.name.to_string(),
            description: proposal.description.clone(),
            instructions: proposal.instructions.clone(),
            reason: proposal.reason.clone(),
            status: proposal.status.as_str().to_owned(),
            created_at: proposal.created_at.micros(),
            resolved_at: proposal.resolved_at.map(Timestamp::micros),
            resolved_by: proposal.resolved_by.map(|user| user.to_string()),
        }
    }
}

impl TryFrom<SkillProposalRow> for SkillProposal {
    type Error = StoreError;
    fn try_from(row: SkillProposalRow) -> Result<Self, StoreError> {
        let person = |text: String| parse::<UserId>(TABLE, "resolved_by", &text);
        Ok(Self {
            id: parse(TABLE, "id", &row.id)?,
            org: parse(TABLE, "org_id", &row.org_id)?,
            agent: parse(TABLE, "agent_id", &row.agent_id)?,
            name: parse(TABLE, "name", &row.name)?,
            description: row.description,
            instructions: row.instructions,
            reason: row.reason,
            status: parse(TABLE, "status", &row.status)?,
            created_at: Timestamp::from_micros(row.created_at),
            resolved_at: row.resolved_at.map(Timestamp::from_micros),
            resolved_by: row.resolved_by.map(person).transpose()?,
        })
    }
}
