//! Everything of an organization in one consistent view, for verification.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    Mode, NanoUsd, OrgId, RequestId, Timestamp,
    audit::JournalEvent,
    budget::{Account, AccountOwner, Meter, MeterKey},
    dispatch::{RequestState, ServiceRequest},
    ledger::OrgHead,
};

/// A hold that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenHold {
    /// Whose.
    pub org: OrgId,
    /// The world of its money.
    pub mode: Mode,
    /// Who pays.
    pub account: AccountOwner,
    /// How much.
    pub amount: NanoUsd,
    /// Where its request stands.
    pub state: RequestState,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// All that several events moved from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// The world of the money.
    pub mode: Mode,
    /// Where it left.
    pub debit: Account,
    /// Where it arrived.
    pub credit: Account,
    /// How much.
    pub amount: NanoUsd,
}

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

    /// Every meter that is an account.
    async fn accounts(&mut self, org: OrgId) -> Result<Vec<(Mode, AccountOwner, Meter)>, StoreError>;
    /// What the events after a sequence moved, summed up; in no order.
    async fn moved(&mut self, org: OrgId, after_seq: i64) -> Result<Vec<Movement>, StoreError>;
    /// Open holds of all organizations, in no order. MUST find all of requests that are running or unknown, and all others
    /// that are not older than the oldest watermark of any process (all, where no process is known). MUST NOT read the
    /// other requests.
    async fn open_holds(&mut self) -> Result<Vec<OpenHold>, StoreError>;
    /// How many questions wait for a person, in all organizations.
    async fn pending_approvals(&mut self) -> Result<Vec<(Mode, u64)>, StoreError>;
}
