//! What a batch reads: two round trips, the first together with BEGIN and the lock.
//!
//! `LATERAL (… OFFSET 0)` makes the index look-up per element the only possible plan, whatever the statistics said when the
//! statement was prepared.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::AstPass,
    sql_types::{Array, BigInt, Text},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures::join;
use upivia_domain::{
    CommandId, NanoUsd, OrgId,
    budget::{Meter, MeterKey},
    ports::{LockWait, StoreError},
};

use crate::{
    error::store_error,
    ledger::Wanted,
    postgres::{
        Conn, heads,
        statement::{Prepared, Statement, columns},
    },
    rows::{HeadRow, RequestRow},
    schema::requests as requests_table,
};

macro_rules! request_columns {
    () => {
        "r.org_id, r.id, r.agent_id, r.mode, r.credential_id, r.idempotency_key, r.operation, r.provider, r.sealed, r.digest, \
         r.estimate, r.applied_max_tokens, r.hold_amount, r.hold_account, r.hold_windows, r.approval_id, \
         r.approval_expires_at, r.reasons, r.seq, r.created_at, r.state, r.owner, r.fence_until, r.flagged, r.external_id, \
         r.ended_by, r.ended_at, r.cost, r.overrun, r.basis, r.end_reason, r.result"
    };
}

columns! {
    /// Requests by id.
    RequestsById -> requests_table::SqlType = concat!(
        "SELECT x.* FROM unnest($1, $2) AS u (org_id, id) CROSS JOIN LATERAL (SELECT ", request_columns!(),
        " FROM requests r WHERE r.org_id = u.org_id AND r.id = u.id OFFSET 0) x"
    );
    { org_id: Text = String, id: Text = String, }
}

columns! {
    /// Requests by idempotency key.
    RequestsByKey -> requests_table::SqlType = concat!(
        "SELECT x.* FROM unnest($1, $2, $3, $4) AS u (org_id, agent_id, mode, key) CROSS JOIN LATERAL (SELECT ",
        request_columns!(),
        " FROM requests r WHERE r.agent_id = u.agent_id AND r.mode = u.mode AND r.idempotency_key = u.key \
         AND r.org_id = u.org_id OFFSET 0) x"
    );
    { org_id: Text = String, agent_id: Text = String, mode: Text = &'static str, key: Text = String, }
}

columns! {
    /// Figures of meters, with the place of their key in the question.
    Figures -> (BigInt, BigInt, BigInt, BigInt) =
        "SELECT u.place, x.posted, x.held, x.count FROM unnest($1, $2) WITH ORDINALITY AS u (org_id, key, place) \
         CROSS JOIN LATERAL (SELECT m.posted, m.held, m.count FROM meters m \
         WHERE m.org_id = u.org_id AND m.key = u.key OFFSET 0) x";
    { org_id: Text = String, key: Text = String, }
}

columns! {
    /// Recorded outcomes, with the place of their command in the question.
    Outcomes -> (BigInt, BigInt) =
        "SELECT u.place, x.seq FROM unnest($1, $2) WITH ORDINALITY AS u (org_id, id, place) \
         CROSS JOIN LATERAL (SELECT c.seq FROM commands c WHERE c.id = u.id AND c.org_id = u.org_id OFFSET 0) x";
    { org_id: Text = String, id: Text = String, }
}

/// BEGIN, the lock of the heads, and the requests that a batch names, in one round trip.
pub(in crate::postgres) async fn first_round(
    conn: &mut Conn,
    wanted: &Wanted,
    wait: LockWait,
) -> Result<(Vec<HeadRow>, Vec<RequestRow>), StoreError> {
    let conn: &Conn = conn;
    let begin = async { (&mut &*conn).batch_execute("BEGIN").await };
    let take = heads::take(conn, wanted.orgs(), wait);
    let (begun, heads, by_id, by_key) = join!(begin, take, by_id(conn, wanted), by_key(conn, wanted));
    begun.map_err(store_error)?;
    let heads = heads?;
    let mut requests = by_id.map_err(store_error)?;
    requests.extend(by_key.map_err(store_error)?);
    Ok((heads, requests))
}

/// The requests that commands name, inside a transaction.
pub(crate) async fn requests(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<RequestRow>, StoreError> {
    let (by_id, by_key) = join!(by_id(conn, wanted), by_key(conn, wanted));
    let mut requests = by_id.map_err(store_error)?;
    requests.extend(by_key.map_err(store_error)?);
    Ok(requests)
}

/// Meters and recorded outcomes, each in the order in which they were asked for.
pub(crate) async fn second_round(
    conn: &mut Conn,
    meters: &[(OrgId, MeterKey)],
    recorded: &[(OrgId, CommandId)],
) -> Result<(Vec<Option<Meter>>, Vec<Option<i64>>), StoreError> {
    let (found_figures, found_outcomes) = join!(figures(conn, meters), outcomes(conn, recorded));
    let mut figures = vec![None; meters.len()];
    for (place, posted, held, count) in found_figures.map_err(store_error)? {
        let meter = Meter { posted: NanoUsd::from_nanos(posted), held: NanoUsd::from_nanos(held), count };
        put(&mut figures, place, meter);
    }
    let mut outcomes = vec![None; recorded.len()];
    for (place, seq) in found_outcomes.map_err(store_error)? {
        put(&mut outcomes, place, seq);
    }
    Ok((figures, outcomes))
}

// Places count from one.
fn put<T>(slots: &mut [Option<T>], place: i64, value: T) {
    if let Some(slot) = usize::try_from(place - 1).ok().and_then(|place| slots.get_mut(place)) {
        *slot = Some(value);
    }
}

async fn by_id(mut conn: &Conn, wanted: &Wanted) -> QueryResult<Vec<RequestRow>> {
    let (org_id, id): (Vec<_>, Vec<_>) = wanted.requests().map(|(org, id)| (org.to_string(), id.to_string())).unzip();
    if id.is_empty() {
        return Ok(Vec::new());
    }
    RunQueryDsl::load(Prepared(RequestsById { org_id, id }), &mut conn).await
}

async fn by_key(mut conn: &Conn, wanted: &Wanted) -> QueryResult<Vec<RequestRow>> {
    let mut columns = RequestsByKey::default();
    for (org, (agent, mode, key)) in wanted.keys() {
        columns.org_id.push(org.to_string());
        columns.agent_id.push(agent.to_string());
        columns.mode.push(mode.as_str());
        columns.key.push(key.as_str().to_owned());
    }
    if columns.key.is_empty() {
        return Ok(Vec::new());
    }
    RunQueryDsl::load(Prepared(columns), &mut conn).await
}

async fn figures(mut conn: &Conn, meters: &[(OrgId, MeterKey)]) -> QueryResult<Vec<(i64, i64, i64, i64)>> {
    if meters.is_empty() {
        return Ok(Vec::new());
    }
    let (org_id, key) = meters.iter().map(|(org, key)| (org.to_string(), key.to_string())).unzip();
    RunQueryDsl::load(Prepared(Figures { org_id, key }), &mut conn).await
}

async fn outcomes(mut conn: &Conn, recorded: &[(OrgId, CommandId)]) -> QueryResult<Vec<(i64, i64)>> {
    if recorded.is_empty() {
        return Ok(Vec::new());
    }
    let (org_id, id) = recorded.iter().map(|(org, id)| (org.to_string(), id.to_string())).unzip();
    RunQueryDsl::load(Prepared(Outcomes { org_id, id }), &mut conn).await
}
