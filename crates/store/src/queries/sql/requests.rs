//! `requests`.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{OrgId, RequestId, dispatch::ServiceRequest, ports::StoreError};

use super::{Conn, data_keys};
use crate::{connect::Shared, error::store_error, queries::in_row, rows::RequestRow, schema::requests};

pub(crate) async fn find(
    conn: &mut Conn,
    shared: Arc<Shared>,
    org: OrgId,
    id: RequestId,
) -> Result<Option<ServiceRequest>, StoreError> {
    let row = requests::table.find((org.to_string(), id.to_string())).select(RequestRow::as_select()).first(conn).await;
    let Some(row) = row.optional().map_err(store_error)? else { return Ok(None) };
    let keys = data_keys::of(conn, &shared.sealer, [org]).await?;
    let key = keys.get(&org).ok_or_else(|| StoreError::Internal(format!("{org} has no data key")))?;
    in_row(id, row.open(key)).map(Some)
}
