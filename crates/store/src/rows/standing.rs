//! `standings`.

use diesel::prelude::*;
use upivia_domain::{Timestamp, identity::Standing, ports::StoreError};

use super::text::{parse, parse_opt};
use crate::schema::standings;

const TABLE: &str = "standings";

/// A row of `standings`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = standings, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct StandingRow {
    pub(crate) org_id: String,
    pub(crate) status: String,
    pub(crate) reason: String,
    pub(crate) changed_by: Option<String>,
    pub(crate) changed_at: i64,
}

impl From<&Standing> for StandingRow {
    fn from(standing: &Standing) -> Self {
        Self {
            org_id: standing.org.to_string(),
            status: standing.status.as_str().to_owned(),
            reason: standing.reason.clone(),
            changed_by: standing.changed_by.map(|user| user.to_string()),
            changed_at: standing.changed_at.micros(),
        }
    }
}

impl TryFrom<StandingRow> for Standing {
    type Error = StoreError;
    fn try_from(row: StandingRow) -> Result<Self, StoreError> {
        Ok(Self {
            org: parse(TABLE, "org_id", &row.org_id)?,
            status: parse(TABLE, "status", &row.status)?,
            reason: row.reason,
            changed_by: parse_opt(TABLE, "changed_by", row.changed_by.as_deref())?,
            changed_at: Timestamp::from_micros(row.changed_at),
        })
    }
}
