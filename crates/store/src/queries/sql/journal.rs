//! `journal`, filtered.

use diesel::{
    dsl::max,
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
    if let Some(service) = &filter.service {
        let (first, prefix) = of_service(service);
        query = query.filter(first.eq(prefix));
    }
    if let Some(operation) = &filter.operation {
        query = query.filter(journal::operation.eq(operation.as_str().to_owned()));
    }
    if let Some(kind) = filter.event {
        query = query.filter(journal::kind.eq(kind));
    }
    if let Some(request) = filter.request {
        query = query.filter(journal::request_id.eq(request.to_string()));
    }
    if let Some(status) = filter.status {
        query = query.filter(journal::status.eq(status));
    }
    if let Some(from) = filter.from {
        query = query.filter(journal::seq.ge(first_at(conn, org, from).await?));
    }
    if let Some(to) = filter.to {
        query = query.filter(journal::seq.lt(first_at(conn, org, to).await?));
    }
    if let Some(seq) = filter.from_seq {
        query = query.filter(journal::seq.ge(seq));
    }
    if let Some(seq) = filter.before_seq {
        query = query.filter(journal::seq.lt(seq));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(event).collect()
}

/// What of an operation names its service, and that name: the two are equal for operations of the service.
pub(super) fn of_service(service: &str) -> (substr<journal::operation, i32, i32>, String) {
    let prefix = format!("{service}.");
    let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
    (substr(journal::operation, 1, length), prefix)
}

/// The sequence of the first event not before an instant, or one behind the last event. Time never goes back in a journal
/// (but where a clock was repaired: an instant that came twice then stands for one of the two): a few rows tell, and no
/// index on time has to be written with every event.
pub(super) async fn first_at(conn: &mut Conn, org: OrgId, at: Timestamp) -> Result<i64, StoreError> {
    let events = || journal::table.filter(journal::org_id.eq(org.to_string()));
    let last: Option<i64> = events().select(max(journal::seq)).first(conn).await.map_err(store_error)?;
    let (mut low, mut high) = (1, last.unwrap_or_default().saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        let next = events().filter(journal::seq.ge(middle)).order(journal::seq).select((journal::seq, journal::at));
        let (seq, time): (i64, i64) = next.first(conn).await.map_err(store_error)?;
        if time < at.micros() {
            low = seq.saturating_add(1);
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn event(row: JournalRow) -> Result<JournalEvent, StoreError> {
    in_row(format!("{} seq {}", row.org_id, row.seq), JournalEvent::try_from(row))
}
