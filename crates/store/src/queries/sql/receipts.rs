//! `webhook_receipts`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
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
