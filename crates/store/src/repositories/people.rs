//! `users` and `memberships`.

use diesel::prelude::*;
use upivia_domain::{
    Timestamp,
    identity::{Membership, User},
    ports::StoreError,
};

use crate::{
    rows::parse,
    schema::{memberships, users},
};

/// A row of `users`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    pub(crate) id: String,
    email: String,
    created_at: i64,
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        Self { id: user.id.to_string(), email: user.email.to_string(), created_at: user.created_at.micros() }
    }
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;
    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("users", "id", &row.id)?,
            email: parse("users", "email", &row.email)?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// A row of `memberships`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships)]
pub(crate) struct MembershipRow {
    org_id: String,
    user_id: String,
    role: String,
}

impl From<&Membership> for MembershipRow {
    fn from(membership: &Membership) -> Self {
        Self {
            org_id: membership.org.to_string(),
            user_id: membership.user.to_string(),
            role: membership.role.as_str().to_owned(),
        }
    }
}

impl TryFrom<MembershipRow> for Membership {
    type Error = StoreError;
    fn try_from(row: MembershipRow) -> Result<Self, StoreError> {
        Ok(Self {
            org: parse("memberships", "org_id", &row.org_id)?,
            user: parse("memberships", "user_id", &row.user_id)?,
            role: parse("memberships", "role", &row.role)?,
        })
    }
}
