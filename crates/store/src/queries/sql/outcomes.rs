//! `requests`, found by `open_outcomes` or `flagged_requests`: few rows, whatever else the organization did.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, Timestamp,
    dispatch::ServiceRequest,
    ports::{OutcomeFilter, StoreError},
};

use super::{Conn, data_keys};
use crate::{
    connect::Shared,
    error::store_error,
    queries::in_row,
    rows::RequestRow,
    schema::{flagged_requests, open_outcomes, requests},
};

/// At most `limit` requests, the newest first.
pub(crate) async fn list(
    conn: &mut Conn,
    shared: Arc<Shared>,
    org: OrgId,
    filter: OutcomeFilter,
    limit: u32,
) -> Result<Vec<ServiceRequest>, StoreError> {
    let rows = rows(conn, org, &filter, limit).await?;
    let keys = data_keys::of(conn, &shared.sealer, [org]).await?;
    let key = || keys.get(&org).ok_or_else(|| StoreError::Internal(format!("{org} has no data key")));
    rows.into_iter().map(|row| in_row(row.id.clone(), row.open(key()?))).collect()
}

/// Filters and order are those of the joined rows of `requests`, for either list.
macro_rules! filtered {
    ($listed:expr, $filter:expr, $limit:expr) => {{
        let filter: &OutcomeFilter = $filter;
        let mut query =
            $listed.order(requests::seq.desc()).limit(i64::from($limit)).select(RequestRow::as_select()).into_boxed();
        if let Some(state) = filter.state {
            query = query.filter(requests::state.eq(state.as_str()));
        }
        if let Some(mode) = filter.mode {
            query = query.filter(requests::mode.eq(mode.as_str()));
        }
        if let Some(agent) = filter.agent {
            query = query.filter(requests::agent_id.eq(agent.to_string()));
        }
        if let Some(at) = filter.created_by.map(Timestamp::micros) {
            query = query.filter(requests::created_at.le(at));
        }
        if let Some(seq) = filter.before_seq {
            query = query.filter(requests::seq.lt(seq));
        }
        query
    }};
}

async fn rows(conn: &mut Conn, org: OrgId, filter: &OutcomeFilter, limit: u32) -> Result<Vec<RequestRow>, StoreError> {
    let org = org.to_string();
    if filter.flagged == Some(true) {
        let row = requests::org_id.eq(flagged_requests::org_id).and(requests::id.eq(flagged_requests::request_id));
        let listed =
            flagged_requests::table.inner_join(requests::table.on(row)).filter(flagged_requests::org_id.eq(org));
        return filtered!(listed, filter, limit).load(conn).await.map_err(store_error);
    }
    let row = requests::org_id.eq(open_outcomes::org_id).and(requests::id.eq(open_outcomes::request_id));
    let listed = open_outcomes::table.inner_join(requests::table.on(row)).filter(open_outcomes::org_id.eq(org));
    let mut query = filtered!(listed, filter, limit);
    if filter.flagged == Some(false) {
        query = query.filter(requests::flagged.eq(false));
    }
    query.load(conn).await.map_err(store_error)
}
