//! A batch of the ledger on the writer's thread.

use std::sync::Arc;

use futures::FutureExt;
use upivia_domain::{
    ledger::Command,
    ports::{Applied, ApplyMode, StoreError},
};

use super::{Conn, Database, begin, commit, heads, load};
use crate::{
    connect::Shared,
    ledger::{Fault, PolicySource, Wanted, apply_all},
};

impl Database {
    /// Applies a batch and commits once.
    pub(crate) async fn apply(&self, batch: Vec<Arc<Command>>, mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        let shared = Arc::clone(&self.shared);
        let orgs: Vec<_> = batch.iter().map(|command| command.org()).collect();
        let applied = self.write(move |conn| async move { run(conn, &shared, &batch, mode).await }.boxed()).await;
        if applied.is_err() {
            self.shared.policies.forget(orgs);
        }
        applied
    }
}

async fn run(
    conn: &mut Conn,
    shared: &Shared,
    batch: &[Arc<Command>],
    mode: ApplyMode,
) -> Result<Vec<Applied>, StoreError> {
    begin(conn).await?;
    let orgs = Wanted::of(batch, mode.again).orgs().collect();
    let (mut snapshots, busy) = heads::lock(conn, orgs, mode.lock).await?.into_snapshots();
    let clock = shared.clock.now();
    let how = load::How { again: mode.again, clock, source: PolicySource::Cache };
    load::load(conn, shared, &mut snapshots, batch, how).await?;
    let applied = apply_all(&mut snapshots, &busy, batch, clock)?;
    shared.faults.strike(Fault::PanicBeforeWriting);
    let written = load::write(conn, shared, &mut snapshots).await?;
    shared.faults.strike(Fault::PanicBeforeCommit);
    commit(conn, &shared.faults).await?;
    if written > 0 {
        shared.counters.count(written);
    }
    Ok(applied)
}
