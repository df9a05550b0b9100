//! Between the journal and the endpoints: cursors, and deliveries that workers claim.

use std::{collections::HashMap, sync::Arc};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, Timestamp,
    budget::{AlertKey, BudgetAlert},
    ports::{Claim, Reading, StoreError, Unread},
    webhook::{Delivery, DeliveryStatus, EndpointStatus},
};

use super::{Conn, begin, send_commit, webhooks::open};
use crate::{
    connect::Shared,
    error::store_error,
    queries::in_row,
    rows::{BudgetAlertRow, DeliveryRow, EndpointRow, parse},
    schema::{budget_alerts, journal_cursors, org_heads, webhook_deliveries, webhook_endpoints},
};

/// Organizations whose head is further than their cursor. One without a cursor was never read.
pub(crate) async fn unread(conn: &mut Conn, limit: u32) -> Result<Vec<Unread>, StoreError> {
    let query = org_heads::table
        .left_join(journal_cursors::table.on(journal_cursors::org_id.eq(org_heads::org_id)))
        .filter(org_heads::seq.gt(0))
        .filter(
            journal_cursors::seq.nullable().is_null().or(org_heads::seq.nullable().gt(journal_cursors::seq.nullable())),
        )
        .limit(i64::from(limit))
        .select((org_heads::org_id, org_heads::seq, journal_cursors::seq.nullable()));
    let rows: Vec<(String, i64, Option<i64>)> = query.load(conn).await.map_err(store_error)?;
    let unread = |(org, last_seq, read): (String, i64, Option<i64>)| {
        let org = parse("org_heads", "org_id", &org)?;
        Ok(Unread { org, read_seq: read.unwrap_or_default(), last_seq })
    };
    rows.into_iter().map(unread).collect()
}

pub(crate) async fn told(conn: &mut Conn, org: OrgId, keys: Vec<AlertKey>) -> Result<Vec<AlertKey>, StoreError> {
    let windows: Vec<String> = keys.iter().map(|(_, window, _)| window.to_string()).collect();
    let query = budget_alerts::table
        .filter(budget_alerts::org_id.eq(org.to_string()))
        .filter(budget_alerts::window_key.eq_any(windows))
        .select(BudgetAlertRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    let known: Vec<BudgetAlert> = rows.into_iter().map(BudgetAlert::try_from).collect::<Result<_, _>>()?;
    Ok(known.iter().map(BudgetAlert::key).filter(|key| keys.contains(key)).collect())
}

/// In a transaction of its own.
pub(crate) async fn advance(conn: &mut Conn, shared: Arc<Shared>, reading: Reading) -> Result<bool, StoreError> {
    begin(conn).await?;
    let moved = write_reading(conn, &reading).await?;
    send_commit(conn, &shared.faults).await?;
    Ok(moved)
}

/// The cursor first: who finds it elsewhere writes nothing.
pub(crate) async fn write_reading(conn: &mut Conn, reading: &Reading) -> Result<bool, StoreError> {
    let moved = move_cursor(conn, reading).await?;
    if moved {
        for alert in &reading.alerts {
            let row = diesel::insert_into(budget_alerts::table).values(BudgetAlertRow::from(alert));
            row.execute(conn).await.map_err(store_error)?;
        }
        for delivery in &reading.deliveries {
            let row = diesel::insert_into(webhook_deliveries::table).values(DeliveryRow::from(delivery));
            row.execute(conn).await.map_err(store_error)?;
        }
    }
    Ok(moved)
}

async fn move_cursor(conn: &mut Conn, reading: &Reading) -> Result<bool, StoreError> {
    let org = reading.org.to_string();
    let changed = if reading.from_seq == 0 {
        let values = (journal_cursors::org_id.eq(org), journal_cursors::seq.eq(reading.to_seq));
        diesel::insert_into(journal_cursors::table).values(values).on_conflict_do_nothing().execute(conn).await
    } else {
        let row = journal_cursors::table
            .filter(journal_cursors::org_id.eq(org))
            .filter(journal_cursors::seq.eq(reading.from_seq));
        diesel::update(row).set(journal_cursors::seq.eq(reading.to_seq)).execute(conn).await
    };
    changed.map(|rows| rows == 1).map_err(store_error)
}

/// The oldest deliveries whose time has come, as they stand: who has the row as it stands may claim it.
pub(crate) async fn due(conn: &mut Conn, now: Timestamp, limit: u32) -> Result<Vec<(String, i64)>, StoreError> {
    let query = webhook_deliveries::table
        .inner_join(webhook_endpoints::table.on(webhook_endpoints::id.eq(webhook_deliveries::endpoint_id)))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending.as_str()))
        .filter(webhook_deliveries::next_at.le(now.micros()))
        .filter(webhook_endpoints::status.eq(EndpointStatus::Enabled.as_str()))
        .order(webhook_deliveries::next_at)
        .limit(i64::from(limit))
        .select((webhook_deliveries::id, webhook_deliveries::next_at.assume_not_null()));
    query.load(conn).await.map_err(store_error)
}

/// In the order of ids, so that two nodes never wait for each other crosswise.
pub(crate) async fn claim(
    conn: &mut Conn,
    shared: Arc<Shared>,
    mut due: Vec<(String, i64)>,
    until: Timestamp,
) -> Result<Vec<Claim>, StoreError> {
    due.sort_unstable();
    begin(conn).await?;
    let mut mine = Vec::new();
    for (id, seen) in due {
        let row = webhook_deliveries::table
            .filter(webhook_deliveries::id.eq(&id))
            .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending.as_str()))
            .filter(webhook_deliveries::next_at.eq(seen));
        let values = (
            webhook_deliveries::next_at.eq(until.micros()),
            webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1),
        );
        let taken = diesel::update(row).set(values).execute(conn).await.map_err(store_error)?;
        if taken == 1 {
            mine.push(id);
        }
    }
    let claims = load(conn, &shared, mine).await?;
    send_commit(conn, &shared.faults).await?;
    Ok(claims)
}

async fn load(conn: &mut Conn, shared: &Shared, ids: Vec<String>) -> Result<Vec<Claim>, StoreError> {
    let rows: Vec<DeliveryRow> = webhook_deliveries::table
        .filter(webhook_deliveries::id.eq_any(ids))
        .order(webhook_deliveries::place)
        .select(DeliveryRow::as_select())
        .load(conn)
        .await
        .map_err(store_error)?;
    let endpoints: Vec<String> = rows.iter().map(|row| row.endpoint_id.clone()).collect();
    let endpoints: Vec<EndpointRow> = webhook_endpoints::table
        .filter(webhook_endpoints::id.eq_any(endpoints))
        .select(EndpointRow::as_select())
        .load(conn)
        .await
        .map_err(store_error)?;
    let endpoints: HashMap<_, _> =
        open(conn, shared, endpoints).await?.into_iter().map(|endpoint| (endpoint.id, endpoint)).collect();
    let mut claims = Vec::with_capacity(rows.len());
    for row in rows {
        let delivery = in_row(row.id.clone(), Delivery::try_from(row))?;
        // One whose endpoint was removed a moment ago has nobody to go to.
        if let Some(endpoint) = endpoints.get(&delivery.endpoint) {
            claims.push(Claim { endpoint: endpoint.clone(), delivery });
        }
    }
    Ok(claims)
}

pub(crate) async fn finish(conn: &mut Conn, delivery: Delivery, until: Timestamp) -> Result<bool, StoreError> {
    let row = webhook_deliveries::table
        .filter(webhook_deliveries::id.eq(delivery.id.to_string()))
        .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending.as_str()))
        .filter(webhook_deliveries::next_at.eq(until.micros()));
    let updated = diesel::update(row).set(DeliveryRow::from(&delivery)).execute(conn).await;
    updated.map(|rows| rows == 1).map_err(store_error)
}

pub(crate) async fn forget_before(conn: &mut Conn, instant: Timestamp) -> Result<u64, StoreError> {
    let rows = webhook_deliveries::table
        .filter(webhook_deliveries::status.ne(DeliveryStatus::Pending.as_str()))
        .filter(webhook_deliveries::created_at.lt(instant.micros()));
    let removed = diesel::delete(rows).execute(conn).await.map_err(store_error)?;
    Ok(u64::try_from(removed).unwrap_or_default())
}
