//! Everything of an organization in one consistent view, for verification.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    OrgId, RequestId,
    audit::JournalEvent,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
    ledger::OrgHead,
};

/// Opens a view.
#[async_trait]
pub trait LedgerScanner: Send + Sync {
    /// A view in which all reads MUST see one committed state, while writers go on.
    async fn scan(&self) -> Result<Box<dyn LedgerScan>, StoreError>;
}

/// One consistent view. Rows that cannot be read are [`StoreError::Internal`] naming the row.
#[async_trait]
pub trait LedgerScan: Send {
    /// Every head, by organization.
    async fn heads(&mut self) -> Result<Vec<OrgHead>, StoreError>;
    /// At most `limit` events after a sequence, in order.
    async fn journal(&mut self, org: OrgId, after_seq: i64, limit: u32) -> Result<Vec<JournalEvent>, StoreError>;
    /// At most `limit` requests after an id, in order of ids.
    async fn requests(
        &mut self,
        org: OrgId,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<ServiceRequest>, StoreError>;
    /// Every meter.
    async fn meters(&mut self, org: OrgId) -> Result<Vec<(MeterKey, Meter)>, StoreError>;
}
