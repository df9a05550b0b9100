//! `team_members`. No admission reads them, so the epoch stays.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{OrgId, TeamId, UserId, ports::StoreError, team::TeamMember};

use super::{OpenTx, constraint};
use crate::{queries::in_row, rows::TeamMemberRow, schema::team_members};

impl OpenTx<'_> {
    pub(super) async fn add_team_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError> {
        self.require_held(org)?;
        let row = TeamMemberRow::new(org, member);
        let inserted = diesel::insert_into(team_members::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    pub(super) async fn change_team_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError> {
        self.require_held(org)?;
        let row = team_members::table
            .filter(team_members::team_id.eq(member.team.to_string()))
            .filter(team_members::user_id.eq(member.user.to_string()))
            .filter(team_members::org_id.eq(org.to_string()));
        let updated =
            diesel::update(row).set(team_members::role.eq(member.role.to_string())).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("team_members: there is no such row"))),
            _ => Ok(()),
        }
    }

    pub(super) async fn drop_team_member(&mut self, org: OrgId, team: TeamId, user: UserId) -> Result<(), StoreError> {
        self.require_held(org)?;
        let row = team_members::table
            .filter(team_members::team_id.eq(team.to_string()))
            .filter(team_members::user_id.eq(user.to_string()))
            .filter(team_members::org_id.eq(org.to_string()));
        let removed = diesel::delete(row).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }

    pub(super) async fn team_places(&mut self, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError> {
        let query = team_members::table
            .filter(team_members::user_id.eq(user.to_string()))
            .filter(team_members::org_id.eq(org.to_string()))
            .order(team_members::team_id)
            .select(TeamMemberRow::as_select());
        let rows = query.load(self.conn()?).await;
        self.note(rows)?.into_iter().map(|row| in_row(row.team_id.clone(), TeamMember::try_from(row))).collect()
    }

    pub(super) async fn team_member(
        &mut self,
        org: OrgId,
        team: TeamId,
        user: UserId,
    ) -> Result<Option<TeamMember>, StoreError> {
        let query = team_members::table
            .find((team.to_string(), user.to_string()))
            .filter(team_members::org_id.eq(org.to_string()))
            .select(TeamMemberRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(format!("{team} {user}"), TeamMember::try_from(row))).transpose()
    }
}
