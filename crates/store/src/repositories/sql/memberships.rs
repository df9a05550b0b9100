//! `memberships`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    identity::Membership,
    ports::{MembershipRepository, StoreError},
};

use super::OpenTx;
use crate::{queries::in_row, repositories::MembershipRow, schema::memberships};

#[async_trait]
impl MembershipRepository for OpenTx<'_> {
    async fn insert(&mut self, membership: &Membership) -> Result<(), StoreError> {
        self.require_held(membership.org)?;
        let row = MembershipRow::from(membership);
        let inserted = diesel::insert_into(memberships::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn find(&mut self, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError> {
        let query = memberships::table.find((org.to_string(), user.to_string())).select(MembershipRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(format!("{org} {user}"), Membership::try_from(row))).transpose()
    }
}
