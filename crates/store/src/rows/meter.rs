//! `meters`: accounts and windows.

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, OrgId,
    budget::{Meter, MeterKey},
    ports::StoreError,
};

use super::text::parse;
use crate::schema::meters;

const TABLE: &str = "meters";

/// A row of `meters`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = meters)]
pub(crate) struct MeterRow {
    pub(crate) org_id: String,
    pub(crate) key: String,
    pub(crate) posted: i64,
    pub(crate) held: i64,
    pub(crate) count: i64,
}

impl MeterRow {
    /// The row of a meter.
    pub(crate) fn new(org: OrgId, key: &MeterKey, meter: Meter) -> Self {
        Self {
            org_id: org.to_string(),
            key: key.to_string(),
            posted: meter.posted.nanos(),
            held: meter.held.nanos(),
            count: meter.count,
        }
    }

    /// The figures alone.
    pub(crate) const fn meter(&self) -> Meter {
        Meter { posted: NanoUsd::from_nanos(self.posted), held: NanoUsd::from_nanos(self.held), count: self.count }
    }

    /// Which meter it is.
    pub(crate) fn meter_key(&self) -> Result<MeterKey, StoreError> {
        parse(TABLE, "key", &self.key)
    }
}
