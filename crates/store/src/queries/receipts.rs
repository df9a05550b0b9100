//! Messages of providers that were heard.

use async_trait::async_trait;
use upivia_domain::{
    Timestamp,
    dispatch::ProviderName,
    ports::{StoreError, WebhookReceipt, WebhookReceipts},
};

use super::ask;
use crate::Store;

#[async_trait]
impl WebhookReceipts for Store {
    async fn receipt(&self, provider: &ProviderName, event_id: &str) -> Result<Option<WebhookReceipt>, StoreError> {
        let (provider, event_id) = (provider.clone(), event_id.to_owned());
        ask!(self, read queries::receipts::find(provider, event_id))
    }

    async fn keep(&self, receipt: &WebhookReceipt) -> Result<WebhookReceipt, StoreError> {
        let receipt = receipt.clone();
        ask!(self, write queries::receipts::keep(receipt))
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        ask!(self, write queries::receipts::forget(before, limit))
    }
}
