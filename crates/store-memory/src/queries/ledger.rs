//! Requests, heads and meters.

use async_trait::async_trait;
use upivia_domain::{
    Mode, OrgId, RequestId,
    budget::{Meter, MeterKey},
    catalog::OperationName,
    dispatch::ServiceRequest,
    identity::Organization,
    ledger::OrgHead,
    ports::{LedgerQueries, RequestQueries, StoreError},
};

use crate::MemoryStore;

#[async_trait]
impl RequestQueries for MemoryStore {
    async fn request(&self, org: OrgId, id: RequestId) -> Result<Option<ServiceRequest>, StoreError> {
        Ok(self.look(org, |rows| rows.ledger.requests.get(&id).cloned()))
    }

    async fn locate(&self, id: RequestId) -> Result<Option<OrgId>, StoreError> {
        let state = self.shared.state();
        Ok(state.orgs.iter().find(|(_, rows)| rows.ledger.requests.contains_key(&id)).map(|(org, _)| *org))
    }
}

#[async_trait]
impl LedgerQueries for MemoryStore {
    async fn organization(&self, id: OrgId) -> Result<Option<Organization>, StoreError> {
        let organization = self.look(id, |rows| rows.organization.clone());
        Ok(organization.map(|organization| organization.as_ref().clone()))
    }

    async fn head(&self, org: OrgId) -> Result<Option<OrgHead>, StoreError> {
        Ok(self.look(org, |rows| Some(rows.head.clone())))
    }

    async fn meter(&self, org: OrgId, key: &MeterKey) -> Result<Option<Meter>, StoreError> {
        Ok(self.look(org, |rows| rows.ledger.meters.get(key).copied()))
    }

    async fn suspensions(&self, org: OrgId) -> Result<Vec<(Mode, OperationName)>, StoreError> {
        Ok(self.look(org, |rows| Some(rows.policy.suspended.iter().cloned().collect())).unwrap_or_default())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.shared.reachable()
    }
}
