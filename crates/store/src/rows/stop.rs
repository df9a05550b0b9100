//! `stops`.

use diesel::prelude::*;
use upivia_domain::{Timestamp, policy::Stop, ports::StoreError};

use super::text::parse;
use crate::schema::stops;

const TABLE: &str = "stops";

/// A row of `stops`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = stops)]
pub(crate) struct StopRow {
    pub(crate) org_id: String,
    pub(crate) scope: String,
    pub(crate) reason: String,
    pub(crate) stopped_by: String,
    pub(crate) stopped_at: i64,
}

impl From<&Stop> for StopRow {
    fn from(stop: &Stop) -> Self {
        Self {
            org_id: stop.org.to_string(),
            scope: stop.scope.to_string(),
            reason: stop.reason.clone(),
            stopped_by: stop.stopped_by.to_string(),
            stopped_at: stop.stopped_at.micros(),
        }
    }
}

impl TryFrom<StopRow> for Stop {
    type Error = StoreError;
    fn try_from(row: StopRow) -> Result<Self, StoreError> {
        Ok(Self {
            org: parse(TABLE, "org_id", &row.org_id)?,
            scope: parse(TABLE, "scope", &row.scope)?,
            reason: row.reason,
            stopped_by: parse(TABLE, "stopped_by", &row.stopped_by)?,
            stopped_at: Timestamp::from_micros(row.stopped_at),
        })
    }
}
