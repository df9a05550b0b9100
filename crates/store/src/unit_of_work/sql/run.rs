//! Begin, lock, work, commit; whatever goes wrong, roll back.

use std::{collections::BTreeSet, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use diesel_async::SimpleAsyncConnection;
use futures::future::FutureExt;
use upivia_domain::{
    OrgId,
    ledger::OrgHead,
    ports::{Abort, LockWait, StoreError, Work},
};

use super::{Conn, OpenTx, begin, heads, limit, silent, tx::too_long};
use crate::{connect::Shared, error::store_error};

/// Runs a use-case on a connection that is its own meanwhile. An error leaves the rollback to the owner of the connection.
pub(crate) async fn run(
    conn: &mut Conn,
    shared: Arc<Shared>,
    orgs: BTreeSet<OrgId>,
    work: Work,
) -> Result<Result<(), Abort>, StoreError> {
    let held: Vec<OrgId> = orgs.iter().copied().collect();
    let heads = limit::within(limit::SILENCE, hold(conn, orgs)).await.ok_or_else(silent)??;
    let mut tx = OpenTx::new(conn, Arc::clone(&shared), heads, Instant::now() + limit::WORK);
    let verdict = within_limits(&mut tx, work).await;
    let created = tx.created().to_vec();
    shared.rows.disturb(&held);
    let ended = match verdict {
        Ok(()) => tx.commit().await.map(Ok),
        Err(Abort::Store(error)) => Err(error),
        Err(Abort::Rollback) => {
            conn.batch_execute("ROLLBACK").await.map_err(store_error).map(|()| Err(Abort::Rollback))
        }
    };
    if !matches!(ended, Ok(Ok(()))) {
        // A second try makes these organizations anew, with other data keys.
        created.into_iter().for_each(|org| shared.sealer.forget(org));
    }
    ended
}

async fn hold(conn: &mut Conn, orgs: BTreeSet<OrgId>) -> Result<Vec<OrgHead>, StoreError> {
    begin(conn).await?;
    Ok(heads::lock(conn, orgs.into_iter().collect(), LockWait::Wait).await?.heads)
}

async fn within_limits(tx: &mut OpenTx<'_>, work: Work) -> Result<(), Abort> {
    let guarded = AssertUnwindSafe(async { work(tx).await }).catch_unwind();
    match limit::within(limit::WORK, guarded).await {
        Some(Ok(verdict)) => verdict,
        Some(Err(_)) => Err(Abort::Store(StoreError::Internal("a unit of work panicked".to_owned()))),
        None => Err(Abort::Store(too_long())),
    }
}
