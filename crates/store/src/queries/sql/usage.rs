//! `requests` and `agents`, many rows at once; sums over `journal` and `requests`.

use std::sync::Arc;

use diesel::{
    dsl::{count_star, sql},
    prelude::*,
    sql_types::BigInt,
};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentId, NanoUsd, OrgId, RequestId, Timestamp,
    dispatch::RequestState,
    identity::Name,
    ports::{RequestSummary, StoreError, TotalsFilter, UsageTotal},
};

use super::{Conn, data_keys, journal::first_at, journal::of_service};
use crate::{
    connect::Shared,
    error::store_error,
    queries::in_row,
    rows::{SummaryRow, parse},
    schema::{agents, journal, requests},
};

/// How many rows, with their payloads, are in memory at once.
const CHUNK: usize = 50;

/// The states in which a question counts where it was asked: it never came to an admission.
const UNADMITTED: [&str; 2] = [RequestState::ApprovalRequired.as_str(), RequestState::Blocked.as_str()];

/// A sum of BIGINT is NUMERIC in one of the databases.
const COST: &str = "CAST(COALESCE(SUM(requests.cost), 0) AS BIGINT)";

pub(crate) async fn summaries(
    conn: &mut Conn,
    shared: Arc<Shared>,
    org: OrgId,
    ids: Vec<RequestId>,
) -> Result<Vec<RequestSummary>, StoreError> {
    let keys = data_keys::of(conn, &shared.sealer, [org]).await?;
    let Some(key) = keys.get(&org) else { return Ok(Vec::new()) };
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let query = requests::table
            .filter(requests::org_id.eq(org.to_string()))
            .filter(requests::id.eq_any(chunk.iter().map(RequestId::to_string)))
            .select(SummaryRow::as_select());
        let rows: Vec<SummaryRow> = query.load(conn).await.map_err(store_error)?;
        for row in rows {
            found.push(in_row(row.id.clone(), row.open(key))?);
        }
    }
    Ok(found)
}

pub(crate) async fn agent_names(
    conn: &mut Conn,
    org: OrgId,
    ids: Vec<AgentId>,
) -> Result<Vec<(AgentId, Name)>, StoreError> {
    let query = agents::table
        .filter(agents::org_id.eq(org.to_string()))
        .filter(agents::id.eq_any(ids.iter().map(AgentId::to_string)))
        .select((agents::id, agents::name));
    let rows: Vec<(String, String)> = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|(id, name)| Ok((parse("agents", "id", &id)?, parse("agents", "name", &name)?))).collect()
}

pub(crate) async fn totals(
    conn: &mut Conn,
    org: OrgId,
    filter: TotalsFilter,
    cuts: Vec<Timestamp>,
) -> Result<Vec<Vec<UsageTotal>>, StoreError> {
    let mut places = Vec::with_capacity(cuts.len());
    for cut in cuts {
        places.push(first_at(conn, org, cut).await?);
    }
    let mut spans = Vec::with_capacity(places.len());
    for (first, behind) in places.iter().zip(places.iter().skip(1)) {
        spans.push(between(conn, org, &filter, (*first, *behind)).await?);
    }
    Ok(spans)
}

/// The totals of the requests whose counting event stands there.
async fn between(
    conn: &mut Conn,
    org: OrgId,
    filter: &TotalsFilter,
    (first, behind): (i64, i64),
) -> Result<Vec<UsageTotal>, StoreError> {
    if first >= behind {
        return Ok(Vec::new());
    }
    let request = requests::org_id.eq(journal::org_id).and(requests::id.nullable().eq(journal::request_id));
    let refused = journal::kind.eq_any(["request.blocked", "request.failed"]);
    let asked = journal::kind.eq("approval.requested").and(requests::state.eq_any(UNADMITTED));
    let at_its_place = requests::seq.eq(journal::seq).and(refused.or(asked));
    let mut query = journal::table
        .inner_join(requests::table.on(request))
        .filter(journal::org_id.eq(org.to_string()))
        .filter(journal::seq.ge(first).and(journal::seq.lt(behind)))
        .filter(journal::mode.eq(filter.mode.as_str()))
        .filter(journal::kind.eq("request.admitted").or(at_its_place))
        .group_by((requests::agent_id, requests::operation, requests::state))
        .select((requests::agent_id, requests::operation, requests::state, count_star(), sql::<BigInt>(COST)))
        .into_boxed();
    if let Some(agent) = filter.agent {
        query = query.filter(journal::agent_id.eq(agent.to_string()));
    }
    if let Some(service) = &filter.service {
        let (first, prefix) = of_service(service);
        query = query.filter(first.eq(prefix));
    }
    if let Some(operation) = &filter.operation {
        query = query.filter(journal::operation.eq(operation.as_str().to_owned()));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(total).collect()
}

fn total(
    (agent, operation, state, requests, cost): (String, String, String, i64, i64),
) -> Result<UsageTotal, StoreError> {
    Ok(UsageTotal {
        agent: parse("requests", "agent_id", &agent)?,
        operation: parse("requests", "operation", &operation)?,
        state: parse("requests", "state", &state)?,
        requests,
        cost: NanoUsd::from_nanos(cost),
    })
}
