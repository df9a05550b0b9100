//! `users` and `sign_ins`. They belong to the installation: whoever adds one holds the platform organization.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    identity::{Email, Name, SignIn, User},
    ports::{StoreError, UserRepository},
};

use super::{OpenTx, constraint};
use crate::{
    queries::in_row,
    repositories::{SignInRow, UserRow},
    schema::{sign_ins, users},
};

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

    async fn set_name(&mut self, user: UserId, name: &Name) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let row = diesel::update(users::table.find(user.to_string())).set(users::name.eq(name.as_str()));
        let updated = row.execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("users: there is no such person"))),
            _ => Ok(()),
        }
    }

    async fn sign_in(&mut self, user: UserId) -> Result<Option<SignIn>, StoreError> {
        let query = sign_ins::table.find(user.to_string()).select(SignInRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(user, SignIn::try_from(row))).transpose()
    }

    async fn put_sign_in(&mut self, sign_in: &SignIn) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let row = SignInRow::from(sign_in);
        let insert = diesel::insert_into(sign_ins::table).values(row.clone());
        let put = insert.on_conflict(sign_ins::user_id).do_update().set(row).execute(self.conn()?).await;
        self.note(put).map(drop)
    }
}
