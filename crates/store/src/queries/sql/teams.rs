//! `team_members`, `allocations` and `budget_requests`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, TeamId, UserId,
    ports::{BudgetRequestFilter, StoreError},
    team::{Allocation, BudgetRequest, TeamMember},
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    rows::{AllocationRow, BudgetRequestRow, TeamMemberRow},
    schema::{allocations, budget_requests, team_members},
};

pub(crate) async fn members(conn: &mut Conn, org: OrgId, team: TeamId) -> Result<Vec<TeamMember>, StoreError> {
    let query = team_members::table
        .filter(team_members::team_id.eq(team.to_string()))
        .filter(team_members::org_id.eq(org.to_string()))
        .order(team_members::user_id)
        .select(TeamMemberRow::as_select());
    query.load(conn).await.map_err(store_error)?.into_iter().map(member).collect()
}

pub(crate) async fn of_user(conn: &mut Conn, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError> {
    let query = team_members::table
        .filter(team_members::user_id.eq(user.to_string()))
        .filter(team_members::org_id.eq(org.to_string()))
        .order(team_members::team_id)
        .select(TeamMemberRow::as_select());
    query.load(conn).await.map_err(store_error)?.into_iter().map(member).collect()
}

pub(crate) async fn allocations(conn: &mut Conn, org: OrgId, team: TeamId) -> Result<Vec<Allocation>, StoreError> {
    let query = allocations::table
        .filter(allocations::team_id.eq(team.to_string()))
        .filter(allocations::org_id.eq(org.to_string()))
        .order(allocations::user_id)
        .select(AllocationRow::as_select());
    let allocation = |row: AllocationRow| in_row(format!("{} {}", row.team_id, row.user_id), Allocation::try_from(row));
    query.load(conn).await.map_err(store_error)?.into_iter().map(allocation).collect()
}

/// At most `limit` wishes, the newest first: ids are in the order of birth.
pub(crate) async fn budget_requests(
    conn: &mut Conn,
    org: OrgId,
    filter: BudgetRequestFilter,
    limit: u32,
) -> Result<Vec<BudgetRequest>, StoreError> {
    let mut query = budget_requests::table
        .filter(budget_requests::org_id.eq(org.to_string()))
        .order(budget_requests::id.desc())
        .limit(i64::from(limit))
        .select(BudgetRequestRow::as_select())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(budget_requests::status.eq(status.as_str()));
    }
    if let Some(team) = filter.team {
        query = query.filter(budget_requests::team_id.eq(team.to_string()));
    }
    if let Some(user) = filter.user {
        query = query.filter(budget_requests::user_id.eq(user.to_string()));
    }
    let wish = |row: BudgetRequestRow| in_row(row.id.clone(), BudgetRequest::try_from(row));
    query.load(conn).await.map_err(store_error)?.into_iter().map(wish).collect()
}

fn member(row: TeamMemberRow) -> Result<TeamMember, StoreError> {
    in_row(format!("{} {}", row.team_id, row.user_id), TeamMember::try_from(row))
}
