//! `credentials`, `users` and `memberships`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    identity::{Credential, CredentialHash, Membership, User},
    ports::StoreError,
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    repositories::{MembershipRow, UserRow},
    rows::CredentialRow,
    schema::{credentials, memberships, users},
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
