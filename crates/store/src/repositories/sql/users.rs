//! `users`. They belong to the installation: whoever adds one holds the platform organization.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    identity::{Email, User},
    ports::{StoreError, UserRepository},
};

use super::OpenTx;
use crate::{queries::in_row, repositories::UserRow, schema::users};

#[async_trait]
impl UserRepository for OpenTx<'_> {
    async fn insert(&mut self, user: &User) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let inserted = diesel::insert_into(users::table).values(UserRow::from(user)).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn find_by_email(&mut self, email: &Email) -> Result<Option<User>, StoreError> {
        let query = users::table.filter(users::email.eq(email.as_str())).select(UserRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(row.id.clone(), User::try_from(row))).transpose()
    }
}
