//! The rows that every installation has.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    ledger::OrgHead,
    ports::StoreError,
    time::{Calendar, Zone},
};

use super::{Conn, begin, send_commit};
use crate::{
    connect::Shared,
    crypto::WrappedKey,
    error::store_error,
    rows::HeadRow,
    schema::{org_heads, organizations},
};

const NAME: &str = "Platform";

/// Makes the platform organization where it is not there. Repeating it, or doing it on several nodes at once, changes nothing.
///
/// Returns its wrapped data key: whoever can unwrap it has the master key of this database.
pub(crate) async fn initialise(conn: &mut Conn, shared: Arc<Shared>) -> Result<WrappedKey, StoreError> {
    if let Some(wrapped) = data_key(conn).await? {
        return Ok(WrappedKey(wrapped));
    }
    begin(conn).await?;
    insert(conn, &shared).await?;
    // Another node may have been faster.
    let wrapped = data_key(conn).await?.unwrap_or_default();
    send_commit(conn, &shared.faults).await?;
    Ok(WrappedKey(wrapped))
}

async fn data_key(conn: &mut Conn) -> Result<Option<Vec<u8>>, StoreError> {
    let key = organizations::table.find(OrgId::PLATFORM.to_string()).select(organizations::data_key);
    key.first(conn).await.optional().map_err(store_error)
}

async fn insert(conn: &mut Conn, shared: &Shared) -> Result<(), StoreError> {
    let now = shared.clock.now();
    let row = (
        organizations::id.eq(OrgId::PLATFORM.to_string()),
        organizations::name.eq(NAME),
        organizations::data_key.eq(shared.sealer.create(OrgId::PLATFORM)?.0),
        organizations::created_at.eq(now.micros()),
    );
    let row = diesel::insert_into(organizations::table).values(row).on_conflict_do_nothing();
    row.execute(conn).await.map_err(store_error)?;
    let head = HeadRow::from(&OrgHead::new(OrgId::PLATFORM, Calendar::of(Zone::UTC), now));
    let head = diesel::insert_into(org_heads::table).values(head).on_conflict_do_nothing();
    head.execute(conn).await.map(drop).map_err(store_error)
}
