//! Takes samples, one after the other, each from one consistent view of the store.

use std::{sync::Arc, time::Duration};

use upivia_domain::{
    ledger::{DriftWatch, Glance, OrgHead, Since},
    ports::{Clock, LedgerScan, LedgerScanner, OpenHold, StoreError},
};

use super::{Gauges, MoneySample};

/// What a sampler needs.
pub struct SamplerParts {
    /// Where views are opened.
    pub scanner: Arc<dyn LedgerScanner>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where samples are put.
    pub gauges: Gauges,
    /// From one look to the next.
    pub every: Duration,
}

/// Looks again and again. Each process may have one.
pub struct Sampler {
    parts: SamplerParts,
    watch: DriftWatch,
}

impl Sampler {
    /// A sampler that has seen nothing.
    pub fn new(parts: SamplerParts) -> Self {
        Self { parts, watch: DriftWatch::default() }
    }

    /// Samples for ever; the task is simply aborted at the end of the process.
    pub async fn run(mut self) {
        loop {
            self.sample().await;
            tokio::time::sleep(self.parts.every).await;
        }
    }

    /// Looks once. Where the store cannot be asked, the last sample stays, and one more failure is counted.
    pub async fn sample(&mut self) {
        let failures = self.parts.gauges.read().failures;
        match self.look().await {
            Ok(sample) => self.parts.gauges.put(MoneySample { failures, ..sample }),
            Err(error) => {
                tracing::warn!(%error, "the books could not be looked at");
                let last = self.parts.gauges.read().as_ref().clone();
                self.parts.gauges.put(MoneySample { failures: failures.saturating_add(1), ..last });
            }
        }
    }

    async fn look(&mut self) -> Result<MoneySample, StoreError> {
        let mut scan = self.parts.scanner.scan().await?;
        let heads = scan.heads().await?;
        let holds = scan.open_holds().await?;
        let mut sample = MoneySample::default();
        for (mode, count) in scan.pending_approvals().await? {
            sample.waiting(mode, count);
        }
        for head in &heads {
            self.follow(&mut *scan, head, &holds).await?;
        }
        drop(scan);
        let now = self.parts.clock.now();
        holds.iter().for_each(|hold| sample.add(hold, now));
        sample.at = Some(now);
        sample.drift_nanos = self.watch.drift();
        if sample.drift_nanos != 0 {
            tracing::error!(nanos = %sample.drift_nanos, "the books do not add up: run `upivia ledger verify`");
        }
        Ok(sample)
    }

    async fn follow(
        &mut self,
        scan: &mut dyn LedgerScan,
        head: &OrgHead,
        holds: &[OpenHold],
    ) -> Result<(), StoreError> {
        let since = self.watch.since(head);
        let moved = match since {
            Since::Unchanged => return Ok(()),
            Since::Seq(seq) => scan.moved(head.org, seq).await?,
            Since::Now => Vec::new(),
        };
        let accounts = scan.accounts(head.org).await?;
        self.watch.look(since, &Glance { head, accounts: &accounts, moved: &moved, holds });
        Ok(())
    }
}
