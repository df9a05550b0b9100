//! `bindings`.

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, OrgId,
    binding::{Binding, BindingTerms},
    ports::StoreError,
};

use super::text::parse;
use crate::{error::unreadable, schema::bindings};

const TABLE: &str = "bindings";

/// A row of `bindings`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = bindings, treat_none_as_default_value = false)]
pub(crate) struct BindingRow {
    pub(crate) org_id: String,
    pub(crate) agent_id: String,
    pub(crate) operation: String,
    pub(crate) month_cap: Option<i64>,
    pub(crate) day_count: Option<i64>,
    pub(crate) approval_threshold: Option<i64>,
}

impl BindingRow {
    /// The row of a binding.
    pub(crate) fn new(org: OrgId, binding: &Binding) -> Self {
        Self {
            org_id: org.to_string(),
            agent_id: binding.agent.to_string(),
            operation: binding.operation.to_string(),
            month_cap: binding.terms.month_cap.map(NanoUsd::nanos),
            day_count: binding.terms.day_count.map(i64::from),
            approval_threshold: binding.terms.approval_threshold.map(NanoUsd::nanos),
        }
    }
}

impl TryFrom<BindingRow> for Binding {
    type Error = StoreError;
    fn try_from(row: BindingRow) -> Result<Self, StoreError> {
        let day_count = row.day_count.map(u32::try_from).transpose();
        Ok(Self {
            agent: parse(TABLE, "agent_id", &row.agent_id)?,
            operation: parse(TABLE, "operation", &row.operation)?,
            terms: BindingTerms {
                month_cap: row.month_cap.map(NanoUsd::from_nanos),
                day_count: day_count.map_err(|why| unreadable(TABLE, "day_count", why))?,
                approval_threshold: row.approval_threshold.map(NanoUsd::from_nanos),
            },
        })
    }
}
