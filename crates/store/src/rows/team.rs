//! `teams` and `allocations`.

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, OrgId, Timestamp,
    ports::StoreError,
    team::{Allocation, Team},
};

use super::text::parse;
use crate::schema::{allocations, teams};

/// A row of `teams`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = teams, treat_none_as_default_value = false)]
pub(crate) struct TeamRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) name: String,
    pub(crate) has_pool: bool,
    pub(crate) month_cap: Option<i64>,
    pub(crate) created_at: i64,
}

impl From<&Team> for TeamRow {
    fn from(team: &Team) -> Self {
        Self {
            id: team.id.to_string(),
            org_id: team.org.to_string(),
            name: team.name.to_string(),
            has_pool: team.has_pool,
            month_cap: team.month_cap.map(NanoUsd::nanos),
            created_at: team.created_at.micros(),
        }
    }
}

impl TryFrom<TeamRow> for Team {
    type Error = StoreError;
    fn try_from(row: TeamRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("teams", "id", &row.id)?,
            org: parse("teams", "org_id", &row.org_id)?,
            name: parse("teams", "name", &row.name)?,
            has_pool: row.has_pool,
            month_cap: row.month_cap.map(NanoUsd::from_nanos),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// A row of `allocations`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = allocations, treat_none_as_default_value = false)]
pub(crate) struct AllocationRow {
    pub(crate) org_id: String,
    pub(crate) team_id: String,
    pub(crate) user_id: String,
    pub(crate) day_cap: Option<i64>,
    pub(crate) month_cap: Option<i64>,
    pub(crate) life_cap: Option<i64>,
}

impl AllocationRow {
    /// The row of an allocation.
    pub(crate) fn new(org: OrgId, allocation: &Allocation) -> Self {
        Self {
            org_id: org.to_string(),
            team_id: allocation.team.to_string(),
            user_id: allocation.user.to_string(),
            day_cap: allocation.day_cap.map(NanoUsd::nanos),
            month_cap: allocation.month_cap.map(NanoUsd::nanos),
            life_cap: allocation.life_cap.map(NanoUsd::nanos),
        }
    }
}

impl TryFrom<AllocationRow> for Allocation {
    type Error = StoreError;
    fn try_from(row: AllocationRow) -> Result<Self, StoreError> {
        Ok(Self {
            team: parse("allocations", "team_id", &row.team_id)?,
            user: parse("allocations", "user_id", &row.user_id)?,
            day_cap: row.day_cap.map(NanoUsd::from_nanos),
            month_cap: row.month_cap.map(NanoUsd::from_nanos),
            life_cap: row.life_cap.map(NanoUsd::from_nanos),
        })
    }
}
