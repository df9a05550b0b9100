//! `journal`, filtered.

use diesel::{
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, Timestamp,
    audit::JournalEvent,
    ports::{JournalFilter, StoreError},
};

use super::Conn;
use crate::{error::store_error, queries::in_row, rows::JournalRow, schema::journal};

#[diesel::declare_sql_function]
extern "SQL" {
    // Unlike LIKE, it means the same in both databases: no wildcards, and case matters.
    fn substr(text: Nullable<Text>, first: Integer, length: Integer) -> Nullable<Text>;
}

/// At most `limit` events, the newest first.
pub(crate) async fn events(
    conn: &mut Conn,
    org: OrgId,
    filter: JournalFilter,
    limit: u32,
) -> Result<Vec<JournalEvent>, StoreError> {
    let mut query = journal::table
        .filter(journal::org_id.eq(org.to_string()))
        .order(journal::seq.desc())
        .limit(i64::from(limit))
        .select(JournalRow::as_select())
        .into_boxed();
    if !filter.kinds.is_empty() {
        query = query.filter(journal::kind.eq_any(filter.kinds));
    }
    if let Some(mode) = filter.mode {
        query = query.filter(journal::mode.eq(mode.as_str()));
    }
    if let Some(agent) = filter.agent {
        query = query.filter(journal::agent_id.eq(agent.to_string()));
    }
    if let Some(request) = filter.request {
        query = query.filter(journal::request_id.eq(request.to_string()));
    }
    if let Some(service) = filter.service {
        let prefix = format!("{service}.");
        let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
        query = query.filter(substr(journal::operation, 1, length).eq(prefix));
    }
    if let Some(status) = filter.status {
        query = query.filter(journal::status.eq(status));
    }
    if let Some(from) = filter.from.map(Timestamp::micros) {
        query = query.filter(journal::at.ge(from));
    }
    if let Some(to) = filter.to.map(Timestamp::micros) {
        query = query.filter(journal::at.lt(to));
    }
    if let Some(seq) = filter.from_seq {
        query = query.filter(journal::seq.ge(seq));
    }
    if let Some(seq) = filter.before_seq {
        query = query.filter(journal::seq.lt(seq));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(event).collect()
}

fn event(row: JournalRow) -> Result<JournalEvent, StoreError> {
    in_row(format!("{} seq {}", row.org_id, row.seq), JournalEvent::try_from(row))
}
