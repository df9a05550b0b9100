//! Heads and meters.

use async_trait::async_trait;
use upivia_domain::{
    Mode, OrgId,
    budget::{Meter, MeterKey},
    catalog::OperationName,
    identity::Organization,
    ledger::OrgHead,
    ports::{LedgerQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl LedgerQueries for Store {
    async fn organization(&self, id: OrgId) -> Result<Option<Organization>, StoreError> {
        ask!(self, read queries::ledger::organization(id))
    }

    async fn head(&self, org: OrgId) -> Result<Option<OrgHead>, StoreError> {
        ask!(self, read queries::ledger::head(org))
    }

    async fn meter(&self, org: OrgId, key: &MeterKey) -> Result<Option<Meter>, StoreError> {
        let key = key.clone();
        ask!(self, read queries::ledger::meter(org, key))
    }

    async fn suspensions(&self, org: OrgId) -> Result<Vec<(Mode, OperationName)>, StoreError> {
        ask!(self, read queries::ledger::suspensions(org))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        ask!(self, read queries::ledger::ping())
    }
}
