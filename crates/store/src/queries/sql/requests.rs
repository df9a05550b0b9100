//! `requests`.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{OrgId, RequestId, dispatch::ServiceRequest, ports::StoreError};

use super::{Conn, busy_since, data_keys};
use crate::{
    connect::Shared,
    error::store_error,
    queries::in_row,
    rows::{RequestRow, parse},
    schema::requests,
};

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

/// By the primary key of `requests` in one organization after another: an index for this would be paid by every request.
pub(crate) async fn locate(conn: &mut Conn, id: RequestId) -> Result<Option<OrgId>, StoreError> {
    let mut after = String::new();
    loop {
        let orgs = busy_since(conn, id.born_at(), &after).await?;
        let Some(last) = orgs.last() else { return Ok(None) };
        after.clone_from(last);
        let row = requests::table.filter(requests::org_id.eq_any(orgs)).filter(requests::id.eq(id.to_string()));
        let org: Option<String> = row.select(requests::org_id).first(conn).await.optional().map_err(store_error)?;
        if let Some(org) = org {
            return parse("requests", "org_id", &org).map(Some);
        }
    }
}
