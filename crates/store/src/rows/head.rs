//! `org_heads`: the row that every transaction of an organization takes first.

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, Timestamp,
    ledger::OrgHead,
    ports::StoreError,
    time::{Calendar, Month, Zone},
};

use super::text::{hash, parse, parse_opt};
use crate::schema::org_heads;

const TABLE: &str = "org_heads";

/// A row of `org_heads`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = org_heads, treat_none_as_default_value = false)]
pub(crate) struct HeadRow {
    pub(crate) org_id: String,
    pub(crate) status: String,
    pub(crate) zone: String,
    pub(crate) next_zone: Option<String>,
    pub(crate) next_zone_after: Option<i32>,
    pub(crate) seq: i64,
    pub(crate) epoch: i64,
    pub(crate) last_now: i64,
    pub(crate) hash: Vec<u8>,
    pub(crate) debt_live: i64,
    pub(crate) debt_test: i64,
}

impl From<&OrgHead> for HeadRow {
    fn from(head: &OrgHead) -> Self {
        let (next_zone, next_zone_after) =
            head.calendar.next.map(|(zone, Month(asked))| (zone.name().to_owned(), asked)).unzip();
        Self {
            org_id: head.org.to_string(),
            status: head.status.as_str().to_owned(),
            zone: head.calendar.zone.name().to_owned(),
            next_zone,
            next_zone_after,
            seq: head.seq,
            epoch: head.epoch,
            last_now: head.last_now.micros(),
            hash: head.hash.to_vec(),
            debt_live: head.debt_live.nanos(),
            debt_test: head.debt_test.nanos(),
        }
    }
}

impl TryFrom<HeadRow> for OrgHead {
    type Error = StoreError;
    fn try_from(row: HeadRow) -> Result<Self, StoreError> {
        let next: Option<Zone> = parse_opt(TABLE, "next_zone", row.next_zone.as_deref())?;
        Ok(Self {
            org: parse(TABLE, "org_id", &row.org_id)?,
            status: parse(TABLE, "status", &row.status)?,
            calendar: Calendar {
                zone: parse(TABLE, "zone", &row.zone)?,
                next: next.zip(row.next_zone_after.map(Month)),
            },
            seq: row.seq,
            epoch: row.epoch,
            last_now: Timestamp::from_micros(row.last_now),
            hash: hash(TABLE, "hash", &row.hash)?,
            debt_live: NanoUsd::from_nanos(row.debt_live),
            debt_test: NanoUsd::from_nanos(row.debt_test),
        })
    }
}
