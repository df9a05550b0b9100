//! `organizations`, `org_heads` and `meters`.

use diesel::{prelude::*, sql_types::Integer};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    Mode, OrgId,
    budget::{Meter, MeterKey},
    catalog::OperationName,
    identity::Organization,
    ledger::OrgHead,
    ports::StoreError,
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    repositories::OrganizationParts,
    rows::{HeadRow, MeterRow, parse},
    schema::{meters, org_heads, organizations, suspensions},
};

pub(crate) async fn organization(conn: &mut Conn, id: OrgId) -> Result<Option<Organization>, StoreError> {
    let query = organizations::table
        .inner_join(org_heads::table.on(org_heads::org_id.eq(organizations::id)))
        .filter(organizations::id.eq(id.to_string()))
        .select(OrganizationParts::as_select());
    let parts = query.first(conn).await.optional().map_err(store_error)?;
    parts.map(|parts| in_row(id, Organization::try_from(parts))).transpose()
}

pub(crate) async fn head(conn: &mut Conn, org: OrgId) -> Result<Option<OrgHead>, StoreError> {
    let row = org_heads::table.find(org.to_string()).select(HeadRow::as_select()).first(conn).await;
    row.optional().map_err(store_error)?.map(|row| in_row(org, OrgHead::try_from(row))).transpose()
}

pub(crate) async fn meter(conn: &mut Conn, org: OrgId, key: MeterKey) -> Result<Option<Meter>, StoreError> {
    let row = meters::table.find((org.to_string(), key.to_string())).select(MeterRow::as_select()).first(conn).await;
    row.optional().map_err(store_error).map(|row| row.map(|row: MeterRow| row.meter()))
}

pub(crate) async fn suspensions(conn: &mut Conn, org: OrgId) -> Result<Vec<(Mode, OperationName)>, StoreError> {
    let query = suspensions::table
        .filter(suspensions::org_id.eq(org.to_string()))
        .order((suspensions::mode, suspensions::operation))
        .select((suspensions::mode, suspensions::operation));
    let rows: Vec<(String, String)> = query.load(conn).await.map_err(store_error)?;
    let suspension = |(mode, operation): (String, String)| {
        Ok((parse("suspensions", "mode", &mode)?, parse("suspensions", "operation", &operation)?))
    };
    in_row(org, rows.into_iter().map(suspension).collect())
}

pub(crate) async fn ping(conn: &mut Conn) -> Result<(), StoreError> {
    diesel::select(1.into_sql::<Integer>()).execute(conn).await.map(drop).map_err(store_error)
}
