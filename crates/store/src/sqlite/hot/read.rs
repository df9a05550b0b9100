//! What a batch reads.

use diesel::prelude::*;
use upivia_domain::{
    CommandId, NanoUsd, OrgId,
    budget::{Meter, MeterKey},
    ports::StoreError,
};

use crate::{
    error::store_error,
    ledger::Wanted,
    rows::RequestRow,
    schema::{commands, meters, requests},
    sqlite::Conn,
};

/// The requests that a batch names, by id and by idempotency key.
pub(crate) async fn requests(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<RequestRow>, StoreError> {
    let ids: Vec<(String, String)> = wanted.requests().map(|(org, id)| (org.to_string(), id.to_string())).collect();
    let keys = wanted
        .keys()
        .map(|(org, (agent, mode, key))| (org.to_string(), agent.to_string(), mode.as_str(), key.as_str().to_owned()));
    let keys: Vec<(String, String, &'static str, String)> = keys.collect();
    if ids.is_empty() && keys.is_empty() {
        return Ok(Vec::new());
    }
    let read = move |conn: &mut SqliteConnection| {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(requests::table.find(id).select(RequestRow::as_select()).get_result(conn).optional()?);
        }
        for (org, agent, mode, key) in keys {
            let row = requests::table
                .filter(requests::agent_id.eq(agent))
                .filter(requests::mode.eq(mode))
                .filter(requests::idempotency_key.eq(key))
                .filter(requests::org_id.eq(org));
            found.extend(row.select(RequestRow::as_select()).get_result(conn).optional()?);
        }
        Ok(found)
    };
    conn.spawn_blocking(read).await.map_err(store_error)
}

/// Meters and recorded outcomes, each in the order in which they were asked for.
pub(crate) async fn second_round(
    conn: &mut Conn,
    meters: &[(OrgId, MeterKey)],
    recorded: &[(OrgId, CommandId)],
) -> Result<(Vec<Option<Meter>>, Vec<Option<i64>>), StoreError> {
    let keys: Vec<(String, String)> = meters.iter().map(|(org, key)| (org.to_string(), key.to_string())).collect();
    let ids: Vec<(String, String)> = recorded.iter().map(|(org, id)| (org.to_string(), id.to_string())).collect();
    let read = move |conn: &mut SqliteConnection| {
        let figures = keys.into_iter().map(|key| meter(conn, key)).collect::<QueryResult<Vec<_>>>()?;
        let outcomes = ids.into_iter().map(|id| outcome(conn, id)).collect::<QueryResult<Vec<_>>>()?;
        Ok((figures, outcomes))
    };
    conn.spawn_blocking(read).await.map_err(store_error)
}

fn meter(conn: &mut SqliteConnection, key: (String, String)) -> QueryResult<Option<Meter>> {
    let columns = (meters::posted, meters::held, meters::count);
    let row: Option<(i64, i64, i64)> = meters::table.find(key).select(columns).get_result(conn).optional()?;
    Ok(row.map(|(posted, held, count)| Meter {
        posted: NanoUsd::from_nanos(posted),
        held: NanoUsd::from_nanos(held),
        count,
    }))
}

fn outcome(conn: &mut SqliteConnection, (org, id): (String, String)) -> QueryResult<Option<i64>> {
    let row = commands::table.find(id).filter(commands::org_id.eq(org));
    row.select(commands::seq).get_result(conn).optional()
}
