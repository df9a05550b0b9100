//! `stops` and `standings`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    identity::{OrganizationStatus, Standing},
    policy::Stop,
    ports::StoreError,
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    rows::{StandingRow, StopRow},
    schema::{standings, stops},
};

pub(crate) async fn list(conn: &mut Conn, org: OrgId) -> Result<Vec<Stop>, StoreError> {
    let query = stops::table.filter(stops::org_id.eq(org.to_string())).select(StopRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    let found = rows.into_iter().map(|row| in_row(row.scope.clone(), Stop::try_from(row)));
    let mut found: Vec<Stop> = found.collect::<Result<_, _>>()?;
    found.sort_unstable_by_key(|stop| stop.scope);
    Ok(found)
}

pub(crate) async fn standing(conn: &mut Conn, org: OrgId) -> Result<Option<Standing>, StoreError> {
    let row = standings::table.find(org.to_string()).select(StandingRow::as_select()).first(conn).await;
    row.optional().map_err(store_error)?.map(|row| in_row(org, Standing::try_from(row))).transpose()
}

pub(crate) async fn standings(
    conn: &mut Conn,
    status: OrganizationStatus,
    limit: u32,
) -> Result<Vec<Standing>, StoreError> {
    let query = standings::table
        .filter(standings::status.eq(status.as_str()))
        .order(standings::org_id)
        .limit(i64::from(limit))
        .select(StandingRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|row| in_row(row.org_id.clone(), Standing::try_from(row))).collect()
}
