//! `delegated_tasks`.

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, Timestamp, catalog::OperationName, delegation::DelegatedTask, policy::TaskTerms, ports::StoreError,
};

use super::text::parse;
use crate::schema::delegated_tasks;

const TABLE: &str = "delegated_tasks";

/// A row of `delegated_tasks`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = delegated_tasks, treat_none_as_default_value = false)]
pub(crate) struct DelegatedTaskRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) parent_id: String,
    pub(crate) child_id: String,
    pub(crate) objective: String,
    pub(crate) cap: Option<i64>,
    /// With blanks between; absent = all that is bound.
    pub(crate) operations: Option<String>,
    pub(crate) model_id: Option<String>,
    pub(crate) status: String,
    pub(crate) result: Option<String>,
    pub(crate) seq: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) ended_at: Option<i64>,
}

/// The part of a row that an admission asks.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = delegated_tasks)]
pub(crate) struct TaskTermsRow {
    pub(crate) id: String,
    pub(crate) child_id: String,
    pub(crate) cap: Option<i64>,
    pub(crate) operations: Option<String>,
}

impl From<&DelegatedTask> for DelegatedTaskRow {
    fn from(task: &DelegatedTask) -> Self {
        Self {
            id: task.id.to_string(),
            org_id: task.org.to_string(),
            parent_id: task.parent.to_string(),
            child_id: task.child.to_string(),
            objective: task.objective.clone(),
            cap: task.cap.map(NanoUsd::nanos),
            operations: task.operations.as_deref().map(names),
            model_id: task.model_id.clone(),
            status: task.status.as_str().to_owned(),
            result: task.result.clone(),
            seq: task.seq,
            created_at: task.created_at.micros(),
            updated_at: task.updated_at.micros(),
            ended_at: task.ended_at.map(Timestamp::micros),
        }
    }
}

impl TryFrom<DelegatedTaskRow> for DelegatedTask {
    type Error = StoreError;
    fn try_from(row: DelegatedTaskRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse(TABLE, "id", &row.id)?,
            org: parse(TABLE, "org_id", &row.org_id)?,
            parent: parse(TABLE, "parent_id", &row.parent_id)?,
            child: parse(TABLE, "child_id", &row.child_id)?,
            objective: row.objective,
            cap: row.cap.map(NanoUsd::from_nanos),
            operations: row.operations.as_deref().map(operations).transpose()?,
            model_id: row.model_id,
            status: parse(TABLE, "status", &row.status)?,
            result: row.result,
            seq: row.seq,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            ended_at: row.ended_at.map(Timestamp::from_micros),
        })
    }
}

impl TryFrom<TaskTermsRow> for TaskTerms {
    type Error = StoreError;
    fn try_from(row: TaskTermsRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse(TABLE, "id", &row.id)?,
            cap: row.cap.map(NanoUsd::from_nanos),
            operations: row.operations.as_deref().map(operations).transpose()?,
        })
    }
}

fn names(operations: &[OperationName]) -> String {
    operations.iter().map(OperationName::as_str).collect::<Vec<_>>().join(" ")
}

fn operations(text: &str) -> Result<Vec<OperationName>, StoreError> {
    text.split(' ').filter(|name| !name.is_empty()).map(|name| parse(TABLE, "operations", name)).collect()
}
