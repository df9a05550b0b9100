//! `users`, `sign_ins`, `identities` and `memberships`.

use diesel::prelude::*;
use upivia_domain::{
    Timestamp,
    identity::{LinkedIdentity, Membership, OrgRole, PasswordHash, SignIn, User},
    ports::StoreError,
};

use crate::{
    error::unreadable,
    rows::parse,
    schema::{identities, memberships, sign_ins, users},
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

/// A row of `sign_ins`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sign_ins, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct SignInRow {
    user_id: String,
    password: Option<String>,
    sessions_valid_from: i64,
}

impl From<&SignIn> for SignInRow {
    fn from(sign_in: &SignIn) -> Self {
        Self {
            user_id: sign_in.user.to_string(),
            password: sign_in.password.as_ref().map(|hash| hash.expose().to_owned()),
            sessions_valid_from: sign_in.sessions_valid_from.micros(),
        }
    }
}

impl TryFrom<SignInRow> for SignIn {
    type Error = StoreError;
    fn try_from(row: SignInRow) -> Result<Self, StoreError> {
        let hash = |text| PasswordHash::try_from(text).map_err(|error| unreadable("sign_ins", "password", error));
        Ok(Self {
            user: parse("sign_ins", "user_id", &row.user_id)?,
            password: row.password.map(hash).transpose()?,
            sessions_valid_from: Timestamp::from_micros(row.sessions_valid_from),
        })
    }
}

/// A row of `identities`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = identities)]
pub(crate) struct IdentityRow {
    issuer: String,
    subject: String,
    user_id: String,
    created_at: i64,
}

impl From<&LinkedIdentity> for IdentityRow {
    fn from(identity: &LinkedIdentity) -> Self {
        Self {
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            user_id: identity.user.to_string(),
            created_at: identity.created_at.micros(),
        }
    }
}

impl TryFrom<IdentityRow> for LinkedIdentity {
    type Error = StoreError;
    fn try_from(row: IdentityRow) -> Result<Self, StoreError> {
        Ok(Self {
            issuer: row.issuer,
            subject: row.subject,
            user: parse("identities", "user_id", &row.user_id)?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// A row of `memberships`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = memberships)]
pub(crate) struct MembershipRow {
    org_id: String,
    pub(crate) user_id: String,
    role: String,
}

impl From<&Membership> for MembershipRow {
    fn from(membership: &Membership) -> Self {
        Self {
            org_id: membership.org.to_string(),
            user_id: membership.user.to_string(),
            role: membership.role.to_string(),
        }
    }
}

impl TryFrom<MembershipRow> for Membership {
    type Error = StoreError;
    fn try_from(row: MembershipRow) -> Result<Self, StoreError> {
        Ok(Self {
            org: parse("memberships", "org_id", &row.org_id)?,
            user: parse("memberships", "user_id", &row.user_id)?,
            role: OrgRole::of_stored(&row.role).map_err(|why| unreadable("memberships", "role", why))?,
        })
    }
}
