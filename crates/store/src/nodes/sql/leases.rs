//! `node_leases`, and the times that the ledgers have used.

use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    NodeId, Timestamp,
    ports::{NodeLease, StoreError},
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    rows::parse,
    schema::{node_leases, org_heads},
};

pub(crate) async fn register(conn: &mut Conn, lease: NodeLease) -> Result<(), StoreError> {
    let row = (
        node_leases::node_id.eq(lease.node.to_string()),
        node_leases::lease_until.eq(lease.lease_until.micros()),
        node_leases::watermark.eq(lease.watermark.micros()),
        node_leases::dead.eq(false),
    );
    diesel::insert_into(node_leases::table).values(row).execute(conn).await.map(drop).map_err(store_error)
}

/// `false` once the process was declared dead.
pub(crate) async fn renew(conn: &mut Conn, lease: NodeLease) -> Result<bool, StoreError> {
    let alive =
        node_leases::table.filter(node_leases::node_id.eq(lease.node.to_string())).filter(node_leases::dead.eq(false));
    let until = node_leases::lease_until.eq(lease.lease_until.micros());
    let watermark = node_leases::watermark.eq(lease.watermark.micros());
    let renewed = diesel::update(alive).set((until, watermark)).execute(conn).await;
    renewed.map(|rows| rows == 1).map_err(store_error)
}

/// Declares others dead, then lists the dead: what another node declared meanwhile is there too.
pub(crate) async fn bury(
    conn: &mut Conn,
    me: NodeId,
    now: Timestamp,
    all_others: bool,
) -> Result<Vec<NodeLease>, StoreError> {
    let deadline = if all_others { i64::MAX } else { now.micros() };
    let overdue = node_leases::table
        .filter(node_leases::node_id.ne(me.to_string()))
        .filter(node_leases::dead.eq(false))
        .filter(node_leases::lease_until.lt(deadline));
    diesel::update(overdue).set(node_leases::dead.eq(true)).execute(conn).await.map_err(store_error)?;
    let dead = node_leases::table.filter(node_leases::dead.eq(true)).order(node_leases::node_id).select((
        node_leases::node_id,
        node_leases::lease_until,
        node_leases::watermark,
    ));
    let rows: Vec<(String, i64, i64)> = dead.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(lease).collect()
}

pub(crate) async fn forget(conn: &mut Conn, node: NodeId) -> Result<(), StoreError> {
    let dead = node_leases::table.filter(node_leases::node_id.eq(node.to_string())).filter(node_leases::dead.eq(true));
    diesel::delete(dead).execute(conn).await.map(drop).map_err(store_error)
}

pub(crate) async fn latest_now(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    let latest: Option<i64> =
        org_heads::table.select(max(org_heads::last_now)).first(conn).await.map_err(store_error)?;
    Ok(latest.map(Timestamp::from_micros))
}

/// Leases of processes whose clocks ran ahead end, and the requests of their future are found.
pub(crate) async fn rewind(conn: &mut Conn, to: Timestamp) -> Result<(), StoreError> {
    let ahead = node_leases::table.filter(node_leases::watermark.gt(to.micros()));
    let (until, watermark) = (node_leases::lease_until.eq(to.micros()), node_leases::watermark.eq(to.micros()));
    diesel::update(ahead).set((until, watermark)).execute(conn).await.map(drop).map_err(store_error)
}

fn lease((node, lease_until, watermark): (String, i64, i64)) -> Result<NodeLease, StoreError> {
    Ok(NodeLease {
        node: in_row(&node, parse("node_leases", "node_id", &node))?,
        lease_until: Timestamp::from_micros(lease_until),
        watermark: Timestamp::from_micros(watermark),
    })
}
