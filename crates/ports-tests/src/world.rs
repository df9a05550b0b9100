//! The world of one test: a store, its nodes, and one clock.

use std::sync::Arc;

use upivia_domain::{
    OrgId,
    audit::ChainVerifier,
    ledger::{LedgerReport, LedgerVerifier, OrgHead},
    ports::{Clock, LedgerScan, StoreError, Tx, transact},
};

use crate::{Fixture, NOON, Ports, TestClock, mint::Mint, tenant::Tenant};

/// Small, so that every page but the smallest has a next one.
const PAGE: u32 = 7;

/// What a test is given. Cheap to clone.
#[derive(Clone)]
pub struct World {
    pub(crate) fixture: Arc<dyn Fixture>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) mint: Arc<Mint>,
    /// The first node.
    pub(crate) ports: Ports,
}

impl World {
    /// A fresh store at noon.
    pub(crate) async fn open(fixture: impl Fixture + 'static) -> Self {
        let clock = TestClock::at(NOON);
        let ports = fixture.open(Arc::<TestClock>::clone(&clock)).await;
        Self { fixture: Arc::new(fixture), mint: Arc::new(Mint::new(Arc::clone(&clock))), clock, ports }
    }

    /// Another node, with the same clock.
    pub(crate) async fn second(&self) -> Ports {
        self.fixture.open(Arc::<TestClock>::clone(&self.clock)).await
    }

    /// Another node, whose clock is so many seconds ahead; behind by a negative number.
    pub(crate) async fn second_ahead(&self, seconds: i64) -> Ports {
        self.fixture.open(TestClock::at(self.clock.now().plus_seconds(seconds))).await
    }

    /// A new organization that can spend.
    pub(crate) async fn tenant(&self) -> Tenant {
        Tenant::found(self).await
    }

    /// A unit of work on the first node that must succeed.
    pub(crate) async fn change<T, F>(&self, orgs: &[OrgId], work: F) -> T
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut dyn Tx) -> upivia_domain::ports::BoxFuture<'t, Result<T, StoreError>>
            + Send
            + 'static,
    {
        transact(&*self.ports.unit, orgs, work).await.unwrap()
    }

    /// Verifies every chain and every ledger of the store in one view.
    pub(crate) async fn audited(&self) -> Vec<(OrgHead, LedgerReport)> {
        let mut scan = self.ports.scanner.scan().await.unwrap();
        let mut reports = Vec::new();
        for head in scan.heads().await.unwrap() {
            let report = audit(&mut *scan, &head).await;
            reports.push((head, report));
        }
        assert!(!reports.is_empty(), "the head of the platform organization is missing");
        reports
    }
}

async fn audit(scan: &mut dyn LedgerScan, head: &OrgHead) -> LedgerReport {
    let (mut chain, mut ledger) = (ChainVerifier::new(head.org), LedgerVerifier::new(head.org));
    loop {
        let page = scan.journal(head.org, chain.seq(), PAGE).await.unwrap();
        for event in &page {
            chain.push(event).unwrap();
            ledger.event(event).unwrap();
        }
        if page.is_empty() {
            break;
        }
    }
    chain.finish(head.seq, &head.hash).unwrap();
    let mut last = None;
    loop {
        let page = scan.requests(head.org, last, PAGE).await.unwrap();
        let Some(end) = page.last() else { break };
        last = Some(end.id);
        page.iter().for_each(|request| ledger.request(request).unwrap());
    }
    for (key, meter) in scan.meters(head.org).await.unwrap() {
        ledger.meter(&key, &meter).unwrap();
    }
    ledger.finish(head).unwrap()
}
