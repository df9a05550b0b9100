//! `journal`: the audit chain.

use std::{borrow::Cow, sync::Arc};

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, Timestamp,
    audit::{JournalEvent, Posting},
    ports::StoreError,
};

use super::text::{hash, parse, parse_opt};
use crate::{error::unreadable, schema::journal};

const TABLE: &str = "journal";

/// A row of `journal`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = journal, treat_none_as_default_value = false)]
pub(crate) struct JournalRow {
    pub(crate) org_id: String,
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) mode: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) agent_id: Option<String>,
    pub(crate) operation: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) debit: Option<String>,
    pub(crate) credit: Option<String>,
    pub(crate) amount: Option<i64>,
    pub(crate) body: String,
    pub(crate) hash: Vec<u8>,
}

impl From<&JournalEvent> for JournalRow {
    fn from(event: &JournalEvent) -> Self {
        Self {
            org_id: event.org.to_string(),
            seq: event.seq,
            at: event.at.micros(),
            kind: event.kind.to_string(),
            mode: event.mode.map(|mode| mode.as_str().to_owned()),
            request_id: event.request.map(|id| id.to_string()),
            agent_id: event.agent.map(|id| id.to_string()),
            operation: event.operation.as_ref().map(|operation| operation.as_str().to_owned()),
            status: event.status.as_deref().map(str::to_owned),
            debit: event.posting.map(|posting| posting.debit.to_string()),
            credit: event.posting.map(|posting| posting.credit.to_string()),
            amount: event.posting.map(|posting| posting.amount.nanos()),
            body: event.body.to_string(),
            hash: event.hash.to_vec(),
        }
    }
}

impl TryFrom<JournalRow> for JournalEvent {
    type Error = StoreError;
    fn try_from(row: JournalRow) -> Result<Self, StoreError> {
        Ok(Self {
            org: parse(TABLE, "org_id", &row.org_id)?,
            seq: row.seq,
            at: Timestamp::from_micros(row.at),
            mode: parse_opt(TABLE, "mode", row.mode.as_deref())?,
            request: parse_opt(TABLE, "request_id", row.request_id.as_deref())?,
            agent: parse_opt(TABLE, "agent_id", row.agent_id.as_deref())?,
            operation: parse_opt(TABLE, "operation", row.operation.as_deref())?,
            posting: posting(&row)?,
            kind: Cow::Owned(row.kind),
            status: row.status.map(Cow::Owned),
            body: Arc::from(row.body),
            hash: hash(TABLE, "hash", &row.hash)?,
        })
    }
}

fn posting(row: &JournalRow) -> Result<Option<Posting>, StoreError> {
    match (&row.debit, &row.credit, row.amount) {
        (None, None, None) => Ok(None),
        (Some(debit), Some(credit), Some(amount)) => Ok(Some(Posting {
            debit: parse(TABLE, "debit", debit)?,
            credit: parse(TABLE, "credit", credit)?,
            amount: NanoUsd::from_nanos(amount),
        })),
        _ => Err(unreadable(TABLE, "amount", "a posting lacks a side")),
    }
}
