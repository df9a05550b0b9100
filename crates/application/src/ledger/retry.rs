//! What to do when a batch fails: never give one caller's poison to the others, never guess about a commit.

use std::{sync::Arc, time::Duration};

use upivia_domain::{
    ledger::Command,
    ports::{Applied, ApplyMode, LedgerStore, LockWait, StoreError},
};

use super::group_commit::Job;

/// Tries to learn whether a commit happened before its callers are told that nobody knows.
const TRIES_AFTER_A_LOST_COMMIT: u32 = 3;
const PAUSE_AFTER_A_LOST_COMMIT: Duration = Duration::from_millis(100);

/// Applies a batch; where it fails as a whole, its commands one by one. One result per command, in order.
pub(super) async fn apply(
    store: &Arc<dyn LedgerStore>,
    jobs: &[Job],
    lock: LockWait,
) -> Vec<Result<Applied, StoreError>> {
    let batch: &[_] = &jobs.iter().map(|job| Arc::clone(&job.command)).collect::<Vec<_>>();
    let mode = ApplyMode { lock, again: jobs.iter().any(|job| job.again) };
    match certain(store, batch, mode).await {
        Ok(applied) if applied.len() == batch.len() => applied.into_iter().map(Ok).collect(),
        Ok(_) => fail_all(batch, &StoreError::Internal("the store answered another number of commands".to_owned())),
        Err(error @ (StoreError::Constraint(_) | StoreError::Internal(_))) if batch.len() > 1 => {
            tracing::warn!(%error, commands = batch.len(), "a batch failed; its commands are applied one by one");
            one_by_one(store, batch, mode).await
        }
        Err(error) => {
            tracing::error!(%error, commands = batch.len(), "a batch failed");
            fail_all(batch, &error)
        }
    }
}

async fn one_by_one(
    store: &Arc<dyn LedgerStore>,
    batch: &[Arc<Command>],
    mode: ApplyMode,
) -> Vec<Result<Applied, StoreError>> {
    let mut results = Vec::with_capacity(batch.len());
    for command in batch {
        let result = certain(store, std::slice::from_ref(command), mode).await;
        if let Err(error) = &result {
            tracing::error!(%error, command = %command.id(), "a command failed alone");
        }
        let answer =
            result.and_then(|mut applied| applied.pop().ok_or_else(|| StoreError::Internal("no answer".to_owned())));
        results.push(answer);
    }
    results
}

/// Repeats a batch whose commit may have happened: recorded commands answer what they led to.
async fn certain(
    store: &Arc<dyn LedgerStore>,
    batch: &[Arc<Command>],
    mode: ApplyMode,
) -> Result<Vec<Applied>, StoreError> {
    let mut result = store.apply(batch, mode).await;
    for _ in 0..TRIES_AFTER_A_LOST_COMMIT {
        if !matches!(result, Err(StoreError::CommitUnknown(_))) {
            break;
        }
        tokio::time::sleep(PAUSE_AFTER_A_LOST_COMMIT).await;
        result = again(store, batch, mode).await;
    }
    result
}

// Whatever goes wrong while asking again, the first commit may still be there: only an answer ends the doubt.
async fn again(
    store: &Arc<dyn LedgerStore>,
    batch: &[Arc<Command>],
    mode: ApplyMode,
) -> Result<Vec<Applied>, StoreError> {
    let unsure = |error: StoreError| StoreError::CommitUnknown(error.to_string());
    let applied = store.apply(batch, ApplyMode { again: true, ..mode }).await.map_err(unsure)?;
    if applied.iter().any(|applied| matches!(applied, Applied::Locked)) {
        return Err(StoreError::CommitUnknown("an organization is locked".to_owned()));
    }
    Ok(applied)
}

fn fail_all(batch: &[Arc<Command>], error: &StoreError) -> Vec<Result<Applied, StoreError>> {
    batch.iter().map(|_| Err(error.clone())).collect()
}
