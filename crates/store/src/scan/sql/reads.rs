//! What a view can read. A row that cannot be read is named.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, RequestId,
    audit::JournalEvent,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
    ledger::OrgHead,
    ports::StoreError,
};

use super::{Conn, data_keys};
use crate::{
    connect::Shared,
    error::store_error,
    queries::in_row,
    rows::{HeadRow, JournalRow, MeterRow, RequestRow},
    schema::{journal, meters, org_heads, requests},
};

pub(super) async fn heads(conn: &mut Conn) -> Result<Vec<OrgHead>, StoreError> {
    let rows = org_heads::table.order(org_heads::org_id).select(HeadRow::as_select()).load(conn).await;
    rows.map_err(store_error)?.into_iter().map(|row| in_row(row.org_id.clone(), OrgHead::try_from(row))).collect()
}

pub(super) async fn journal(
    conn: &mut Conn,
    org: OrgId,
    after_seq: i64,
    limit: u32,
) -> Result<Vec<JournalEvent>, StoreError> {
    let query = journal::table
        .filter(journal::org_id.eq(org.to_string()))
        .filter(journal::seq.gt(after_seq))
        .order(journal::seq)
        .limit(i64::from(limit))
        .select(JournalRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|row| in_row(format!("{org} seq {}", row.seq), JournalEvent::try_from(row))).collect()
}

pub(super) async fn requests(
    conn: &mut Conn,
    shared: Arc<Shared>,
    org: OrgId,
    after: Option<RequestId>,
    limit: u32,
) -> Result<Vec<ServiceRequest>, StoreError> {
    let query = requests::table
        .filter(requests::org_id.eq(org.to_string()))
        .filter(requests::id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
        .order(requests::id)
        .limit(i64::from(limit))
        .select(RequestRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    let keys = data_keys::of(conn, &shared.sealer, [org]).await?;
    let key = || keys.get(&org).ok_or_else(|| StoreError::Internal(format!("{org} has no data key")));
    rows.into_iter().map(|row| in_row(row.id.clone(), row.open(key()?))).collect()
}

pub(super) async fn meters(conn: &mut Conn, org: OrgId) -> Result<Vec<(MeterKey, Meter)>, StoreError> {
    let query = meters::table.filter(meters::org_id.eq(org.to_string())).select(MeterRow::as_select());
    let rows: Vec<MeterRow> = query.load(conn).await.map_err(store_error)?;
    let meter = |row: MeterRow| Ok((in_row(&row.key, row.meter_key())?, row.meter()));
    rows.into_iter().map(meter).collect()
}
