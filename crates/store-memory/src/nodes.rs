//! Leases of processes, and what they left unfinished.

use async_trait::async_trait;
use upivia_domain::{
    NodeId, RequestId, Timestamp,
    dispatch::{RequestState, ServiceRequest},
    ports::{NodeLease, NodeRegistry, StoreError, Unfinished},
};

use crate::{MemoryStore, state::NodeRow};

#[async_trait]
impl NodeRegistry for MemoryStore {
    async fn register(&self, lease: NodeLease) -> Result<(), StoreError> {
        let mut state = self.shared.state();
        if state.nodes.contains_key(&lease.node) {
            return Err(StoreError::Constraint("node_leases: the id exists".to_owned()));
        }
        state.nodes.insert(lease.node, NodeRow { lease, dead: false });
        Ok(())
    }

    async fn renew(&self, lease: NodeLease) -> Result<bool, StoreError> {
        let mut state = self.shared.state();
        let alive = state.nodes.get_mut(&lease.node).filter(|row| !row.dead);
        Ok(alive.map(|row| row.lease = lease).is_some())
    }

    async fn bury(&self, me: NodeId, now: Timestamp, all_others: bool) -> Result<Vec<NodeLease>, StoreError> {
        let mut state = self.shared.state();
        for row in state.nodes.values_mut().filter(|row| row.lease.node != me) {
            row.dead |= all_others || row.lease.lease_until < now;
        }
        Ok(state.nodes.values().filter(|row| row.dead).map(|row| row.lease).collect())
    }

    async fn forget(&self, node: NodeId) -> Result<(), StoreError> {
        self.shared.state().nodes.retain(|id, row| *id != node || !row.dead);
        Ok(())
    }

    async fn unfinished(&self, owner: NodeId, watermark: Timestamp, limit: u32) -> Result<Vec<Unfinished>, StoreError> {
        let (limit, oldest) = (usize::try_from(limit).unwrap_or(usize::MAX), RequestId::earliest(watermark));
        let wanted = |request: &&ServiceRequest| request.owner == Some(owner) && is_unfinished(request, oldest);
        let state = self.shared.state();
        let requests = state.orgs.values().flat_map(|rows| rows.ledger.requests.values()).filter(wanted);
        Ok(requests.take(limit).map(|request| Unfinished { org: request.org, request: request.id }).collect())
    }

    /// None: the store has no clock but that of the node.
    async fn latest_now(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.shared.state().orgs.values().map(|rows| rows.head.last_now).max())
    }

    async fn rewind(&self, to: Timestamp) -> Result<(), StoreError> {
        for row in self.shared.state().nodes.values_mut().filter(|row| row.lease.watermark > to) {
            (row.lease.lease_until, row.lease.watermark) = (to, to);
        }
        Ok(())
    }

    async fn store_now(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }
}

fn is_unfinished(request: &ServiceRequest, oldest: RequestId) -> bool {
    match request.state {
        RequestState::Running | RequestState::Unknown => true,
        state => state.holds_money() && request.id >= oldest,
    }
}
