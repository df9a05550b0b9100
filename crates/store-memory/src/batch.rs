//! Batches of commands.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    ledger::{Command, Reads, Refusal},
    ports::{Applied, ApplyMode, LedgerStore, LockWait, StoreError},
};

use crate::{
    locks::OrgLock,
    store::{MemoryStore, to_the_end},
    transaction::Transaction,
};

/// Batches of different organizations wait for each other only for the moment of the commit.
const LANES: usize = 4;

#[async_trait]
impl LedgerStore for MemoryStore {
    async fn apply(&self, batch: &[Arc<Command>], mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        let (store, batch) = (self.clone(), batch.to_vec());
        to_the_end(async move { store.apply_batch(&batch, mode).await }).await
    }

    fn lanes(&self) -> usize {
        LANES
    }
}

impl MemoryStore {
    async fn apply_batch(&self, batch: &[Arc<Command>], mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        self.shared.reachable()?;
        let orgs = self.shared.existing(batch.iter().map(|command| command.org()));
        let locks = self.take(&orgs, mode.lock).await?;
        let mut transaction = Transaction::begin(Arc::clone(&self.shared), locks, self.clock.now());
        load(&mut transaction, batch, mode.again)?;
        let applied = batch.iter().map(|command| decide(&mut transaction, &orgs, command)).collect::<Result<_, _>>()?;
        if self.shared.faults.panics_in_batch() {
            std::panic::resume_unwind(Box::new("a test made it so"));
        }
        transaction.commit()?;
        Ok(applied)
    }

    async fn take(&self, orgs: &BTreeSet<OrgId>, lock: LockWait) -> Result<BTreeMap<OrgId, OrgLock>, StoreError> {
        match lock {
            LockWait::Skip => Ok(self.shared.locks.take_free(orgs)),
            LockWait::Wait => self.shared.locks.wait_for(orgs).await,
        }
    }
}

/// Two rounds, as over a wire: what the commands name, then the meters that follow from it.
fn load(transaction: &mut Transaction, batch: &[Arc<Command>], again: bool) -> Result<(), StoreError> {
    let clock = transaction.clock();
    let mut reads: BTreeMap<OrgId, Reads> = BTreeMap::new();
    for command in batch.iter().filter(|command| transaction.holds(command.org())) {
        command.reads(reads.entry(command.org()).or_default(), again);
    }
    for (org, reads) in &reads {
        transaction.open(*org)?.load(reads);
    }
    for command in batch.iter().filter(|command| transaction.holds(command.org())).collect::<Vec<_>>() {
        transaction.open(command.org())?.load_meters(command, clock);
    }
    Ok(())
}

fn decide(transaction: &mut Transaction, orgs: &BTreeSet<OrgId>, command: &Command) -> Result<Applied, StoreError> {
    if !orgs.contains(&command.org()) {
        return Ok(Applied::Done(Err(Refusal::NotFound("organization"))));
    }
    if !transaction.holds(command.org()) {
        return Ok(Applied::Locked);
    }
    let clock = transaction.clock();
    transaction.open(command.org())?.apply(command, clock).map(Applied::Done)
}
