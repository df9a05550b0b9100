//! Messages from providers: who really sent them, and which were heard before.

use async_trait::async_trait;

use super::StoreError;
use crate::{OrgId, RequestId, Timestamp, dispatch::ProviderName};

/// Tells who sent a message, by a signature over its raw bytes.
///
/// - MUST compare in constant time, and refuse a signature that is older or newer than its tolerance at `now`.
/// - MUST answer `None` alike for a wrong signature, an unknown provider, and one without a secret.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait SignatureCheck: Send + Sync {
    /// The provider of that name, if `signature` is one of its signatures of `body`.
    fn signer(&self, provider: &str, signature: &str, body: &[u8], now: Timestamp) -> Option<ProviderName>;
}

/// A message that was heard and acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookReceipt {
    /// From whom.
    pub provider: ProviderName,
    /// The sender's id of the message.
    pub event_id: String,
    /// The digest of its bytes.
    pub digest: [u8; 32],
    /// When it was heard first.
    pub received_at: Timestamp,
    /// Whose request it was about.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
}

/// The table against replays.
#[async_trait]
pub trait WebhookReceipts: Send + Sync {
    /// The receipt of a message. MUST find what [`Self::keep`] returned before, on every node.
    async fn receipt(&self, provider: &ProviderName, event_id: &str) -> Result<Option<WebhookReceipt>, StoreError>;

    /// Keeps a receipt and returns the one that is kept: MUST be the first of its provider and event id, whoever asks at
    /// the same time and whatever comes later.
    async fn keep(&self, receipt: &WebhookReceipt) -> Result<WebhookReceipt, StoreError>;

    /// Forgets at most `limit` receipts that were heard before `before`, the oldest first; how many. MUST NOT read the
    /// others to find them.
    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
