//! `agent_requests`: what agents want from people. The words of both sides are one sealed cell.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use upivia_domain::{
    Timestamp,
    inbox::{AgentRequest, Link},
    ports::StoreError,
};

use super::text::{parse, parse_opt};
use crate::{
    crypto::{DataKey, Place},
    error::unreadable,
    schema::agent_requests,
};

const TABLE: &str = "agent_requests";
const SEALED: &str = "agent_requests.sealed";

/// A row of `agent_requests`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = agent_requests, treat_none_as_default_value = false)]
pub(crate) struct AgentRequestRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) seq: i64,
    pub(crate) agent_id: Option<String>,
    pub(crate) asked_by: Option<String>,
    pub(crate) kind: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) budget_request_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) status: String,
    pub(crate) resolved_at: Option<i64>,
    pub(crate) resolved_by: Option<String>,
}

/// What is inside the sealed cell, as JSON.
#[derive(Serialize, Deserialize)]
struct Words {
    title: String,
    body: String,
    link: Option<String>,
    response: Option<String>,
}

impl AgentRequestRow {
    /// Of a request, its words sealed.
    pub(crate) fn seal(key: &DataKey, request: &AgentRequest) -> Result<Self, StoreError> {
        let id = request.id.to_string();
        Ok(Self {
            sealed: seal(key, &id, request)?,
            id,
            org_id: request.org.to_string(),
            seq: request.seq,
            agent_id: request.agent.map(|agent| agent.to_string()),
            asked_by: request.asked_by.map(|user| user.to_string()),
            kind: request.kind.as_str().to_owned(),
            budget_request_id: request.budget_request.map(|id| id.to_string()),
            created_at: request.created_at.micros(),
            status: request.status.as_str().to_owned(),
            resolved_at: request.resolved_at.map(Timestamp::micros),
            resolved_by: request.resolved_by.map(|user| user.to_string()),
        })
    }

    /// The request, its words opened.
    pub(crate) fn open(self, key: &DataKey) -> Result<AgentRequest, StoreError> {
        let words = open(key, &self.id, &self.sealed)?;
        Ok(AgentRequest {
            id: parse(TABLE, "id", &self.id)?,
            org: parse(TABLE, "org_id", &self.org_id)?,
            seq: self.seq,
            agent: parse_opt(TABLE, "agent_id", self.agent_id.as_deref())?,
            asked_by: parse_opt(TABLE, "asked_by", self.asked_by.as_deref())?,
            kind: parse(TABLE, "kind", &self.kind)?,
            title: words.title,
            body: words.body,
            link: parse_opt::<Link>(TABLE, "sealed", words.link.as_deref())?,
            budget_request: parse_opt(TABLE, "budget_request_id", self.budget_request_id.as_deref())?,
            created_at: Timestamp::from_micros(self.created_at),
            status: parse(TABLE, "status", &self.status)?,
            response: words.response,
            resolved_at: self.resolved_at.map(Timestamp::from_micros),
            resolved_by: parse_opt(TABLE, "resolved_by", self.resolved_by.as_deref())?,
        })
    }
}

fn seal(key: &DataKey, id: &str, request: &AgentRequest) -> Result<Vec<u8>, StoreError> {
    let words = Words {
        title: request.title.clone(),
        body: request.body.clone(),
        link: request.link.as_ref().map(Link::to_string),
        response: request.response.clone(),
    };
    let plain = serde_json::to_vec(&words).map_err(|why| unreadable(TABLE, "sealed", why))?;
    Ok(key.seal(Place { column: SEALED, row: id }, &plain)?)
}

fn open(key: &DataKey, id: &str, sealed: &[u8]) -> Result<Words, StoreError> {
    let plain = key.open(Place { column: SEALED, row: id }, sealed)?;
    serde_json::from_slice(&plain).map_err(|why| unreadable(TABLE, "sealed", why))
}
