//! `invites`.

use diesel::prelude::*;
use upivia_domain::{
    Timestamp,
    identity::{CredentialHash, Invite, Seat},
    ports::StoreError,
};

use super::text::{hash, parse};
use crate::{error::unreadable, schema::invites};

const TABLE: &str = "invites";

/// A row of `invites`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = invites, treat_none_as_default_value = false)]
pub(crate) struct InviteRow {
    pub(crate) id: String,
    org_id: String,
    email: String,
    role: String,
    team_id: Option<String>,
    team_role: Option<String>,
    invited_by: String,
    hash: Vec<u8>,
    created_at: i64,
    expires_at: i64,
}

impl InviteRow {
    fn seat(&self) -> Result<Option<Seat>, StoreError> {
        match (&self.team_id, &self.team_role) {
            (None, None) => Ok(None),
            (Some(team), Some(role)) => {
                Ok(Some(Seat { team: parse(TABLE, "team_id", team)?, role: parse(TABLE, "team_role", role)? }))
            }
            _ => Err(unreadable(TABLE, "team_role", "a team without a role, or a role without a team")),
        }
    }
}

impl From<&Invite> for InviteRow {
    fn from(invite: &Invite) -> Self {
        Self {
            id: invite.id.to_string(),
            org_id: invite.org.to_string(),
            email: invite.email.to_string(),
            role: invite.role.as_str().to_owned(),
            team_id: invite.seat.map(|seat| seat.team.to_string()),
            team_role: invite.seat.map(|seat| seat.role.as_str().to_owned()),
            invited_by: invite.invited_by.to_string(),
            hash: invite.hash.0.to_vec(),
            created_at: invite.created_at.micros(),
            expires_at: invite.expires_at.micros(),
        }
    }
}

impl TryFrom<InviteRow> for Invite {
    type Error = StoreError;
    fn try_from(row: InviteRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse(TABLE, "id", &row.id)?,
            org: parse(TABLE, "org_id", &row.org_id)?,
            email: parse(TABLE, "email", &row.email)?,
            role: parse(TABLE, "role", &row.role)?,
            seat: row.seat()?,
            invited_by: parse(TABLE, "invited_by", &row.invited_by)?,
            hash: CredentialHash(hash(TABLE, "hash", &row.hash)?),
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}
