//! Leases of processes, and what the dead left. The statements are in `sql`, which each database compiles for itself; the
//! database's own clock is in the `clock_…` files.

use async_trait::async_trait;
use upivia_domain::{
    NodeId, Timestamp,
    ports::{NodeLease, NodeRegistry, StoreError, Unfinished},
};

use crate::{Store, queries::ask};

#[async_trait]
impl NodeRegistry for Store {
    async fn register(&self, lease: NodeLease) -> Result<(), StoreError> {
        ask!(self, write nodes::leases::register(lease))
    }

    async fn renew(&self, lease: NodeLease) -> Result<bool, StoreError> {
        ask!(self, write nodes::leases::renew(lease))
    }

    async fn bury(&self, me: NodeId, now: Timestamp, all_others: bool) -> Result<Vec<NodeLease>, StoreError> {
        ask!(self, write nodes::leases::bury(me, now, all_others))
    }

    async fn forget(&self, node: NodeId) -> Result<(), StoreError> {
        ask!(self, write nodes::leases::forget(node))
    }

    async fn unfinished(&self, owner: NodeId, watermark: Timestamp, limit: u32) -> Result<Vec<Unfinished>, StoreError> {
        ask!(self, read nodes::unfinished::list(owner, watermark, limit))
    }

    async fn latest_now(&self) -> Result<Option<Timestamp>, StoreError> {
        ask!(self, read nodes::leases::latest_now())
    }

    async fn rewind(&self, to: Timestamp) -> Result<(), StoreError> {
        ask!(self, write nodes::leases::rewind(to))
    }

    async fn store_now(&self) -> Result<Option<Timestamp>, StoreError> {
        ask!(self, read nodes::clock::now())
    }
}
