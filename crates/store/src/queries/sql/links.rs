//! `invites` and `password_resets`.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    identity::{CredentialHash, Invite, PasswordReset},
    ports::StoreError,
};

use super::Conn;
use crate::{
    error::store_error,
    queries::in_row,
    rows::{InviteRow, PasswordResetRow},
    schema::{invites, password_resets},
};

/// The oldest first: ids are in the order of birth.
pub(crate) async fn invites(conn: &mut Conn, org: OrgId) -> Result<Vec<Invite>, StoreError> {
    let query =
        invites::table.filter(invites::org_id.eq(org.to_string())).order(invites::id).select(InviteRow::as_select());
    query.load(conn).await.map_err(store_error)?.into_iter().map(read).collect()
}

pub(crate) async fn invite(conn: &mut Conn, hash: CredentialHash) -> Result<Option<Invite>, StoreError> {
    let query = invites::table.filter(invites::hash.eq(hash.0.as_slice())).select(InviteRow::as_select());
    query.first(conn).await.optional().map_err(store_error)?.map(read).transpose()
}

pub(crate) async fn password_reset(conn: &mut Conn, hash: CredentialHash) -> Result<Option<PasswordReset>, StoreError> {
    let query = password_resets::table
        .filter(password_resets::hash.eq(hash.0.as_slice()))
        .select(PasswordResetRow::as_select());
    let row = query.first(conn).await.optional().map_err(store_error)?;
    row.map(|row| in_row(row.user_id.clone(), PasswordReset::try_from(row))).transpose()
}

fn read(row: InviteRow) -> Result<Invite, StoreError> {
    in_row(row.id.clone(), Invite::try_from(row))
}
