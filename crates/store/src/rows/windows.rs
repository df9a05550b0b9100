//! The windows of a hold, as JSON in one column: pairs of unit and window, in the order of the decision.

use std::sync::Arc;

use upivia_domain::{budget::LimitUnit, dispatch::HeldWindow, ports::StoreError};

use super::text::parse;
use crate::error::unreadable;

const TABLE: &str = "requests";
const COLUMN: &str = "hold_windows";
const MONEY: &str = "nanos";
const REQUESTS: &str = "requests";

/// The column's text.
pub(super) fn to_text(windows: &[HeldWindow]) -> String {
    let pair = |held: &HeldWindow| (unit_name(held.unit), held.window.to_string());
    let pairs: Vec<(&str, String)> = windows.iter().map(pair).collect();
    // Strings always become JSON.
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// The windows that the column names.
pub(super) fn from_text(text: &str) -> Result<Arc<[HeldWindow]>, StoreError> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).map_err(|why| unreadable(TABLE, COLUMN, why))?;
    pairs
        .iter()
        .map(|(unit, window)| Ok(HeldWindow { window: parse(TABLE, COLUMN, window)?, unit: unit_of(unit)? }))
        .collect()
}

pub(super) const fn unit_name(unit: LimitUnit) -> &'static str {
    match unit {
        LimitUnit::Money => MONEY,
        LimitUnit::Requests => REQUESTS,
    }
}

pub(super) fn unit_of(name: &str) -> Result<LimitUnit, StoreError> {
    match name {
        MONEY => Ok(LimitUnit::Money),
        REQUESTS => Ok(LimitUnit::Requests),
        other => Err(unreadable(TABLE, COLUMN, format_args!("unknown unit {other}"))),
    }
}
