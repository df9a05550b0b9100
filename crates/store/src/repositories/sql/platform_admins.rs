//! `platform_admins`. They belong to the installation: whoever adds one holds the platform organization.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    ports::{PlatformAdminRepository, StoreError},
};

use super::{OpenTx, found};
use crate::schema::platform_admins;

#[async_trait]
impl PlatformAdminRepository for OpenTx<'_> {
    async fn insert(&mut self, user: UserId) -> Result<(), StoreError> {
        self.require_held(OrgId::PLATFORM)?;
        let inserted = diesel::insert_into(platform_admins::table)
            .values(platform_admins::user_id.eq(user.to_string()))
            .on_conflict(platform_admins::user_id)
            .do_nothing()
            .execute(self.conn()?)
            .await;
        self.note(inserted).map(drop)
    }

    async fn contains(&mut self, user: UserId) -> Result<bool, StoreError> {
        let query = platform_admins::table.find(user.to_string()).select(platform_admins::user_id);
        let row = query.first::<String>(self.conn()?).await;
        self.note(found(row))
    }
}
