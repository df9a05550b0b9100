//! What a process left: by the primary key of `requests` from the watermark on, and `open_outcomes` whatever their age. No
//! index on `requests` is needed, so that the usual request pays nothing for the rare death of a process.

use std::collections::BTreeSet;

use diesel::{dsl::min, prelude::*};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, NodeId, OrgId, RequestId, Timestamp,
    dispatch::RequestState,
    ports::{StoreError, Unfinished},
};

use super::Conn;
use crate::{
    error::store_error,
    rows::parse,
    schema::{node_leases, open_outcomes, org_heads, requests},
};

/// So many organizations are asked about at once.
const CHUNK: i64 = 500;

/// A clock that was set back between the birth of an id and its admission must not hide the organization, in seconds.
const CLOCK_MARGIN_SECONDS: i64 = 3_600;

const HOLDING: [&str; 4] = [
    RequestState::Admitted.as_str(),
    RequestState::Dispatching.as_str(),
    RequestState::Running.as_str(),
    RequestState::Unknown.as_str(),
];

type Found = BTreeSet<(String, String)>;

pub(crate) async fn list(
    conn: &mut Conn,
    owner: NodeId,
    watermark: Timestamp,
    limit: u32,
) -> Result<Vec<Unfinished>, StoreError> {
    let (owner, limit) = (owner.to_string(), usize::try_from(limit).unwrap_or(usize::MAX));
    let mut found = outcomes(conn, &owner, limit).await?;
    let mut after = String::new();
    while found.len() < limit {
        let orgs = busy_since(conn, watermark, &after).await?;
        let Some(last) = orgs.last() else { break };
        after.clone_from(last);
        found.extend(requests_of(conn, &owner, watermark, orgs, limit).await?);
    }
    found.into_iter().take(limit).map(unfinished).collect()
}

/// Running or unknown, whatever their age.
async fn outcomes(conn: &mut Conn, owner: &str, limit: usize) -> Result<Found, StoreError> {
    let row = requests::org_id.eq(open_outcomes::org_id).and(requests::id.eq(open_outcomes::request_id));
    let query = open_outcomes::table
        .inner_join(requests::table.on(row))
        .filter(requests::owner.eq(owner))
        .filter(requests::state.eq_any(HOLDING))
        .order((requests::org_id, requests::id))
        .limit(at_most(limit))
        .select((requests::org_id, requests::id));
    query.load(conn).await.map(|rows: Vec<_>| rows.into_iter().collect()).map_err(store_error)
}

/// Organizations in which anything was admitted since, by id, those after one of them.
pub(crate) async fn busy_since(conn: &mut Conn, watermark: Timestamp, after: &str) -> Result<Vec<String>, StoreError> {
    let query = org_heads::table
        .filter(org_heads::last_now.ge(watermark.plus_seconds(-CLOCK_MARGIN_SECONDS).micros()))
        .filter(org_heads::org_id.gt(after))
        .order(org_heads::org_id)
        .limit(CHUNK)
        .select(org_heads::org_id);
    query.load(conn).await.map_err(store_error)
}

async fn requests_of(
    conn: &mut Conn,
    owner: &str,
    watermark: Timestamp,
    orgs: Vec<String>,
    limit: usize,
) -> Result<Vec<(String, String)>, StoreError> {
    let query = requests::table
        .filter(requests::org_id.eq_any(orgs))
        .filter(requests::id.ge(RequestId::earliest(watermark).to_string()))
        .filter(requests::owner.eq(owner))
        .filter(requests::state.eq_any(HOLDING))
        .order((requests::org_id, requests::id))
        .limit(at_most(limit))
        .select((requests::org_id, requests::id));
    query.load(conn).await.map_err(store_error)
}

/// Whether any request of an agent is open, whoever owns it.
pub(crate) async fn has_of_agent(conn: &mut Conn, org: OrgId, agent: AgentId) -> Result<bool, StoreError> {
    has_open(conn, org, Some(agent)).await
}

/// Whether any request of an organization is open, whoever owns it.
pub(crate) async fn has_any(conn: &mut Conn, org: OrgId) -> Result<bool, StoreError> {
    has_open(conn, org, None).await
}

async fn has_open(conn: &mut Conn, org: OrgId, agent: Option<AgentId>) -> Result<bool, StoreError> {
    let (org, agent) = (org.to_string(), agent.map(|agent| agent.to_string()));
    let row = requests::org_id.eq(open_outcomes::org_id).and(requests::id.eq(open_outcomes::request_id));
    let mut waiting = open_outcomes::table
        .inner_join(requests::table.on(row))
        .filter(open_outcomes::org_id.eq(&org))
        .filter(requests::state.eq_any(HOLDING))
        .select(requests::id)
        .into_boxed();
    if let Some(agent) = &agent {
        waiting = waiting.filter(requests::agent_id.eq(agent));
    }
    if waiting.first::<String>(conn).await.optional().map_err(store_error)?.is_some() {
        return Ok(true);
    }
    let oldest = node_leases::table.select(min(node_leases::watermark)).first::<Option<i64>>(conn).await;
    let watermark = Timestamp::from_micros(oldest.map_err(store_error)?.unwrap_or_default());
    let mut sending = requests::table
        .filter(requests::org_id.eq(&org))
        .filter(requests::id.ge(RequestId::earliest(watermark).to_string()))
        .filter(requests::state.eq_any(HOLDING))
        .select(requests::id)
        .into_boxed();
    if let Some(agent) = &agent {
        sending = sending.filter(requests::agent_id.eq(agent));
    }
    Ok(sending.first::<String>(conn).await.optional().map_err(store_error)?.is_some())
}

fn at_most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn unfinished((org, request): (String, String)) -> Result<Unfinished, StoreError> {
    let org: OrgId = parse("requests", "org_id", &org)?;
    Ok(Unfinished { org, request: parse("requests", "id", &request)? })
}
