//! A batch of the ledger on the writer's thread.

use std::{collections::BTreeSet, sync::Arc};

use futures::FutureExt;
use upivia_domain::{
    OrgId,
    ledger::Command,
    ports::{Applied, ApplyMode, StoreError},
};

use super::{Conn, Database, begin, commit, heads, hot, load};
use crate::{
    connect::Shared,
    ledger::{Fault, Lesson, PolicySource, Wanted, apply_all},
};

impl Database {
    /// Applies a batch and commits once.
    pub(crate) async fn apply(&self, batch: Vec<Arc<Command>>, mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        let shared = Arc::clone(&self.shared);
        let orgs: BTreeSet<OrgId> = batch.iter().map(|command| command.org()).collect();
        let applied = self.write(move |conn| async move { run(conn, &shared, &batch, mode).await }.boxed()).await;
        if applied.is_err() {
            self.shared.forget(&orgs);
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
    let mut wanted = Wanted::of(batch, mode.again);
    let (mut snapshots, busy) = heads::lock(conn, wanted.orgs().collect(), mode.lock).await?.into_snapshots();
    let clock = shared.clock.now();
    let assumed = shared.rows.assume(&mut wanted);
    let requests = hot::requests(conn, &wanted).await?;
    let round = load::FirstRound { wanted, requests, assumed };
    let how = load::How { again: mode.again, clock, source: PolicySource::Cache };
    let read = load::load_with(conn, shared, &mut snapshots, batch, round, how).await?;
    let lesson = Lesson::before(&snapshots, read);
    let applied = apply_all(&mut snapshots, &busy, batch, clock)?;
    shared.faults.strike(Fault::PanicBeforeWriting);
    let changed = load::changed(conn, shared, &mut snapshots).await?;
    hot::write(conn, &changed).await?;
    shared.faults.strike(Fault::PanicBeforeCommit);
    commit(conn, &shared.faults).await?;
    shared.counters.count(changed.rows());
    shared.rows.learn(lesson.after(&snapshots, changed));
    Ok(applied)
}
