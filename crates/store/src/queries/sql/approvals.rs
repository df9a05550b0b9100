//! `approvals`, filtered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    ApprovalId, OrgId, Timestamp,
    approval::{Approval, ApprovalStatus},
    ports::{ApprovalFilter, StoreError},
};

use super::Conn;
use crate::{error::store_error, queries::in_row, rows::ApprovalRow, schema::approvals};

/// At most `limit` questions, the newest first.
pub(crate) async fn list(
    conn: &mut Conn,
    org: OrgId,
    filter: ApprovalFilter,
    limit: u32,
) -> Result<Vec<Approval>, StoreError> {
    let mut query = approvals::table
        .filter(approvals::org_id.eq(org.to_string()))
        .order(approvals::seq.desc())
        .limit(i64::from(limit))
        .select(ApprovalRow::as_select())
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(approvals::status.eq(status.as_str()));
    }
    if let Some(mode) = filter.mode {
        query = query.filter(approvals::mode.eq(mode.as_str()));
    }
    if let Some(agent) = filter.agent {
        query = query.filter(approvals::agent_id.eq(agent.to_string()));
    }
    if let Some(seq) = filter.before_seq {
        query = query.filter(approvals::seq.lt(seq));
    }
    query.load(conn).await.map_err(store_error)?.into_iter().map(approval).collect()
}

pub(crate) async fn find(conn: &mut Conn, org: OrgId, id: ApprovalId) -> Result<Option<Approval>, StoreError> {
    let query = approvals::table.find(id.to_string()).filter(approvals::org_id.eq(org.to_string()));
    let row = query.select(ApprovalRow::as_select()).first(conn).await.optional().map_err(store_error)?;
    row.map(approval).transpose()
}

/// Pending questions whose time is over.
pub(crate) async fn overdue(conn: &mut Conn, now: Timestamp, limit: u32) -> Result<Vec<Approval>, StoreError> {
    let query = approvals::table
        .filter(approvals::status.eq(ApprovalStatus::Pending.as_str()))
        .filter(approvals::expires_at.le(now.micros()))
        .order(approvals::expires_at)
        .limit(i64::from(limit));
    let rows = query.select(ApprovalRow::as_select()).load(conn).await.map_err(store_error)?;
    rows.into_iter().map(approval).collect()
}

fn approval(row: ApprovalRow) -> Result<Approval, StoreError> {
    in_row(row.id.clone(), Approval::try_from(row))
}
