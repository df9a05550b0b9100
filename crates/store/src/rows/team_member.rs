//! `team_members`.

use diesel::prelude::*;
use upivia_domain::{
    OrgId, Timestamp,
    ports::StoreError,
    team::{TeamMember, TeamRole},
};

use super::text::parse;
use crate::{error::unreadable, schema::team_members};

const TABLE: &str = "team_members";

/// A row of `team_members`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = team_members)]
pub(crate) struct TeamMemberRow {
    pub(crate) org_id: String,
    pub(crate) team_id: String,
    pub(crate) user_id: String,
    pub(crate) role: String,
    pub(crate) created_at: i64,
}

impl TeamMemberRow {
    /// The row of a member.
    pub(crate) fn new(org: OrgId, member: &TeamMember) -> Self {
        Self {
            org_id: org.to_string(),
            team_id: member.team.to_string(),
            user_id: member.user.to_string(),
            role: member.role.to_string(),
            created_at: member.created_at.micros(),
        }
    }
}

impl TryFrom<TeamMemberRow> for TeamMember {
    type Error = StoreError;
    fn try_from(row: TeamMemberRow) -> Result<Self, StoreError> {
        Ok(Self {
            team: parse(TABLE, "team_id", &row.team_id)?,
            user: parse(TABLE, "user_id", &row.user_id)?,
            role: TeamRole::of_stored(&row.role).map_err(|why| unreadable(TABLE, "role", why))?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}
