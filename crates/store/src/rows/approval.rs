//! `approvals`: questions to people.

use diesel::prelude::*;
use upivia_domain::{Timestamp, approval::Approval, ports::StoreError};

use super::text::parse;
use crate::schema::approvals;

const TABLE: &str = "approvals";

/// A row of `approvals`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = approvals, treat_none_as_null = true)]
pub(crate) struct ApprovalRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) request_id: String,
    pub(crate) agent_id: String,
    pub(crate) mode: String,
    pub(crate) status: String,
    pub(crate) expires_at: i64,
    pub(crate) seq: i64,
    pub(crate) resolved_at: Option<i64>,
    pub(crate) resolved_by: Option<String>,
}

impl From<&Approval> for ApprovalRow {
    fn from(approval: &Approval) -> Self {
        Self {
            id: approval.id.to_string(),
            org_id: approval.org.to_string(),
            request_id: approval.request.to_string(),
            agent_id: approval.agent.to_string(),
            mode: approval.mode.as_str().to_owned(),
            status: approval.status.as_str().to_owned(),
            expires_at: approval.expires_at.micros(),
            seq: approval.seq,
            resolved_at: approval.resolved_at.map(Timestamp::micros),
            resolved_by: approval.resolved_by.clone(),
        }
    }
}

impl TryFrom<ApprovalRow> for Approval {
    type Error = StoreError;
    fn try_from(row: ApprovalRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse(TABLE, "id", &row.id)?,
            org: parse(TABLE, "org_id", &row.org_id)?,
            request: parse(TABLE, "request_id", &row.request_id)?,
            agent: parse(TABLE, "agent_id", &row.agent_id)?,
            mode: parse(TABLE, "mode", &row.mode)?,
            status: parse(TABLE, "status", &row.status)?,
            expires_at: Timestamp::from_micros(row.expires_at),
            seq: row.seq,
            resolved_at: row.resolved_at.map(Timestamp::from_micros),
            resolved_by: row.resolved_by,
        })
    }
}
