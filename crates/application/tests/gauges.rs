//! Samples of money: what adds up is zero while money moves, what does not is shown, and a store that is away is counted.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use support::{Deed, PRICE, World, mail};
use upivia_application::gauges::{Age, Gauges, MoneySample, Sampler, SamplerParts};
use upivia_domain::{
    Mode, NanoUsd, OrgId, RequestId,
    audit::JournalEvent,
    budget::{AccountOwner, Meter, MeterKey},
    dispatch::{RequestState, ServiceRequest},
    ledger::OrgHead,
    ports::{LedgerScan, LedgerScanner, Movement, OpenHold, StoreError},
};
use upivia_store_memory::MemoryStore;

fn sampler(world: &World, scanner: Arc<dyn LedgerScanner>) -> (Sampler, Gauges) {
    let gauges = Gauges::default();
    let every = Duration::from_secs(60);
    let parts = SamplerParts { scanner, clock: world.clock.clone(), gauges: gauges.clone(), every };
    (Sampler::new(parts), gauges)
}

fn count(sample: &MoneySample, state: RequestState) -> u64 {
    sample.outcomes.iter().filter(|row| row.state == state && row.mode == Mode::Live).map(|row| row.count).sum()
}

#[tokio::test]
async fn the_books_add_up_whatever_becomes_of_requests() {
    let world = World::new().await;
    let (mut sampler, gauges) = sampler(&world, world.store.clone());
    assert_eq!(gauges.read().at, None);
    for (index, deed) in
        [Deed::Execute, Deed::Reject, Deed::NotSent, Deed::Unknown, Deed::Accept].into_iter().enumerate()
    {
        world.deed(deed);
        world.dispatcher.create(&world.caller, mail(&format!("{index}@b.c"), None)).await.unwrap();
        sampler.sample().await;
        assert_eq!(gauges.read().drift_nanos, 0, "{deed:?}");
    }
    let sample = gauges.read();
    assert_eq!((count(&sample, RequestState::Unknown), count(&sample, RequestState::Running)), (1, 1));
    let young = sample.holds.iter().find(|row| (row.mode, row.age) == (Mode::Live, Age::Minute)).unwrap();
    assert_eq!((young.count, young.amount), (2, PRICE.checked_add(PRICE).unwrap()));
    assert_eq!(world.dispatcher.settle_lag().counts.iter().sum::<u64>(), 5);
    world.verify().await;
}

#[tokio::test]
async fn a_nano_that_nobody_moved_is_seen_and_an_outage_keeps_the_last_sample() {
    let world = World::new().await;
    let altered = Arc::new(Altered { store: world.store.clone(), away: AtomicBool::new(false) });
    let (mut sampler, gauges) = sampler(&world, altered.clone());
    sampler.sample().await;
    assert_eq!(gauges.read().drift_nanos, 3);
    altered.away.store(true, Ordering::SeqCst);
    sampler.sample().await;
    let sample = gauges.read();
    assert_eq!((sample.drift_nanos, sample.failures, sample.at.is_some()), (3, 1, true));
}

/// A store whose live wallets show three nanodollars more than there are.
struct Altered {
    store: Arc<MemoryStore>,
    away: AtomicBool,
}

struct AlteredScan(Box<dyn LedgerScan>);

#[async_trait]
impl LedgerScanner for Altered {
    async fn scan(&self) -> Result<Box<dyn LedgerScan>, StoreError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to".to_owned()));
        }
        Ok(Box::new(AlteredScan(self.store.scan().await?)))
    }
}

#[async_trait]
impl LedgerScan for AlteredScan {
    async fn heads(&mut self) -> Result<Vec<OrgHead>, StoreError> {
        self.0.heads().await
    }

    async fn journal(&mut self, org: OrgId, after: i64, limit: u32) -> Result<Vec<JournalEvent>, StoreError> {
        self.0.journal(org, after, limit).await
    }

    async fn requests(
        &mut self,
        org: OrgId,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<ServiceRequest>, StoreError> {
        self.0.requests(org, after, limit).await
    }

    async fn meters(&mut self, org: OrgId) -> Result<Vec<(MeterKey, Meter)>, StoreError> {
        self.0.meters(org).await
    }

    async fn accounts(&mut self, org: OrgId) -> Result<Vec<(Mode, AccountOwner, Meter)>, StoreError> {
        let mut accounts = self.0.accounts(org).await?;
        for (_, _, meter) in accounts.iter_mut().filter(|(mode, _, _)| *mode == Mode::Live) {
            meter.posted = meter.posted.checked_add(NanoUsd::from_nanos(3)).unwrap();
        }
        Ok(accounts)
    }

    async fn moved(&mut self, org: OrgId, after_seq: i64) -> Result<Vec<Movement>, StoreError> {
        self.0.moved(org, after_seq).await
    }

    async fn open_holds(&mut self) -> Result<Vec<OpenHold>, StoreError> {
        self.0.open_holds().await
    }

    async fn pending_approvals(&mut self) -> Result<Vec<(Mode, u64)>, StoreError> {
        self.0.pending_approvals().await
    }
}
