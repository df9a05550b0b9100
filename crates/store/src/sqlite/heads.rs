//! The lock of organizations. `BEGIN IMMEDIATE` took it already, for all; here the rows are read.

use diesel::prelude::*;
use upivia_domain::{
    OrgId,
    ledger::OrgHead,
    ports::{LockWait, StoreError},
};

use super::Conn;
use crate::{error::store_error, ledger::Locked, rows::HeadRow, schema::org_heads};

/// Reads the heads of those organizations inside a transaction of [`super::begin`]. Nobody else can hold any.
pub(crate) async fn lock(conn: &mut Conn, orgs: Vec<OrgId>, _wait: LockWait) -> Result<Locked, StoreError> {
    let read = move |conn: &mut SqliteConnection| {
        let head = |org: &OrgId| {
            org_heads::table.find(org.to_string()).select(HeadRow::as_select()).get_result(conn).optional()
        };
        orgs.iter().map(head).collect::<QueryResult<Vec<Option<HeadRow>>>>()
    };
    let heads = conn.spawn_blocking(read).await.map_err(store_error)?;
    let heads: Result<Vec<OrgHead>, StoreError> = heads.into_iter().flatten().map(OrgHead::try_from).collect();
    Ok(Locked { heads: heads?, ..Locked::default() })
}
