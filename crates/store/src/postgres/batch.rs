//! A batch of the ledger: one round trip where everything is known from the batch before, two or three else; one commit.

use std::{collections::BTreeSet, future::Future, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};
use upivia_domain::{
    OrgId,
    ledger::Command,
    ports::{Applied, ApplyMode, LockWait, StoreError},
};

use super::{
    Conn, Database, Pool,
    guess::Guess,
    heads,
    hot::{self, Whole},
    load,
};
use crate::{
    connect::Shared,
    ledger::{Changed, Fault, Lesson, PolicySource, Snapshots, Wanted, apply_all},
};

/// A server that does not answer for so long is given up. Longer than any timeout of the session.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);
/// How long a batch that waits for locks may wait for its turn to wait.
const LONGEST_QUEUE: Duration = Duration::from_secs(2);
/// A connection that fails sooner than this was dead before.
const SOON: Duration = Duration::from_secs(1);

impl Database {
    /// Applies a batch and commits once. Goes on when the caller drops this future.
    pub(crate) async fn apply(&self, batch: Vec<Arc<Command>>, mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        let orgs: BTreeSet<OrgId> = batch.iter().map(|command| command.org()).collect();
        let (pool, may_wait) = (self.batches.clone(), Arc::clone(&self.may_wait));
        let job = Job { shared: Arc::clone(&self.shared), batch: batch.into(), mode };
        let task = tokio::spawn(async move {
            let _permit = match mode.lock {
                LockWait::Wait => Some(permit(may_wait).await?),
                LockWait::Skip => None,
            };
            run_twice(&pool, job).await
        });
        let applied = task.await.unwrap_or_else(|error| Err(StoreError::Internal(format!("a batch ended: {error}"))));
        if applied.is_err() {
            self.shared.forget(&orgs);
        }
        applied
    }
}

// Whoever finds too many waiting already has waited too.
async fn permit(may_wait: Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
    match timeout(LONGEST_QUEUE, may_wait.acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(StoreError::LockTimeout),
    }
}

#[derive(Clone)]
struct Job {
    shared: Arc<Shared>,
    batch: Arc<[Arc<Command>]>,
    mode: ApplyMode,
}

// A connection that died while it was idle is noticed only now. Nothing was committed, so another one may try.
async fn run_twice(pool: &Pool, job: Job) -> Result<Vec<Applied>, StoreError> {
    let (again, started) = (job.clone(), Instant::now());
    match pool.run_here(move |conn| async move { job.run(conn).await }.boxed()).await {
        Err(StoreError::Unavailable(_)) if started.elapsed() < SOON => {
            pool.close_idle();
            pool.run_here(move |conn| async move { again.run(conn).await }.boxed()).await
        }
        result => result,
    }
}

impl Job {
    async fn run(&self, conn: &mut Conn) -> Result<Vec<Applied>, StoreError> {
        if let Some(Guess { statement, decided }) = self.guess() {
            match self.send(conn, statement).await {
                Ok(true) => return self.answered(decided),
                // The idempotency key of another request, or whatever the long way will say.
                Ok(false) | Err(StoreError::Constraint(_) | StoreError::Internal(_)) => self.forget(),
                Err(error) => return Err(error),
            }
        }
        let decided = timeout(LONGEST_SILENCE, self.decide(conn)).await;
        let decided = decided.unwrap_or_else(|_| Err(StoreError::Unavailable("no answer".to_owned())))?;
        self.finish(conn, &decided.changed).await?;
        Ok(self.done(decided))
    }

    // A test that wants to come between the rows and their commit wants the long way.
    fn guess(&self) -> Option<Guess> {
        let long = self.shared.faults.is_next(Fault::PanicBeforeCommit);
        if long { None } else { Guess::of(&self.shared, &self.batch, self.mode) }
    }

    async fn send(&self, conn: &mut Conn, statement: Whole) -> Result<bool, StoreError> {
        self.shared.faults.strike(Fault::PanicBeforeWriting);
        in_time(statement.run(conn)).await
    }

    fn answered(&self, decided: Decided) -> Result<Vec<Applied>, StoreError> {
        self.shared.faults.answer()?;
        self.shared.counters.count_guess();
        Ok(self.done(decided))
    }

    // The rows of the caches are kept for one state of the organization, which was not found.
    fn forget(&self) {
        self.shared.rows.forget(self.batch.iter().map(|command| command.org()));
    }

    fn done(&self, decided: Decided) -> Vec<Applied> {
        self.shared.counters.count(decided.changed.rows());
        self.shared.rows.learn(decided.lesson.after(&decided.snapshots, decided.changed));
        decided.applied
    }

    async fn decide(&self, conn: &mut Conn) -> Result<Decided, StoreError> {
        let (shared, batch) = (&*self.shared, &*self.batch);
        let mut wanted = Wanted::of(batch, self.mode.again);
        let assumed = shared.rows.assume(&mut wanted);
        let (rows, requests) = hot::first_round(conn, &wanted, self.mode.lock).await?;
        let orgs: Vec<OrgId> = wanted.orgs().collect();
        let (mut snapshots, busy) = heads::locked(conn, &orgs, rows).await?.into_snapshots();
        let clock = shared.clock.now();
        let round = load::FirstRound { wanted, requests, assumed };
        let how = load::How { again: self.mode.again, clock, source: PolicySource::Cache };
        let read = load::load_with(conn, shared, &mut snapshots, batch, round, how).await?;
        let lesson = Lesson::before(&snapshots, read);
        let applied = apply_all(&mut snapshots, &busy, batch, clock)?;
        shared.faults.strike(Fault::PanicBeforeWriting);
        let changed = load::changed(conn, shared, &mut snapshots).await?;
        Ok(Decided { applied, snapshots, changed, lesson })
    }

    async fn finish(&self, conn: &mut Conn, changed: &Changed) -> Result<(), StoreError> {
        let faults = &self.shared.faults;
        if faults.is_next(Fault::PanicBeforeCommit) {
            hot::write(conn, changed).await?;
            faults.strike(Fault::PanicBeforeCommit);
        }
        in_time(hot::write_and_commit(conn, changed)).await?;
        faults.answer()
    }
}

/// A batch between its decisions and its commit.
pub(super) struct Decided {
    pub(super) applied: Vec<Applied>,
    pub(super) snapshots: Snapshots,
    pub(super) changed: Changed,
    pub(super) lesson: Lesson,
}

async fn in_time<T>(commit: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let unknown = |_| Err(StoreError::CommitUnknown("the server did not answer".to_owned()));
    timeout(LONGEST_SILENCE, commit).await.unwrap_or_else(unknown)
}
