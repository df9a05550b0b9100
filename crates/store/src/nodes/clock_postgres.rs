//! The server's clock: only compared with the node's, never used as a time of anything.

use diesel::{dsl::sql, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use upivia_domain::{Timestamp, ports::StoreError};

use super::Conn;
use crate::error::store_error;

const MICROS: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// What the server's clock says.
pub(crate) async fn now(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    let micros: i64 = diesel::select(sql::<BigInt>(MICROS)).get_result(conn).await.map_err(store_error)?;
    Ok(Some(Timestamp::from_micros(micros)))
}
