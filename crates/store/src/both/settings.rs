//! `settings`: values of the whole installation.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::ports::StoreError;

use super::Conn;
use crate::{error::store_error, schema::settings};

/// The value of a setting.
pub(crate) async fn find(conn: &mut Conn, name: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
    let value = settings::table.find(name).select(settings::value).first(conn).await;
    value.optional().map_err(store_error)
}

/// The value of a setting; the first who asks decides it.
pub(crate) async fn find_or_put(conn: &mut Conn, name: &'static str, value: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    if let Some(value) = find(conn, name).await? {
        return Ok(value);
    }
    let put = diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(value.clone())))
        .on_conflict_do_nothing();
    put.execute(conn).await.map_err(store_error)?;
    Ok(find(conn, name).await?.unwrap_or(value))
}
