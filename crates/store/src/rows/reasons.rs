//! The failed checks of a decision, as JSON in one column.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use upivia_domain::{
    Timestamp,
    budget::{Reason, Window},
    ports::StoreError,
};

use super::{
    text::{parse, parse_opt},
    windows::{unit_name, unit_of},
};
use crate::error::unreadable;

const TABLE: &str = "requests";
const COLUMN: &str = "reasons";

/// Every scope that a refusal can name; the domain knows them only as static text.
const SCOPES: [&str; 11] = [
    "binding",
    "agent",
    "ancestor",
    "worker",
    "team",
    "delegation",
    "run",
    "room",
    "organization",
    "approval",
    "agent_tree",
];

#[derive(Serialize, Deserialize)]
struct ReasonText {
    code: String,
    scope: String,
    unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    used: i64,
    held: i64,
    requested: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    resets_at: Option<Timestamp>,
    retryable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<String>,
}

/// The column's text; absent where no check failed.
pub(super) fn to_text(reasons: &[Reason]) -> Option<String> {
    if reasons.is_empty() {
        return None;
    }
    let texts: Vec<ReasonText> = reasons.iter().map(ReasonText::from).collect();
    // Strings and integers always become JSON.
    Some(serde_json::to_string(&texts).unwrap_or_default())
}

/// The reasons that the column tells.
pub(super) fn from_text(text: Option<&str>) -> Result<Arc<[Reason]>, StoreError> {
    let Some(text) = text else { return Ok(Arc::from([])) };
    let texts: Vec<ReasonText> = serde_json::from_str(text).map_err(|why| unreadable(TABLE, COLUMN, why))?;
    texts.into_iter().map(Reason::try_from).collect()
}

impl From<&Reason> for ReasonText {
    fn from(reason: &Reason) -> Self {
        Self {
            code: reason.code.as_str().to_owned(),
            scope: reason.scope.to_owned(),
            unit: unit_name(reason.unit).to_owned(),
            limit: reason.limit,
            used: reason.used,
            held: reason.held,
            requested: reason.requested,
            resets_at: reason.resets_at,
            retryable: reason.retryable,
            window: reason.window.as_ref().map(Window::to_string),
        }
    }
}

impl TryFrom<ReasonText> for Reason {
    type Error = StoreError;
    fn try_from(text: ReasonText) -> Result<Self, StoreError> {
        let scope = SCOPES.into_iter().find(|scope| *scope == text.scope);
        Ok(Self {
            code: parse(TABLE, COLUMN, &text.code)?,
            scope: scope.ok_or_else(|| unreadable(TABLE, COLUMN, format_args!("unknown scope {}", text.scope)))?,
            unit: unit_of(&text.unit)?,
            limit: text.limit,
            used: text.used,
            held: text.held,
            requested: text.requested,
            resets_at: text.resets_at,
            retryable: text.retryable,
            window: parse_opt(TABLE, COLUMN, text.window.as_deref())?,
        })
    }
}
