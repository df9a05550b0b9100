//! `credentials`, `users`, `sign_ins`, `identities`, `memberships` and `platform_admins`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    identity::{Credential, CredentialHash, Email, LinkedIdentity, Membership, Name, Organization, SignIn, User},
    ports::StoreError,
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    repositories::{IdentityRow, MembershipRow, OrganizationParts, SignInRow, UserRow},
    rows::{CredentialRow, parse},
    schema::{credentials, identities, memberships, org_heads, organizations, platform_admins, sign_ins, users},
};

pub(crate) async fn credential(conn: &mut Conn, hash: CredentialHash) -> Result<Option<Credential>, StoreError> {
    let query = credentials::table.filter(credentials::hash.eq(hash.0.as_slice())).select(CredentialRow::as_select());
    let row = query.first(conn).await.optional().map_err(store_error)?;
    row.map(|row| in_row(row.id.clone(), Credential::try_from(row))).transpose()
}

pub(crate) async fn user(conn: &mut Conn, id: UserId) -> Result<Option<User>, StoreError> {
    let row = users::table.find(id.to_string()).select(UserRow::as_select()).first(conn).await;
    row.optional().map_err(store_error)?.map(|row| in_row(id, User::try_from(row))).transpose()
}

pub(crate) async fn membership(conn: &mut Conn, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError> {
    let query = memberships::table.find((org.to_string(), user.to_string())).select(MembershipRow::as_select());
    let row = query.first(conn).await.optional().map_err(store_error)?;
    row.map(|row| in_row(format!("{org} {user}"), Membership::try_from(row))).transpose()
}

pub(crate) async fn organizations_of(conn: &mut Conn, user: UserId) -> Result<Vec<Organization>, StoreError> {
    // Two statements and no join: a person has few organizations.
    let theirs = memberships::table.filter(memberships::user_id.eq(user.to_string())).select(memberships::org_id);
    let ids: Vec<String> = theirs.load(conn).await.map_err(store_error)?;
    let query = organizations::table
        .inner_join(org_heads::table.on(org_heads::org_id.eq(organizations::id)))
        .filter(organizations::id.eq_any(ids))
        .order(organizations::id)
        .select(OrganizationParts::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|parts| in_row(user, Organization::try_from(parts))).collect()
}

pub(crate) async fn personal_tokens(conn: &mut Conn, org: OrgId, user: UserId) -> Result<Vec<Credential>, StoreError> {
    let query = credentials::table
        .filter(credentials::user_id.eq(user.to_string()))
        .filter(credentials::org_id.eq(org.to_string()))
        .order(credentials::id)
        .select(CredentialRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|row| in_row(row.id.clone(), Credential::try_from(row))).collect()
}

pub(crate) async fn name_of(conn: &mut Conn, user: UserId) -> Result<Option<Name>, StoreError> {
    let name = users::table.find(user.to_string()).select(users::name).first::<Option<String>>(conn).await;
    let name = name.optional().map_err(store_error)?.flatten();
    name.map(|name| in_row(user, parse("users", "name", &name))).transpose()
}

pub(crate) async fn user_by_email(conn: &mut Conn, email: Email) -> Result<Option<User>, StoreError> {
    let query = users::table.filter(users::email.eq(email.as_str())).select(UserRow::as_select());
    let row = query.first(conn).await.optional().map_err(store_error)?;
    row.map(|row| in_row(row.id.clone(), User::try_from(row))).transpose()
}

pub(crate) async fn sign_in(conn: &mut Conn, user: UserId) -> Result<Option<SignIn>, StoreError> {
    let row = sign_ins::table.find(user.to_string()).select(SignInRow::as_select()).first(conn).await;
    row.optional().map_err(store_error)?.map(|row| in_row(user, SignIn::try_from(row))).transpose()
}

pub(crate) async fn is_platform_admin(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let query = platform_admins::table.find(user.to_string()).select(platform_admins::user_id);
    let row = query.first::<String>(conn).await.optional().map_err(store_error)?;
    Ok(row.is_some())
}

pub(crate) async fn user_by_identity(
    conn: &mut Conn,
    issuer: String,
    subject: String,
) -> Result<Option<User>, StoreError> {
    let query = identities::table
        .find((issuer, subject))
        .inner_join(users::table.on(users::id.eq(identities::user_id)))
        .select(UserRow::as_select());
    let row = query.first(conn).await.optional().map_err(store_error)?;
    row.map(|row| in_row(row.id.clone(), User::try_from(row))).transpose()
}

pub(crate) async fn identities_of(conn: &mut Conn, user: UserId) -> Result<Vec<LinkedIdentity>, StoreError> {
    let query = identities::table
        .filter(identities::user_id.eq(user.to_string()))
        .order(identities::issuer)
        .select(IdentityRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|row| in_row(user, LinkedIdentity::try_from(row))).collect()
}
