//! `requests`: hold, idempotency and answer in one row.
//!
//! [`RequestRow`] is the whole row; [`RequestTail`] is what still changes after the admission, the last columns of the table.

use std::sync::Arc;

use diesel::prelude::*;
use upivia_domain::{
    NanoUsd, Timestamp,
    dispatch::{Charge, End, Hold, ProviderName, ServiceRequest},
    ports::StoreError,
};

use super::{
    reasons, sealed,
    text::{hash, parse, parse_opt},
    windows,
};
use crate::{crypto::DataKey, error::unreadable, schema::requests};

const TABLE: &str = "requests";

/// A row of `requests`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = requests, treat_none_as_default_value = false)]
pub(crate) struct RequestRow {
    pub(crate) org_id: String,
    pub(crate) id: String,
    pub(crate) agent_id: String,
    pub(crate) mode: String,
    pub(crate) credential_id: String,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) operation: String,
    pub(crate) provider: Option<String>,
    pub(crate) sealed: Vec<u8>,
    pub(crate) digest: Vec<u8>,
    pub(crate) estimate: i64,
    pub(crate) applied_max_tokens: Option<i64>,
    pub(crate) hold_amount: Option<i64>,
    pub(crate) hold_account: Option<String>,
    pub(crate) hold_windows: Option<String>,
    pub(crate) approval_id: Option<String>,
    pub(crate) approval_expires_at: Option<i64>,
    pub(crate) reasons: Option<String>,
    pub(crate) seq: i64,
    pub(crate) created_at: i64,
    pub(crate) state: String,
    pub(crate) owner: Option<String>,
    pub(crate) fence_until: Option<i64>,
    pub(crate) flagged: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) ended_by: Option<String>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) cost: Option<i64>,
    pub(crate) overrun: Option<i64>,
    pub(crate) basis: Option<String>,
    pub(crate) end_reason: Option<String>,
    pub(crate) result: Option<Vec<u8>>,
}

/// The columns of `requests` that change.
#[derive(Debug, Clone)]
pub(crate) struct RequestTail {
    pub(crate) state: String,
    pub(crate) owner: Option<String>,
    pub(crate) fence_until: Option<i64>,
    pub(crate) flagged: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) ended_by: Option<String>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) cost: Option<i64>,
    pub(crate) overrun: Option<i64>,
    pub(crate) basis: Option<String>,
    pub(crate) end_reason: Option<String>,
    pub(crate) result: Option<Vec<u8>>,
}

impl RequestTail {
    /// What changes of a request, its result sealed with the organization's key.
    pub(crate) fn seal(request: &ServiceRequest, key: &DataKey) -> Result<Self, StoreError> {
        let end = request.end.as_ref();
        let charge = request.charge();
        let seal = |result: &Arc<_>| sealed::seal_result(key, &request.id.to_string(), result);
        Ok(Self {
            state: request.state.as_str().to_owned(),
            owner: request.owner.map(|node| node.to_string()),
            fence_until: request.fence_until.map(Timestamp::micros),
            flagged: request.flagged,
            external_id: request.external_id.clone(),
            ended_by: end.map(|end| end.by.to_string()),
            ended_at: end.map(|end| end.at.micros()),
            cost: charge.map(|charge| charge.cost.nanos()),
            overrun: charge.map(|charge| charge.overrun.nanos()),
            basis: charge.map(|charge| charge.basis.as_str().to_owned()),
            end_reason: request.reason().map(|reason| reason.as_str().to_owned()),
            result: request.result.as_ref().map(seal).transpose()?,
        })
    }
}

impl RequestRow {
    /// The row of a request, content and result sealed with the organization's key.
    pub(crate) fn seal(request: &ServiceRequest, key: &DataKey) -> Result<Self, StoreError> {
        let tail = RequestTail::seal(request, key)?;
        let id = request.id.to_string();
        let hold = request.hold.as_ref();
        let approval = request.approval.unzip();
        Ok(Self {
            org_id: request.org.to_string(),
            agent_id: request.agent.to_string(),
            mode: request.mode.as_str().to_owned(),
            credential_id: request.credential.to_string(),
            idempotency_key: request.idempotency_key.as_ref().map(|key| key.as_str().to_owned()),
            operation: request.operation.as_str().to_owned(),
            provider: request.provider.as_ref().map(|provider| provider.as_str().to_owned()),
            sealed: sealed::seal_content(key, &id, &request.content)?,
            digest: request.digest.to_vec(),
            estimate: request.estimate.nanos(),
            applied_max_tokens: request.applied_max_tokens.map(i64::from),
            hold_amount: hold.map(|hold| hold.amount.nanos()),
            hold_account: hold.map(|hold| hold.account.to_string()),
            hold_windows: hold.map(|hold| windows::to_text(&hold.windows)),
            approval_id: approval.0.map(|id| id.to_string()),
            approval_expires_at: approval.1.map(Timestamp::micros),
            reasons: reasons::to_text(&request.reasons),
            seq: request.seq,
            created_at: request.created_at.micros(),
            id,
            state: tail.state,
            owner: tail.owner,
            fence_until: tail.fence_until,
            flagged: tail.flagged,
            external_id: tail.external_id,
            ended_by: tail.ended_by,
            ended_at: tail.ended_at,
            cost: tail.cost,
            overrun: tail.overrun,
            basis: tail.basis,
            end_reason: tail.end_reason,
            result: tail.result,
        })
    }

    /// Whether it holds money for its provider and nothing else happened to it yet: the other columns are empty.
    pub(crate) fn is_dispatch(&self) -> bool {
        let waits = self.approval_id.is_some() || self.approval_expires_at.is_some() || self.reasons.is_some();
        let ended = self.ended_by.is_some() || self.result.is_some();
        !waits && !ended && !self.flagged && self.fence_until.is_none() && self.external_id.is_none()
    }

    /// The request, content and result opened with the organization's key.
    pub(crate) fn open(self, key: &DataKey) -> Result<ServiceRequest, StoreError> {
        let tokens = self.applied_max_tokens.map(u32::try_from).transpose();
        let result = self.result.as_deref().map(|bytes| sealed::open_result(key, &self.id, bytes));
        Ok(ServiceRequest {
            id: parse(TABLE, "id", &self.id)?,
            org: parse(TABLE, "org_id", &self.org_id)?,
            agent: parse(TABLE, "agent_id", &self.agent_id)?,
            mode: parse(TABLE, "mode", &self.mode)?,
            credential: parse(TABLE, "credential_id", &self.credential_id)?,
            idempotency_key: parse_opt(TABLE, "idempotency_key", self.idempotency_key.as_deref())?,
            operation: parse(TABLE, "operation", &self.operation)?,
            provider: self.provider.as_deref().map(ProviderName::new),
            content: sealed::open_content(key, &self.id, &self.sealed)?,
            digest: hash(TABLE, "digest", &self.digest)?,
            estimate: NanoUsd::from_nanos(self.estimate),
            applied_max_tokens: tokens.map_err(|why| unreadable(TABLE, "applied_max_tokens", why))?,
            hold: self.hold()?,
            state: parse(TABLE, "state", &self.state)?,
            owner: parse_opt(TABLE, "owner", self.owner.as_deref())?,
            fence_until: self.fence_until.map(Timestamp::from_micros),
            approval: parse_opt(TABLE, "approval_id", self.approval_id.as_deref())?
                .zip(self.approval_expires_at.map(Timestamp::from_micros)),
            reasons: reasons::from_text(self.reasons.as_deref())?,
            result: result.transpose()?,
            end: self.end()?,
            flagged: self.flagged,
            seq: self.seq,
            created_at: Timestamp::from_micros(self.created_at),
            external_id: self.external_id,
        })
    }

    fn hold(&self) -> Result<Option<Hold>, StoreError> {
        match (self.hold_amount, &self.hold_account, &self.hold_windows) {
            (None, None, None) => Ok(None),
            (Some(amount), Some(account), Some(windows)) => Ok(Some(Hold {
                amount: NanoUsd::from_nanos(amount),
                account: parse(TABLE, "hold_account", account)?,
                windows: windows::from_text(windows)?,
            })),
            _ => Err(unreadable(TABLE, "hold_amount", "a hold lacks a part")),
        }
    }

    fn end(&self) -> Result<Option<End>, StoreError> {
        match (&self.ended_by, self.ended_at) {
            (None, None) => Ok(None),
            (Some(by), Some(at)) => Ok(Some(End {
                by: parse(TABLE, "ended_by", by)?,
                at: Timestamp::from_micros(at),
                charge: self.charge()?,
                reason: parse_opt(TABLE, "end_reason", self.end_reason.as_deref())?,
            })),
            _ => Err(unreadable(TABLE, "ended_by", "an end lacks a part")),
        }
    }

    fn charge(&self) -> Result<Option<Charge>, StoreError> {
        match (self.cost, self.overrun, &self.basis) {
            (None, None, None) => Ok(None),
            (Some(cost), Some(overrun), Some(basis)) => Ok(Some(Charge {
                cost: NanoUsd::from_nanos(cost),
                overrun: NanoUsd::from_nanos(overrun),
                basis: parse(TABLE, "basis", basis)?,
            })),
            _ => Err(unreadable(TABLE, "cost", "a charge lacks a part")),
        }
    }
}
