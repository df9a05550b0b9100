//! `roles`, `token_details` and `user_suspensions`: who may what beside the built-in roles.

use diesel::prelude::*;
use upivia_domain::{
    Timestamp,
    identity::{PermissionSet, Role, TokenDetail, UserSuspension},
    ports::StoreError,
};

use super::text::parse;
use crate::schema::{roles, token_details, user_suspensions};

/// A row of `roles`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = roles)]
pub(crate) struct RoleRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) name: String,
    pub(crate) permissions: String,
    pub(crate) created_at: i64,
}

impl From<&Role> for RoleRow {
    fn from(role: &Role) -> Self {
        Self {
            id: role.id.to_string(),
            org_id: role.org.to_string(),
            name: role.name.to_string(),
            permissions: role.permissions.stored(),
            created_at: role.created_at.micros(),
        }
    }
}

impl TryFrom<RoleRow> for Role {
    type Error = StoreError;
    fn try_from(row: RoleRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("roles", "id", &row.id)?,
            org: parse("roles", "org_id", &row.org_id)?,
            name: parse("roles", "name", &row.name)?,
            permissions: PermissionSet::of_stored(&row.permissions),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// A row of `token_details`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = token_details)]
pub(crate) struct TokenDetailRow {
    pub(crate) credential_id: String,
    permissions: Option<String>,
    last_used_at: Option<i64>,
}

impl From<&TokenDetailRow> for TokenDetail {
    fn from(row: &TokenDetailRow) -> Self {
        Self {
            scope: row.permissions.as_deref().map(PermissionSet::of_stored),
            last_used_at: row.last_used_at.map(Timestamp::from_micros),
        }
    }
}

/// A row of `user_suspensions`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = user_suspensions)]
pub(crate) struct UserSuspensionRow {
    user_id: String,
    since: i64,
    suspended_by: String,
}

impl From<&UserSuspension> for UserSuspensionRow {
    fn from(suspension: &UserSuspension) -> Self {
        Self {
            user_id: suspension.user.to_string(),
            since: suspension.since.micros(),
            suspended_by: suspension.by.to_string(),
        }
    }
}

impl TryFrom<UserSuspensionRow> for UserSuspension {
    type Error = StoreError;
    fn try_from(row: UserSuspensionRow) -> Result<Self, StoreError> {
        Ok(Self {
            user: parse("user_suspensions", "user_id", &row.user_id)?,
            since: Timestamp::from_micros(row.since),
            by: parse("user_suspensions", "suspended_by", &row.suspended_by)?,
        })
    }
}
