//! `password_resets`.

use diesel::prelude::*;
use upivia_domain::{
    Timestamp,
    identity::{CredentialHash, PasswordReset},
    ports::StoreError,
};

use super::text::{hash, parse};
use crate::schema::password_resets;

const TABLE: &str = "password_resets";

/// A row of `password_resets`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = password_resets)]
pub(crate) struct PasswordResetRow {
    pub(crate) user_id: String,
    hash: Vec<u8>,
    created_at: i64,
    expires_at: i64,
}

impl From<&PasswordReset> for PasswordResetRow {
    fn from(reset: &PasswordReset) -> Self {
        Self {
            user_id: reset.user.to_string(),
            hash: reset.hash.0.to_vec(),
            created_at: reset.created_at.micros(),
            expires_at: reset.expires_at.micros(),
        }
    }
}

impl TryFrom<PasswordResetRow> for PasswordReset {
    type Error = StoreError;
    fn try_from(row: PasswordResetRow) -> Result<Self, StoreError> {
        Ok(Self {
            user: parse(TABLE, "user_id", &row.user_id)?,
            hash: CredentialHash(hash(TABLE, "hash", &row.hash)?),
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}
