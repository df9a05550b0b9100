//! `users`, `sign_ins` and `identities`. They belong to the installation: whoever adds one holds the platform organization.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    identity::{Email, LinkedIdentity, Name, SignIn, User, UserSuspension},
    ports::{StoreError, UserRepository},
};

use super::{OpenTx, constraint};
use crate::{
    queries::in_row,
    repositories::{IdentityRow, SignInRow, UserRow},
    rows::UserSuspensionRow,
    schema::{identities, sign_ins, user_suspensions, users},
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

    async fn find_by_identity(&mut self, issuer: &str, subject: &str) -> Result<Option<User>, StoreError> {
        let query = identities::table
            .find((issuer, subject))
            .inner_join(users::table.on(users::id.eq(identities::user_id)))
            .select(UserRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(row.id.clone(), User::try_from(row))).transpose()
    }

    async fn link(&mut self, identity: &LinkedIdentity) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let insert = diesel::insert_into(identities::table).values(IdentityRow::from(identity));
        let inserted = insert.execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn find_link(&mut self, issuer: &str, user: UserId) -> Result<Option<LinkedIdentity>, StoreError> {
        let query = identities::table
            .filter(identities::user_id.eq(user.to_string()))
            .filter(identities::issuer.eq(issuer))
            .select(IdentityRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(user, LinkedIdentity::try_from(row))).transpose()
    }

    async fn links_of(&mut self, user: UserId) -> Result<Vec<LinkedIdentity>, StoreError> {
        let query = identities::table
            .filter(identities::user_id.eq(user.to_string()))
            .order(identities::issuer)
            .select(IdentityRow::as_select());
        let rows = query.load(self.conn()?).await;
        self.note(rows)?.into_iter().map(|row| in_row(user, LinkedIdentity::try_from(row))).collect()
    }

    async fn unlink(&mut self, issuer: &str, user: UserId) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let row =
            identities::table.filter(identities::user_id.eq(user.to_string())).filter(identities::issuer.eq(issuer));
        let removed = diesel::delete(row).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }

    async fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        let row = users::table.find(id.to_string()).select(UserRow::as_select()).first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, User::try_from(row))).transpose()
    }

    async fn suspension(&mut self, user: UserId) -> Result<Option<UserSuspension>, StoreError> {
        let query = user_suspensions::table.find(user.to_string()).select(UserSuspensionRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(user, UserSuspension::try_from(row))).transpose()
    }

    async fn suspend(&mut self, suspension: &UserSuspension) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let insert = diesel::insert_into(user_suspensions::table).values(UserSuspensionRow::from(suspension));
        let once = insert.on_conflict(user_suspensions::user_id).do_nothing();
        let inserted = once.execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn resume(&mut self, user: UserId) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let row = user_suspensions::table.find(user.to_string());
        let removed = diesel::delete(row).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }
}
