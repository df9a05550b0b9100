//! `requests`, as far as a list of many of them shows: no result is read, and of the content only the tags stay.

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, Timestamp,
    ports::{RequestSummary, StoreError},
};

use super::{sealed, text::parse};
use crate::{crypto::DataKey, schema::requests};

/// Some columns of `requests`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = requests)]
pub(crate) struct SummaryRow {
    pub(crate) id: String,
    sealed: Vec<u8>,
    estimate: i64,
    created_at: i64,
}

impl SummaryRow {
    /// The summary, opened with the organization's key.
    pub(crate) fn open(&self, key: &DataKey) -> Result<RequestSummary, StoreError> {
        Ok(RequestSummary {
            request: parse("requests", "id", &self.id)?,
            estimate: NanoUsd::from_nanos(self.estimate),
            created_at: Timestamp::from_micros(self.created_at),
            tags: sealed::open_content(key, &self.id, &self.sealed)?.tags(),
        })
    }
}
