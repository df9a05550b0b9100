//! Consistent views: the rows as they were at one commit, whatever is written meanwhile.

use std::collections::BTreeMap;

use async_trait::async_trait;
use upivia_domain::{
    OrgId, RequestId,
    audit::JournalEvent,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
    ledger::OrgHead,
    ports::{LedgerScan, LedgerScanner, StoreError},
};

use crate::{MemoryStore, state::OrgRows};

struct Scan(BTreeMap<OrgId, OrgRows>);

#[async_trait]
impl LedgerScanner for MemoryStore {
    async fn scan(&self) -> Result<Box<dyn LedgerScan>, StoreError> {
        Ok(Box::new(Scan(self.shared.state().orgs.clone())))
    }
}

impl Scan {
    fn look<T: Default>(&self, org: OrgId, look: impl FnOnce(&OrgRows) -> T) -> T {
        self.0.get(&org).map(look).unwrap_or_default()
    }
}

fn at_most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[async_trait]
impl LedgerScan for Scan {
    async fn heads(&mut self) -> Result<Vec<OrgHead>, StoreError> {
        Ok(self.0.values().map(|rows| rows.head.clone()).collect())
    }

    async fn journal(&mut self, org: OrgId, after_seq: i64, limit: u32) -> Result<Vec<JournalEvent>, StoreError> {
        let page = |rows: &OrgRows| rows.ledger.events_after(after_seq).iter().take(at_most(limit)).cloned().collect();
        Ok(self.look(org, page))
    }

    async fn requests(
        &mut self,
        org: OrgId,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<ServiceRequest>, StoreError> {
        let is_later = |request: &&ServiceRequest| after.is_none_or(|after| request.id > after);
        let page = |rows: &OrgRows| {
            rows.ledger.requests.values().filter(is_later).take(at_most(limit)).cloned().collect::<Vec<_>>()
        };
        Ok(self.look(org, page))
    }

    async fn meters(&mut self, org: OrgId) -> Result<Vec<(MeterKey, Meter)>, StoreError> {
        Ok(self.look(org, |rows| rows.ledger.meters.iter().map(|(key, meter)| (key.clone(), *meter)).collect()))
    }
}
