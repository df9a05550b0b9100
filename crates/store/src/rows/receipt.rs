//! `webhook_receipts`: messages that were heard.

use diesel::prelude::*;
use upivia_domain::{
    Timestamp,
    dispatch::ProviderName,
    ports::{StoreError, WebhookReceipt},
};

use super::text::parse;
use crate::schema::webhook_receipts;

const TABLE: &str = "webhook_receipts";

/// A row of `webhook_receipts`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_receipts)]
pub(crate) struct ReceiptRow {
    pub(crate) provider: String,
    pub(crate) event_id: String,
    pub(crate) digest: Vec<u8>,
    pub(crate) received_at: i64,
    pub(crate) org_id: String,
    pub(crate) request_id: String,
}

impl From<&WebhookReceipt> for ReceiptRow {
    fn from(receipt: &WebhookReceipt) -> Self {
        Self {
            provider: receipt.provider.to_string(),
            event_id: receipt.event_id.clone(),
            digest: receipt.digest.to_vec(),
            received_at: receipt.received_at.micros(),
            org_id: receipt.org.to_string(),
            request_id: receipt.request.to_string(),
        }
    }
}

impl TryFrom<ReceiptRow> for WebhookReceipt {
    type Error = StoreError;
    fn try_from(row: ReceiptRow) -> Result<Self, StoreError> {
        let digest = row.digest.try_into();
        Ok(Self {
            provider: ProviderName::new(&row.provider),
            event_id: row.event_id,
            digest: digest.map_err(|_| StoreError::Internal(format!("{TABLE}.digest has another length")))?,
            received_at: Timestamp::from_micros(row.received_at),
            org: parse(TABLE, "org_id", &row.org_id)?,
            request: parse(TABLE, "request_id", &row.request_id)?,
        })
    }
}
