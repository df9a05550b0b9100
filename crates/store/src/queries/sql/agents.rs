//! `agents`, `bindings` and `teams`. Ids are in the order of birth.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, OrgId, TeamId,
    agent::{Agent, AgentStatus},
    binding::Binding,
    ports::StoreError,
    team::Team,
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    rows::{AgentRow, BindingRow, TeamRow, parse},
    schema::{agents, bindings, teams},
};

pub(crate) async fn list(conn: &mut Conn, org: OrgId, team: Option<TeamId>) -> Result<Vec<Agent>, StoreError> {
    let mut query = agents::table
        .filter(agents::org_id.eq(org.to_string()))
        .filter(agents::status.ne(AgentStatus::Deleted.as_str()))
        .order(agents::id)
        .select(AgentRow::as_select())
        .into_boxed();
    if let Some(team) = team {
        query = query.filter(agents::team_id.eq(team.to_string()));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(agent).collect()
}

pub(crate) async fn find(conn: &mut Conn, org: OrgId, id: AgentId) -> Result<Option<Agent>, StoreError> {
    let query = agents::table
        .filter(agents::id.eq(id.to_string()))
        .filter(agents::org_id.eq(org.to_string()))
        .filter(agents::status.ne(AgentStatus::Deleted.as_str()))
        .select(AgentRow::as_select());
    query.first(conn).await.optional().map_err(store_error)?.map(agent).transpose()
}

pub(crate) async fn bindings(conn: &mut Conn, org: OrgId, agent: AgentId) -> Result<Vec<Binding>, StoreError> {
    let query = bindings::table
        .filter(bindings::agent_id.eq(agent.to_string()))
        .filter(bindings::org_id.eq(org.to_string()))
        .order(bindings::operation)
        .select(BindingRow::as_select());
    query.load(conn).await.map_err(store_error)?.into_iter().map(binding).collect()
}

/// By the index that has nothing else in it. Its condition stands in the statement as in the index: a parameter would hide
/// from the planner that the two agree.
pub(crate) async fn ending(conn: &mut Conn, limit: u32) -> Result<Vec<(OrgId, AgentId)>, StoreError> {
    let query = agents::table
        .filter(sql::<Bool>("status = 'ending'"))
        .order((agents::org_id, agents::id))
        .limit(i64::from(limit))
        .select((agents::org_id, agents::id));
    let rows: Vec<(String, String)> = query.load(conn).await.map_err(store_error)?;
    rows.iter().map(|(org, id)| Ok((parse("agents", "org_id", org)?, parse("agents", "id", id)?))).collect()
}

pub(crate) async fn teams(conn: &mut Conn, org: OrgId) -> Result<Vec<Team>, StoreError> {
    let query = teams::table.filter(teams::org_id.eq(org.to_string())).order(teams::id).select(TeamRow::as_select());
    query.load(conn).await.map_err(store_error)?.into_iter().map(team).collect()
}

fn agent(row: AgentRow) -> Result<Agent, StoreError> {
    in_row(row.id.clone(), Agent::try_from(row))
}

fn binding(row: BindingRow) -> Result<Binding, StoreError> {
    in_row(format!("{} {}", row.agent_id, row.operation), Binding::try_from(row))
}

fn team(row: TeamRow) -> Result<Team, StoreError> {
    in_row(row.id.clone(), Team::try_from(row))
}
