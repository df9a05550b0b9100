//! The lock of organizations: the rows of `org_heads`, taken in the order of ids, before anything else is read.

use std::collections::HashSet;

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::AstPass,
    sql_types::{Array, Text, Untyped},
};
use diesel_async::RunQueryDsl;
use futures::join;
use tokio::time::{Duration, Instant};
use upivia_domain::{
    OrgId,
    ledger::OrgHead,
    ports::{LockWait, StoreError},
};

use super::{
    Conn,
    settings::STATEMENT_TIMEOUT,
    statement::{Prepared, Statement, columns, plain},
};
use crate::{
    error::{is_disconnect, store_error},
    ledger::Locked,
    rows::{HeadRow, parse},
    schema::org_heads,
};

/// A little less than the two seconds that anybody waits.
const NEARLY_TWO_SECONDS: Duration = Duration::from_millis(1_900);

macro_rules! select_heads {
    () => {
        "SELECT org_id, status, zone, next_zone, next_zone_after, seq, epoch, last_now, hash, debt_live, debt_test \
         FROM org_heads WHERE org_id = ANY($1) ORDER BY org_id FOR NO KEY UPDATE"
    };
}

columns! {
    /// Takes the heads that nobody holds.
    TakeFree -> org_heads::SqlType = concat!(select_heads!(), " SKIP LOCKED"); { org_id: Text = String, }
}

columns! {
    /// Takes the heads, and waits for those that somebody holds.
    TakeAll -> org_heads::SqlType = select_heads!(); { org_id: Text = String, }
}

plain! {
    /// `lock_timeout` begins anew for each lock, and who queues behind others waits for several: this bounds them together.
    BoundTheWait = "SET LOCAL statement_timeout = '2s'"
}

plain! {
    /// The wait is over.
    EndTheBound = STATEMENT_TIMEOUT
}

/// Holds the heads of those organizations for the rest of the transaction.
pub(crate) async fn lock(conn: &mut Conn, orgs: Vec<OrgId>, wait: LockWait) -> Result<Locked, StoreError> {
    let rows = take(conn, orgs.iter().copied(), wait).await?;
    locked(conn, &orgs, rows).await
}

/// Takes the rows. Polled together with other statements, it goes where it stands among them.
pub(super) async fn take(
    mut conn: &Conn,
    orgs: impl Iterator<Item = OrgId>,
    wait: LockWait,
) -> Result<Vec<HeadRow>, StoreError> {
    let org_id = orgs.map(|org| org.to_string()).collect();
    match wait {
        LockWait::Skip => RunQueryDsl::load(Prepared(TakeFree { org_id }), &mut conn).await.map_err(store_error),
        LockWait::Wait => wait_for(conn, org_id).await,
    }
}

/// Tells organizations that somebody else holds from those that do not exist.
pub(super) async fn locked(conn: &mut Conn, orgs: &[OrgId], rows: Vec<HeadRow>) -> Result<Locked, StoreError> {
    let heads = rows.into_iter().map(OrgHead::try_from).collect::<Result<Vec<_>, _>>()?;
    let held: HashSet<OrgId> = heads.iter().map(|head| head.org).collect();
    let rest: Vec<String> = orgs.iter().filter(|org| !held.contains(org)).map(OrgId::to_string).collect();
    let busy = if rest.is_empty() { HashSet::new() } else { existing(conn, rest).await? };
    Ok(Locked { heads, busy })
}

async fn wait_for(conn: &Conn, org_id: Vec<String>) -> Result<Vec<HeadRow>, StoreError> {
    let started = Instant::now();
    let (mut first, mut second, mut third) = (conn, conn, conn);
    let (bounded, rows, ended) = join!(
        RunQueryDsl::execute(Prepared(BoundTheWait), &mut first),
        RunQueryDsl::load(Prepared(TakeAll { org_id }), &mut second),
        RunQueryDsl::execute(Prepared(EndTheBound), &mut third),
    );
    bounded.map_err(store_error)?;
    let rows = rows.map_err(|error| lock_error(error, started))?;
    ended.map(|_| rows).map_err(store_error)
}

// The server's message may be in any language: that it gave up after so long says the same.
fn lock_error(error: diesel::result::Error, started: Instant) -> StoreError {
    let gave_up = started.elapsed() >= NEARLY_TWO_SECONDS && !is_disconnect(&error);
    if gave_up { StoreError::LockTimeout } else { store_error(error) }
}

async fn existing(conn: &mut Conn, ids: Vec<String>) -> Result<HashSet<OrgId>, StoreError> {
    let found = org_heads::table.filter(org_heads::org_id.eq_any(ids)).select(org_heads::org_id);
    let found: Vec<String> = found.load(conn).await.map_err(store_error)?;
    found.iter().map(|id| parse("org_heads", "org_id", id)).collect()
}
