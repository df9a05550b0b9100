//! Every page is read, and what was changed behind the program's back is named.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    CommandId, Mode, NanoUsd, OrgId, RequestId, Timestamp,
    audit::JournalEvent,
    budget::{Account, AccountOwner, Meter, MeterKey, SystemAccount},
    dispatch::ServiceRequest,
    identity::Actor,
    ledger::{Command, OrgHead, Transfer, TransferPurpose},
    ports::{ApplyMode, Ids, LedgerScan, LedgerScanner, LedgerStore, LockWait, Movement, OpenHold},
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

use super::*;
use crate::bootstrap::{Bootstrap, NewOrganization};

/// More events than two pages hold.
const TRANSFERS: usize = 2_050;

/// A store whose rows look different from what was written.
struct Altered {
    store: Arc<MemoryStore>,
    event: fn(JournalEvent) -> Option<JournalEvent>,
    meter: fn(&mut Meter),
}

struct AlteredScan {
    scan: Box<dyn LedgerScan>,
    event: fn(JournalEvent) -> Option<JournalEvent>,
    meter: fn(&mut Meter),
}

#[async_trait]
impl LedgerScanner for Altered {
    async fn scan(&self) -> Result<Box<dyn LedgerScan>, StoreError> {
        let scan = self.store.scan().await?;
        Ok(Box::new(AlteredScan { scan, event: self.event, meter: self.meter }))
    }
}

#[async_trait]
impl LedgerScan for AlteredScan {
    async fn heads(&mut self) -> Result<Vec<OrgHead>, StoreError> {
        self.scan.heads().await
    }

    async fn journal(&mut self, org: OrgId, after: i64, limit: u32) -> Result<Vec<JournalEvent>, StoreError> {
        Ok(self.scan.journal(org, after, limit).await?.into_iter().filter_map(self.event).collect())
    }

    async fn requests(
        &mut self,
        org: OrgId,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<ServiceRequest>, StoreError> {
        self.scan.requests(org, after, limit).await
    }

    async fn meters(&mut self, org: OrgId) -> Result<Vec<(MeterKey, Meter)>, StoreError> {
        let mut meters = self.scan.meters(org).await?;
        meters.iter_mut().for_each(|(_, meter)| (self.meter)(meter));
        Ok(meters)
    }

    async fn accounts(&mut self, org: OrgId) -> Result<Vec<(Mode, AccountOwner, Meter)>, StoreError> {
        self.scan.accounts(org).await
    }

    async fn moved(&mut self, org: OrgId, after_seq: i64) -> Result<Vec<Movement>, StoreError> {
        self.scan.moved(org, after_seq).await
    }

    async fn open_holds(&mut self) -> Result<Vec<OpenHold>, StoreError> {
        self.scan.open_holds().await
    }

    async fn pending_approvals(&mut self) -> Result<Vec<(Mode, u64)>, StoreError> {
        self.scan.pending_approvals().await
    }
}

async fn busy_store() -> (Arc<MemoryStore>, OrgId) {
    let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
    let (store, ids) = (MemoryStore::new(clock.clone()), Arc::new(SequentialIds::new(clock)));
    let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
    let bootstrap = Bootstrap::new(store.clone(), ids.clone(), entropy, hasher);
    let (name, email) = ("Acme".parse().unwrap(), "a@b.c".parse().unwrap());
    let org =
        bootstrap.create(NewOrganization { name, email, fund: NanoUsd::ZERO, zone: Zone::UTC }).await.unwrap().org_id;
    let batch: Vec<_> = (0..TRANSFERS).map(|_| Arc::new(transfer(org, CommandId::new(ids.uuid())))).collect();
    store.apply(&batch, ApplyMode { lock: LockWait::Wait, again: false }).await.unwrap();
    (store, org)
}

fn transfer(org: OrgId, id: CommandId) -> Command {
    Command::Transfer(Transfer {
        id,
        org,
        mode: Mode::Live,
        from: Account::System(SystemAccount::External),
        to: Account::Owned(AccountOwner::Wallet),
        amount: NanoUsd::cents(1),
        purpose: TransferPurpose::Funding,
        actor: Actor::Operator,
        note: "a cent".to_owned(),
        trace: None,
    })
}

fn altered(store: Arc<MemoryStore>, event: fn(JournalEvent) -> Option<JournalEvent>, meter: fn(&mut Meter)) -> Altered {
    Altered { store, event, meter }
}

#[tokio::test]
async fn every_page_of_a_sound_store_is_read() {
    let (store, org) = busy_store().await;
    let head = store.scan().await.unwrap().heads().await.unwrap().into_iter().find(|head| head.org == org).unwrap();
    assert!(head.seq > i64::try_from(TRANSFERS).unwrap());
    let audit = verify_audit(&*store).await.unwrap();
    let ledger = verify_ledger(&*store).await.unwrap();
    // One event, the owner's, is in the installation's own chain.
    assert_eq!((audit.chains, audit.events), (2, head.seq.unsigned_abs() + 1));
    assert_eq!((ledger.organizations, ledger.rows.events), (2, audit.events));
}

#[tokio::test]
async fn a_changed_event_on_a_later_page_breaks_the_chain_where_it_stands() {
    let (store, org) = busy_store().await;
    let changed = |event: JournalEvent| {
        let body = if event.seq == 2_000 { event.body.replace("a cent", "a sent").into() } else { event.body };
        Some(JournalEvent { body, ..event })
    };
    match verify_audit(&altered(store, changed, |_| {})).await {
        Err(VerifyError::Chain(broken)) => assert_eq!((broken.org, broken.seq), (org, 2_000)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_missed() {
    let (store, org) = busy_store().await;
    let cut = |event: JournalEvent| (event.seq <= 1_500).then_some(event);
    match verify_audit(&altered(store, cut, |_| {})).await {
        Err(VerifyError::Chain(broken)) => assert_eq!((broken.org, broken.seq), (org, 1_501)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_figure_that_no_posting_explains_is_named() {
    let (store, org) = busy_store().await;
    let richer = |meter: &mut Meter| meter.posted = meter.posted.checked_add(NanoUsd::from_nanos(1)).unwrap();
    match verify_ledger(&altered(store, Some, richer)).await {
        Err(VerifyError::Ledger(broken)) => assert_eq!(broken.org, org),
        other => panic!("{other:?}"),
    }
}
