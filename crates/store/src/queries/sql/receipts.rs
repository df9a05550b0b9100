//! `webhook_receipts`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    Timestamp,
    dispatch::ProviderName,
    ports::{StoreError, WebhookReceipt},
};

use super::Conn;
use crate::{error::store_error, queries::in_row, rows::ReceiptRow, schema::webhook_receipts};

pub(crate) async fn find(
    conn: &mut Conn,
    provider: ProviderName,
    event_id: String,
) -> Result<Option<WebhookReceipt>, StoreError> {
    let query = webhook_receipts::table.find((provider.as_str(), &event_id)).select(ReceiptRow::as_select());
    let row = query.first(conn).await.optional().map_err(store_error)?;
    row.map(|row| in_row(&event_id, row.try_into())).transpose()
}

/// Inserts unless somebody was first, and reads what is there.
pub(crate) async fn keep(conn: &mut Conn, receipt: WebhookReceipt) -> Result<WebhookReceipt, StoreError> {
    let row = diesel::insert_into(webhook_receipts::table).values(ReceiptRow::from(&receipt)).on_conflict_do_nothing();
    row.execute(conn).await.map_err(store_error)?;
    let kept = find(conn, receipt.provider, receipt.event_id).await?;
    kept.ok_or_else(|| StoreError::Internal("a receipt is gone as soon as it was kept".to_owned()))
}

/// Deletes the oldest of those that were heard before, found by the index over their times.
pub(crate) async fn forget(conn: &mut Conn, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let old = webhook_receipts::table
        .filter(webhook_receipts::received_at.lt(before.micros()))
        .order((webhook_receipts::received_at, webhook_receipts::provider, webhook_receipts::event_id))
        .limit(i64::from(limit))
        .select((webhook_receipts::provider, webhook_receipts::event_id));
    let keys: Vec<(String, String)> = old.load(conn).await.map_err(store_error)?;
    let mut forgotten = 0;
    for (provider, event_id) in keys {
        let one = diesel::delete(webhook_receipts::table.find((provider, event_id)));
        forgotten += one.execute(conn).await.map_err(store_error)?;
    }
    Ok(u64::try_from(forgotten).unwrap_or_default())
}
