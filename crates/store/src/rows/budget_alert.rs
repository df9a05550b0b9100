//! `budget_alerts`: shares of limits that are used.

use diesel::prelude::*;
use upivia_domain::{Timestamp, budget::BudgetAlert, ports::StoreError};

use super::text::{parse, parse_opt};
use crate::{error::unreadable, schema::budget_alerts};

const TABLE: &str = "budget_alerts";

/// A row of `budget_alerts`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = budget_alerts, treat_none_as_default_value = false)]
pub(crate) struct BudgetAlertRow {
    pub(crate) org_id: String,
    pub(crate) mode: String,
    pub(crate) window_key: String,
    pub(crate) level: i32,
    pub(crate) cap: i64,
    pub(crate) used: i64,
    pub(crate) agent_id: Option<String>,
    pub(crate) place: i64,
    pub(crate) at: i64,
}

impl From<&BudgetAlert> for BudgetAlertRow {
    fn from(alert: &BudgetAlert) -> Self {
        Self {
            org_id: alert.org.to_string(),
            mode: alert.mode.as_str().to_owned(),
            window_key: alert.window.to_string(),
            level: i32::from(alert.level),
            cap: alert.cap,
            used: alert.used,
            agent_id: alert.agent.map(|agent| agent.to_string()),
            place: alert.place,
            at: alert.at.micros(),
        }
    }
}

impl TryFrom<BudgetAlertRow> for BudgetAlert {
    type Error = StoreError;
    fn try_from(row: BudgetAlertRow) -> Result<Self, StoreError> {
        Ok(Self {
            org: parse(TABLE, "org_id", &row.org_id)?,
            mode: parse(TABLE, "mode", &row.mode)?,
            window: parse(TABLE, "window_key", &row.window_key)?,
            level: u8::try_from(row.level).map_err(|why| unreadable(TABLE, "level", why))?,
            cap: row.cap,
            used: row.used,
            agent: parse_opt(TABLE, "agent_id", row.agent_id.as_deref())?,
            place: row.place,
            at: Timestamp::from_micros(row.at),
        })
    }
}
