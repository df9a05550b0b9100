//! `agent_requests`, filtered.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    AgentRequestId, OrgId,
    inbox::{AgentRequest, AgentRequestStatus},
    ports::{AgentRequestFilter, InboxSight, StoreError},
};

use super::{Conn, data_keys};
use crate::{
    connect::Shared,
    error::store_error,
    queries::in_row,
    rows::AgentRequestRow,
    schema::{agent_requests, agents},
};

/// At most `limit` requests, the newest first.
pub(crate) async fn list(
    conn: &mut Conn,
    shared: Arc<Shared>,
    org: OrgId,
    filter: AgentRequestFilter,
    limit: u32,
) -> Result<Vec<AgentRequest>, StoreError> {
    let pending = AgentRequestStatus::Pending.as_str();
    let mut query = agent_requests::table
        .filter(agent_requests::org_id.eq(org.to_string()))
        .order(agent_requests::seq.desc())
        .limit(i64::from(limit))
        .select(AgentRequestRow::as_select())
        .into_boxed();
    match filter.is_pending {
        Some(true) => query = query.filter(agent_requests::status.eq(pending)),
        Some(false) => query = query.filter(agent_requests::status.ne(pending)),
        None => {}
    }
    if let Some(kind) = filter.kind {
        query = query.filter(agent_requests::kind.eq(kind.as_str()));
    }
    match filter.sight {
        Some(InboxSight::Agent(agent)) => query = query.filter(agent_requests::agent_id.eq(agent.to_string())),
        Some(InboxSight::Person(user)) => {
            let own = agents::table
                .filter(agents::org_id.eq(org.to_string()))
                .filter(agents::owner_id.eq(user.to_string()))
                .select(agents::id.nullable());
            let asked = agent_requests::asked_by.eq(user.to_string());
            query = query.filter(asked.or(agent_requests::agent_id.eq_any(own)));
        }
        None => {}
    }
    if let Some(seq) = filter.before_seq {
        query = query.filter(agent_requests::seq.lt(seq));
    }
    let rows = query.load(conn).await.map_err(store_error)?;
    opened(conn, &shared, org, rows).await
}

pub(crate) async fn find(
    conn: &mut Conn,
    shared: Arc<Shared>,
    org: OrgId,
    id: AgentRequestId,
) -> Result<Option<AgentRequest>, StoreError> {
    let query = agent_requests::table.find(id.to_string()).filter(agent_requests::org_id.eq(org.to_string()));
    let row: Option<AgentRequestRow> =
        query.select(AgentRequestRow::as_select()).first(conn).await.optional().map_err(store_error)?;
    Ok(opened(conn, &shared, org, row.into_iter().collect()).await?.pop())
}

async fn opened(
    conn: &mut Conn,
    shared: &Shared,
    org: OrgId,
    rows: Vec<AgentRequestRow>,
) -> Result<Vec<AgentRequest>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let keys = data_keys::of(conn, &shared.sealer, [org]).await?;
    let key = keys.get(&org).ok_or_else(|| StoreError::Internal(format!("{org} has no data key")))?;
    rows.into_iter().map(|row| in_row(row.id.clone(), row.open(key))).collect()
}
