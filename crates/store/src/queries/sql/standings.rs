//! Who may what: `memberships`, `departures`, `roles`, `token_details` and `user_suspensions`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    CredentialId, OrgId, Timestamp, UserId,
    identity::{Membership, OrgRole, PermissionSet, PersonStanding, Role, TokenDetail},
    ports::StoreError,
};

use super::{Conn, credentials::membership};
use crate::{
    error::store_error,
    queries::in_row,
    repositories::MembershipRow,
    rows::{RoleRow, TokenDetailRow, parse},
    schema::{credentials, departures, memberships, roles, token_details, user_suspensions},
};

/// Some statements, but one connection: whoever asks waits for one job.
pub(crate) async fn standing(
    conn: &mut Conn,
    org: OrgId,
    user: UserId,
    token: Option<CredentialId>,
) -> Result<PersonStanding, StoreError> {
    let role = membership(conn, org, user).await?.map(|membership| membership.role);
    let permissions = match role {
        Some(role) => included(conn, org, role).await?,
        None => PermissionSet::EMPTY,
    };
    let scope = match token {
        Some(token) => detail(conn, token).await?.scope,
        None => None,
    };
    let sessions_from = match token {
        Some(_) => None,
        None => sessions_from(conn, org, user).await?,
    };
    Ok(PersonStanding { role, permissions, suspended: is_suspended(conn, user).await?, scope, sessions_from })
}

async fn sessions_from(conn: &mut Conn, org: OrgId, user: UserId) -> Result<Option<Timestamp>, StoreError> {
    let query = departures::table.find((org.to_string(), user.to_string())).select(departures::sessions_from);
    let row = query.first::<i64>(conn).await.optional().map_err(store_error)?;
    Ok(row.map(Timestamp::from_micros))
}

async fn included(conn: &mut Conn, org: OrgId, role: OrgRole) -> Result<PermissionSet, StoreError> {
    let Some(id) = role.custom() else { return Ok(role.permissions()) };
    let query = roles::table
        .filter(roles::id.eq(id.to_string()))
        .filter(roles::org_id.eq(org.to_string()))
        .select(roles::permissions);
    let row = query.first::<String>(conn).await.optional().map_err(store_error)?;
    Ok(row.map(|names| PermissionSet::of_stored(&names)).unwrap_or_default())
}

async fn detail(conn: &mut Conn, token: CredentialId) -> Result<TokenDetail, StoreError> {
    let query = token_details::table.find(token.to_string()).select(TokenDetailRow::as_select());
    let row = query.first(conn).await.optional().map_err(store_error)?;
    Ok(row.as_ref().map(TokenDetail::from).unwrap_or_default())
}

pub(crate) async fn is_suspended(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let query = user_suspensions::table.find(user.to_string()).select(user_suspensions::user_id);
    let row = query.first::<String>(conn).await.optional().map_err(store_error)?;
    Ok(row.is_some())
}

pub(crate) async fn roles(conn: &mut Conn, org: OrgId) -> Result<Vec<Role>, StoreError> {
    let query = roles::table.filter(roles::org_id.eq(org.to_string())).order(roles::id).select(RoleRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|row| in_row(row.id.clone(), Role::try_from(row))).collect()
}

pub(crate) async fn members(conn: &mut Conn, org: OrgId) -> Result<Vec<Membership>, StoreError> {
    let query = memberships::table
        .filter(memberships::org_id.eq(org.to_string()))
        .order(memberships::user_id)
        .select(MembershipRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.into_iter().map(|row| in_row(row.user_id.clone(), Membership::try_from(row))).collect()
}

pub(crate) async fn token_details(
    conn: &mut Conn,
    org: OrgId,
    user: UserId,
) -> Result<Vec<(CredentialId, TokenDetail)>, StoreError> {
    // Two statements and no join: a person has few tokens.
    let theirs = credentials::table
        .filter(credentials::user_id.eq(user.to_string()))
        .filter(credentials::org_id.eq(org.to_string()))
        .select(credentials::id);
    let ids: Vec<String> = theirs.load(conn).await.map_err(store_error)?;
    let query = token_details::table
        .filter(token_details::credential_id.eq_any(ids))
        .order(token_details::credential_id)
        .select(TokenDetailRow::as_select());
    let rows = query.load(conn).await.map_err(store_error)?;
    rows.iter()
        .map(|row| Ok((parse("token_details", "credential_id", &row.credential_id)?, TokenDetail::from(row))))
        .collect()
}

/// One row, and only where the token is still there: the foreign key would refuse it otherwise. The later use stays.
pub(crate) async fn note_use(conn: &mut Conn, token: CredentialId, at: Timestamp) -> Result<(), StoreError> {
    let id = token.to_string();
    let there = credentials::table.find(&id).select(credentials::id).first::<String>(conn).await.optional();
    if there.map_err(store_error)?.is_none() {
        return Ok(());
    }
    let row = (token_details::credential_id.eq(&id), token_details::last_used_at.eq(at.micros()));
    let insert = diesel::insert_into(token_details::table).values(row);
    let inserted = insert.on_conflict(token_details::credential_id).do_nothing().execute(conn).await;
    if inserted.map_err(store_error)? > 0 {
        return Ok(());
    }
    let earlier = token_details::last_used_at.is_null().or(token_details::last_used_at.lt(at.micros()));
    let row = diesel::update(token_details::table.find(&id).filter(earlier));
    row.set(token_details::last_used_at.eq(at.micros())).execute(conn).await.map(drop).map_err(store_error)
}
