//! `password_resets`. They belong to the installation: whoever writes one holds the platform organization.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    identity::PasswordReset,
    ports::{PasswordResetRepository, StoreError},
};

use super::OpenTx;
use crate::{queries::in_row, rows::PasswordResetRow, schema::password_resets};

#[async_trait]
impl PasswordResetRepository for OpenTx<'_> {
    async fn put(&mut self, reset: &PasswordReset) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let row = PasswordResetRow::from(reset);
        let insert = diesel::insert_into(password_resets::table).values(row.clone());
        let put = insert.on_conflict(password_resets::user_id).do_update().set(row).execute(self.conn()?).await;
        self.note(put).map(drop)
    }

    async fn find(&mut self, user: UserId) -> Result<Option<PasswordReset>, StoreError> {
        let query = password_resets::table.find(user.to_string()).select(PasswordResetRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(user, PasswordReset::try_from(row))).transpose()
    }

    async fn remove(&mut self, user: UserId) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let removed = diesel::delete(password_resets::table.find(user.to_string())).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }
}
