//! The lock of organizations: the rows of `org_heads`, taken in the order of ids, before anything else is read.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tokio::time::{Duration, Instant};
use upivia_domain::{
    OrgId,
    ledger::OrgHead,
    ports::{LockWait, StoreError},
};

use super::Conn;
use crate::{
    error::store_error,
    ledger::Locked,
    rows::{HeadRow, parse},
    schema::org_heads,
};

/// A little less than `lock_timeout` of the sessions.
const NEARLY_THE_TIMEOUT: Duration = Duration::from_millis(1_900);

/// Holds the heads of those organizations for the rest of the transaction.
pub(crate) async fn lock(conn: &mut Conn, orgs: Vec<OrgId>, wait: LockWait) -> Result<Locked, StoreError> {
    let ids: Vec<String> = orgs.iter().map(OrgId::to_string).collect();
    let started = Instant::now();
    let rows = take(conn, &ids, wait).await.map_err(|error| lock_error(error, started))?;
    locked(conn, &orgs, rows).await
}

/// Tells organizations that somebody else holds from those that do not exist.
pub(super) async fn locked(conn: &mut Conn, orgs: &[OrgId], rows: Vec<HeadRow>) -> Result<Locked, StoreError> {
    let heads = rows.into_iter().map(OrgHead::try_from).collect::<Result<Vec<_>, _>>()?;
    let held: HashSet<OrgId> = heads.iter().map(|head| head.org).collect();
    let rest: Vec<String> = orgs.iter().filter(|org| !held.contains(org)).map(OrgId::to_string).collect();
    let busy = if rest.is_empty() { HashSet::new() } else { existing(conn, rest).await? };
    Ok(Locked { heads, busy })
}

/// What it means that locking failed. The server's message may be in any language: a wait of that length says the same.
pub(super) fn lock_error(error: diesel::result::Error, started: Instant) -> StoreError {
    match store_error(error) {
        StoreError::Internal(_) if started.elapsed() >= NEARLY_THE_TIMEOUT => StoreError::LockTimeout,
        other => other,
    }
}

async fn take(conn: &mut Conn, ids: &[String], wait: LockWait) -> QueryResult<Vec<HeadRow>> {
    let rows = org_heads::table.filter(org_heads::org_id.eq_any(ids)).order(org_heads::org_id).select(HeadRow::as_select());
    match wait {
        LockWait::Skip => rows.for_no_key_update().skip_locked().load(conn).await,
        LockWait::Wait => rows.for_no_key_update().load(conn).await,
    }
}

async fn existing(conn: &mut Conn, ids: Vec<String>) -> Result<HashSet<OrgId>, StoreError> {
    let found = org_heads::table.filter(org_heads::org_id.eq_any(ids)).select(org_heads::org_id);
    let found: Vec<String> = found.load(conn).await.map_err(store_error)?;
    found.iter().map(|id| parse("org_heads", "org_id", id)).collect()
}
