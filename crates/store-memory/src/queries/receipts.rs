//! Messages of providers that were heard.

use async_trait::async_trait;
use upivia_domain::{
    dispatch::ProviderName,
    ports::{StoreError, WebhookReceipt, WebhookReceipts},
};

use crate::MemoryStore;

#[async_trait]
impl WebhookReceipts for MemoryStore {
    async fn receipt(&self, provider: &ProviderName, event_id: &str) -> Result<Option<WebhookReceipt>, StoreError> {
        self.shared.reachable()?;
        Ok(self.shared.state().receipts.get(&(provider.clone(), event_id.to_owned())).cloned())
    }

    async fn keep(&self, receipt: &WebhookReceipt) -> Result<WebhookReceipt, StoreError> {
        self.shared.reachable()?;
        let key = (receipt.provider.clone(), receipt.event_id.clone());
        Ok(self.shared.state().receipts.entry(key).or_insert_with(|| receipt.clone()).clone())
    }
}
