//! `teams` and `allocations`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    NanoUsd, OrgId, TeamId, UserId,
    ports::{StoreError, TeamRepository},
    team::{Allocation, Team, TeamMember},
};

use super::{OpenTx, constraint, found};
use crate::{
    queries::in_row,
    rows::{AllocationRow, TeamRow},
    schema::{allocations, teams},
};

#[async_trait]
impl TeamRepository for OpenTx<'_> {
    async fn insert(&mut self, team: &Team) -> Result<(), StoreError> {
        let conn = self.changing(team.org)?;
        let inserted = diesel::insert_into(teams::table).values(TeamRow::from(team)).execute(conn).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, team: &Team) -> Result<(), StoreError> {
        let row = teams::table.filter(teams::id.eq(team.id.to_string())).filter(teams::org_id.eq(team.org.to_string()));
        let values = (
            teams::name.eq(team.name.as_str()),
            teams::has_pool.eq(team.has_pool),
            teams::month_cap.eq(team.month_cap.map(NanoUsd::nanos)),
        );
        let updated = diesel::update(row).set(values).execute(self.changing(team.org)?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("teams: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: TeamId) -> Result<Option<Team>, StoreError> {
        let query = teams::table
            .filter(teams::id.eq(id.to_string()))
            .filter(teams::org_id.eq(org.to_string()))
            .select(TeamRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, Team::try_from(row))).transpose()
    }

    async fn put_allocation(&mut self, org: OrgId, allocation: &Allocation) -> Result<(), StoreError> {
        self.require_team(org, allocation.team).await?;
        let row = AllocationRow::new(org, allocation);
        let terms = (
            allocations::day_cap.eq(row.day_cap),
            allocations::month_cap.eq(row.month_cap),
            allocations::life_cap.eq(row.life_cap),
        );
        let put = diesel::insert_into(allocations::table)
            .values(row)
            .on_conflict((allocations::team_id, allocations::user_id))
            .do_update()
            .set(terms)
            .execute(self.changing(org)?)
            .await;
        self.note(put).map(drop)
    }

    async fn find_allocation(
        &mut self,
        org: OrgId,
        team: TeamId,
        user: UserId,
    ) -> Result<Option<Allocation>, StoreError> {
        let query = allocations::table
            .find((team.to_string(), user.to_string()))
            .filter(allocations::org_id.eq(org.to_string()))
            .select(AllocationRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(format!("{team} {user}"), Allocation::try_from(row))).transpose()
    }

    async fn insert_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError> {
        self.require_team(org, member.team).await?;
        self.add_team_member(org, member).await
    }

    async fn update_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError> {
        self.change_team_member(org, member).await
    }

    async fn remove_member(&mut self, org: OrgId, team: TeamId, user: UserId) -> Result<(), StoreError> {
        self.drop_team_member(org, team, user).await
    }

    async fn find_member(&mut self, org: OrgId, team: TeamId, user: UserId) -> Result<Option<TeamMember>, StoreError> {
        self.team_member(org, team, user).await
    }

    async fn places_of(&mut self, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError> {
        self.team_places(org, user).await
    }
}

impl OpenTx<'_> {
    /// A row may refer to a team of its own organization only.
    pub(super) async fn require_team(&mut self, org: OrgId, id: TeamId) -> Result<(), StoreError> {
        let query = teams::table.filter(teams::id.eq(id.to_string())).filter(teams::org_id.eq(org.to_string()));
        let row = query.select(teams::id).first::<String>(self.conn()?).await;
        match self.note(found(row))? {
            true => Ok(()),
            false => self.remember(Err(constraint("teams: the organization has no such team"))),
        }
    }
}
