//! `memberships`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, UserId,
    identity::Membership,
    ports::{MembershipRepository, StoreError},
};

use super::{OpenTx, constraint};
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

    async fn update(&mut self, membership: &Membership) -> Result<(), StoreError> {
        self.require_held(membership.org)?;
        let row = memberships::table.find((membership.org.to_string(), membership.user.to_string()));
        let role = memberships::role.eq(membership.role.to_string());
        let updated = diesel::update(row).set(role).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("memberships: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn remove(&mut self, org: OrgId, user: UserId) -> Result<(), StoreError> {
        self.require_held(org)?;
        let row = memberships::table.find((org.to_string(), user.to_string()));
        let removed = diesel::delete(row).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }

    async fn list(&mut self, org: OrgId) -> Result<Vec<Membership>, StoreError> {
        let query = memberships::table
            .filter(memberships::org_id.eq(org.to_string()))
            .order(memberships::user_id)
            .select(MembershipRow::as_select());
        let rows = query.load(self.conn()?).await;
        self.note(rows)?.into_iter().map(|row| in_row(row.user_id.clone(), Membership::try_from(row))).collect()
    }
}
