//! Messages of providers that were heard.

use async_trait::async_trait;
use upivia_domain::{
    Timestamp,
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

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.shared.reachable()?;
        let mut state = self.shared.state();
        let receipts = &mut state.receipts;
        let mut old: Vec<_> = receipts.iter().filter(|(_, one)| one.received_at < before).collect();
        old.sort_by_key(|(_, one)| one.received_at);
        let keys: Vec<_> = old.into_iter().map(|(key, _)| key.clone()).collect();
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let forgotten = keys.iter().take(most).filter(|key| receipts.remove(*key).is_some()).count();
        Ok(u64::try_from(forgotten).unwrap_or_default())
    }
}
