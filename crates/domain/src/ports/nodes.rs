//! Who is alive, and what the dead left.

use async_trait::async_trait;

use super::StoreError;
use crate::{NodeId, OrgId, RequestId, Timestamp};

/// A process's claim to be alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeLease {
    /// The process.
    pub node: NodeId,
    /// Alive until then, unless renewed.
    pub lease_until: Timestamp,
    /// No unfinished request of the process has an id older than this.
    pub watermark: Timestamp,
}

/// A request that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
}

/// Leases of processes.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait NodeRegistry: Send + Sync {
    /// Records a new process.
    async fn register(&self, lease: NodeLease) -> Result<(), StoreError>;

    /// Renews a lease. MUST return `false`, and change nothing, once the process was declared dead.
    async fn renew(&self, lease: NodeLease) -> Result<bool, StoreError>;

    /// Declares every other process dead whose lease ended before `now`, and returns all dead ones that are not forgotten.
    /// With `all_others`, every other process is dead: one file, one process.
    async fn bury(&self, me: NodeId, now: Timestamp, all_others: bool) -> Result<Vec<NodeLease>, StoreError>;

    /// Forgets a dead process that left nothing more.
    async fn forget(&self, node: NodeId) -> Result<(), StoreError>;

    /// At most `limit` requests in `admitted`, `dispatching`, `running` or `unknown` that the process owns. MUST find all
    /// that are not older than the watermark, and all that are running or unknown whatever their age.
    async fn unfinished(&self, owner: NodeId, watermark: Timestamp, limit: u32) -> Result<Vec<Unfinished>, StoreError>;

    /// The latest time that any organization's ledger has used; `None` where there is no organization. On an embedded file
    /// it is the only witness against a clock that was set back.
    async fn latest_now(&self) -> Result<Option<Timestamp>, StoreError>;

    /// After clocks were put right: every lease whose watermark lies after `to` was written by a clock that ran ahead. MUST
    /// let it end at `to` and set its watermark there, and leave all others alone.
    async fn rewind(&self, to: Timestamp) -> Result<(), StoreError>;

    /// The store's own clock, where it has one; only to compare the node's clock with it.
    async fn store_now(&self) -> Result<Option<Timestamp>, StoreError>;
}
