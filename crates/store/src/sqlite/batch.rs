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
    let wanted = Wanted::of(batch, mode.again);
    let (mut snapshots, busy) = heads::lock(conn, wanted.orgs().collect(), mode.lock).await?.into_snapshots();
    let clock = shared.clock.now();
    let how = load::How { again: mode.again, clock, source: PolicySource::Cache };
    let requests = hot::requests(conn, &wanted).await?;
    let read = load::load_with(conn, shared, &mut snapshots, batch, (&wanted, requests), how).await?;
    let mut lesson = Lesson::before(&snapshots, read);
    let applied = apply_all(&mut snapshots, &busy, batch, clock)?;
    shared.faults.strike(Fault::PanicBeforeWriting);
    let mut flat = load::flatten(conn, shared, &mut snapshots).await?;
    lesson.after(&snapshots, std::mem::take(&mut flat.figures));
    let written = flat.rows();
    hot::write(conn, flat).await?;
    shared.faults.strike(Fault::PanicBeforeCommit);
    commit(conn, &shared.faults).await?;
    shared.meters.learn(lesson);
    if written > 0 {
        shared.counters.count(written);
    }
    Ok(applied)
}
