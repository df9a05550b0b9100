//! `budget_requests`.

use diesel::prelude::*;
use upivia_domain::{NanoUsd, Timestamp, UserId, ports::StoreError, team::BudgetRequest};

use super::text::parse;
use crate::schema::budget_requests;

const TABLE: &str = "budget_requests";

/// A row of `budget_requests`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = budget_requests, treat_none_as_default_value = false)]
pub(crate) struct BudgetRequestRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) team_id: String,
    pub(crate) user_id: String,
    pub(crate) mode: String,
    pub(crate) amount: i64,
    pub(crate) reason: Option<String>,
    pub(crate) status: String,
    pub(crate) created_at: i64,
    pub(crate) resolved_at: Option<i64>,
    pub(crate) resolved_by: Option<String>,
}

impl From<&BudgetRequest> for BudgetRequestRow {
    fn from(request: &BudgetRequest) -> Self {
        Self {
            id: request.id.to_string(),
            org_id: request.org.to_string(),
            team_id: request.team.to_string(),
            user_id: request.user.to_string(),
            mode: request.mode.as_str().to_owned(),
            amount: request.amount.nanos(),
            reason: request.reason.clone(),
            status: request.status.as_str().to_owned(),
            created_at: request.created_at.micros(),
            resolved_at: request.resolved_at.map(Timestamp::micros),
            resolved_by: request.resolved_by.map(|user| user.to_string()),
        }
    }
}

impl TryFrom<BudgetRequestRow> for BudgetRequest {
    type Error = StoreError;
    fn try_from(row: BudgetRequestRow) -> Result<Self, StoreError> {
        let person = |text: String| parse::<UserId>(TABLE, "resolved_by", &text);
        Ok(Self {
            id: parse(TABLE, "id", &row.id)?,
            org: parse(TABLE, "org_id", &row.org_id)?,
            team: parse(TABLE, "team_id", &row.team_id)?,
            user: parse(TABLE, "user_id", &row.user_id)?,
            mode: parse(TABLE, "mode", &row.mode)?,
            amount: NanoUsd::from_nanos(row.amount),
            reason: row.reason,
            status: parse(TABLE, "status", &row.status)?,
            created_at: Timestamp::from_micros(row.created_at),
            resolved_at: row.resolved_at.map(Timestamp::from_micros),
            resolved_by: row.resolved_by.map(person).transpose()?,
        })
    }
}
