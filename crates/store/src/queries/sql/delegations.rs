//! `delegated_tasks`, filtered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    DelegationId, OrgId,
    delegation::DelegatedTask,
    ports::{StoreError, TaskFilter},
};

use super::Conn;
use crate::{error::store_error, queries::in_row, rows::DelegatedTaskRow, schema::delegated_tasks};

/// At most `limit` tasks, the newest first: ids are in the order of birth.
pub(crate) async fn list(
    conn: &mut Conn,
    org: OrgId,
    filter: TaskFilter,
    limit: u32,
) -> Result<Vec<DelegatedTask>, StoreError> {
    let mut query = delegated_tasks::table
        .filter(delegated_tasks::org_id.eq(org.to_string()))
        .order(delegated_tasks::id.desc())
        .limit(i64::from(limit))
        .select(DelegatedTaskRow::as_select())
        .into_boxed();
    if let Some(parent) = filter.parent {
        query = query.filter(delegated_tasks::parent_id.eq(parent.to_string()));
    }
    if let Some(child) = filter.child {
        query = query.filter(delegated_tasks::child_id.eq(child.to_string()));
    }
    if let Some(status) = filter.status {
        query = query.filter(delegated_tasks::status.eq(status.as_str()));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(task).collect()
}

pub(crate) async fn find(conn: &mut Conn, org: OrgId, id: DelegationId) -> Result<Option<DelegatedTask>, StoreError> {
    let query = delegated_tasks::table.find(id.to_string()).filter(delegated_tasks::org_id.eq(org.to_string()));
    let row = query.select(DelegatedTaskRow::as_select()).first(conn).await.optional().map_err(store_error)?;
    row.map(task).transpose()
}

fn task(row: DelegatedTaskRow) -> Result<DelegatedTask, StoreError> {
    in_row(row.id.clone(), DelegatedTask::try_from(row))
}
