//! Consistent views: the rows as they were at one commit, whatever is written meanwhile.

use std::collections::BTreeMap;

use async_trait::async_trait;
use upivia_domain::{
    Mode, OrgId, RequestId, Timestamp,
    approval::ApprovalStatus,
    audit::JournalEvent,
    budget::{AccountOwner, Meter, MeterKey},
    dispatch::{RequestState, ServiceRequest},
    ledger::OrgHead,
    ports::{LedgerScan, LedgerScanner, Movement, OpenHold, StoreError},
};

use crate::{MemoryStore, state::OrgRows};

struct Scan {
    orgs: BTreeMap<OrgId, OrgRows>,
    /// The oldest watermark of any process.
    watermark: Option<Timestamp>,
}

#[async_trait]
impl LedgerScanner for MemoryStore {
    async fn scan(&self) -> Result<Box<dyn LedgerScan>, StoreError> {
        let state = self.shared.state();
        let watermark = state.nodes.values().map(|row| row.lease.watermark).min();
        Ok(Box::new(Scan { orgs: state.orgs.clone(), watermark }))
    }
}

impl Scan {
    fn look<T: Default>(&self, org: OrgId, look: impl FnOnce(&OrgRows) -> T) -> T {
        self.orgs.get(&org).map(look).unwrap_or_default()
    }
}

fn at_most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[async_trait]
impl LedgerScan for Scan {
    async fn heads(&mut self) -> Result<Vec<OrgHead>, StoreError> {
        Ok(self.orgs.values().map(|rows| rows.head.clone()).collect())
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

    async fn accounts(&mut self, org: OrgId) -> Result<Vec<(Mode, AccountOwner, Meter)>, StoreError> {
        Ok(self.look(org, |rows| rows.ledger.meters.iter().filter_map(|(key, meter)| account(key, *meter)).collect()))
    }

    async fn moved(&mut self, org: OrgId, after_seq: i64) -> Result<Vec<Movement>, StoreError> {
        Ok(self.look(org, |rows| rows.ledger.events_after(after_seq).iter().filter_map(movement).collect()))
    }

    async fn open_holds(&mut self) -> Result<Vec<OpenHold>, StoreError> {
        let oldest = self.watermark.map(RequestId::earliest);
        let requests = self.orgs.values().flat_map(|rows| rows.ledger.requests.values());
        Ok(requests.filter(|request| is_found(request, oldest)).filter_map(open_hold).collect())
    }

    async fn pending_approvals(&mut self) -> Result<Vec<(Mode, u64)>, StoreError> {
        let mut counts = BTreeMap::new();
        let approvals = self.orgs.values().flat_map(|rows| rows.ledger.approvals.values());
        for approval in approvals.filter(|approval| approval.status == ApprovalStatus::Pending) {
            counts.entry(approval.mode.as_str()).or_insert((approval.mode, 0)).1 += 1;
        }
        Ok(counts.into_values().collect())
    }
}

fn account(key: &MeterKey, meter: Meter) -> Option<(Mode, AccountOwner, Meter)> {
    match key {
        MeterKey::Account(mode, owner) => Some((*mode, *owner, meter)),
        MeterKey::Window(..) | MeterKey::PendingAsks(..) | MeterKey::Overruns(..) => None,
    }
}

fn movement(event: &JournalEvent) -> Option<Movement> {
    let (mode, posting) = event.mode.zip(event.posting)?;
    Some(Movement { mode, debit: posting.debit, credit: posting.credit, amount: posting.amount })
}

fn is_found(request: &ServiceRequest, oldest: Option<RequestId>) -> bool {
    match request.state {
        RequestState::Running | RequestState::Unknown => true,
        state => state.holds_money() && oldest.is_none_or(|oldest| request.id >= oldest),
    }
}

fn open_hold(request: &ServiceRequest) -> Option<OpenHold> {
    let hold = request.hold.as_ref()?;
    Some(OpenHold {
        org: request.org,
        mode: request.mode,
        account: hold.account,
        amount: hold.amount,
        state: request.state,
        created_at: request.created_at,
    })
}
