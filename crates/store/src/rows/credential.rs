//! `credentials`: keys of agents and tokens of people.

use diesel::prelude::*;
use upivia_domain::{
    Mode, Timestamp,
    identity::{Credential, CredentialHash, CredentialKind, CredentialStatus},
    ports::StoreError,
};

use super::text::{hash, parse};
use crate::{error::unreadable, schema::credentials};

const TABLE: &str = "credentials";

/// A row of `credentials`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = credentials, treat_none_as_default_value = false)]
pub(crate) struct CredentialRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) agent_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) hash: Vec<u8>,
    pub(crate) label: String,
    pub(crate) revoked: bool,
    pub(crate) expires_at: Option<i64>,
    pub(crate) created_at: i64,
}

impl CredentialRow {
    /// Whether the credential is in force.
    pub(crate) fn status(&self) -> CredentialStatus {
        CredentialStatus { revoked: self.revoked, expires_at: self.expires_at.map(Timestamp::from_micros) }
    }

    /// Whom the credential speaks for.
    pub(crate) fn kind(&self) -> Result<CredentialKind, StoreError> {
        match (&self.agent_id, &self.user_id, &self.mode) {
            (Some(agent), None, Some(mode)) => Ok(CredentialKind::AgentKey {
                agent: parse(TABLE, "agent_id", agent)?,
                mode: parse(TABLE, "mode", mode)?,
            }),
            (None, Some(user), None) => Ok(CredentialKind::PersonalToken { user: parse(TABLE, "user_id", user)? }),
            _ => Err(unreadable(TABLE, "agent_id", "it is neither an agent's key nor a person's token")),
        }
    }
}

impl From<&Credential> for CredentialRow {
    fn from(credential: &Credential) -> Self {
        let (agent_id, user_id, mode): (_, _, Option<Mode>) = match credential.kind {
            CredentialKind::AgentKey { agent, mode } => (Some(agent.to_string()), None, Some(mode)),
            CredentialKind::PersonalToken { user } => (None, Some(user.to_string()), None),
        };
        Self {
            id: credential.id.to_string(),
            org_id: credential.org.to_string(),
            agent_id,
            user_id,
            mode: mode.map(|mode| mode.as_str().to_owned()),
            hash: credential.hash.0.to_vec(),
            label: credential.label.clone(),
            revoked: credential.status.revoked,
            expires_at: credential.status.expires_at.map(Timestamp::micros),
            created_at: credential.created_at.micros(),
        }
    }
}

impl TryFrom<CredentialRow> for Credential {
    type Error = StoreError;
    fn try_from(row: CredentialRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse(TABLE, "id", &row.id)?,
            org: parse(TABLE, "org_id", &row.org_id)?,
            kind: row.kind()?,
            hash: CredentialHash(hash(TABLE, "hash", &row.hash)?),
            status: row.status(),
            label: row.label,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}
