//! `memberships` and `departures`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, Timestamp, UserId,
    identity::Membership,
    ports::{MembershipRepository, StoreError, Tx},
};

use super::{OpenTx, constraint};
use crate::{
    queries::in_row,
    repositories::MembershipRow,
    schema::{departures, memberships},
};

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
        let key = (org.to_string(), user.to_string());
        let removed = diesel::delete(memberships::table.find(key.clone())).execute(self.conn()?).await;
        if self.note(removed)? == 0 {
            return Ok(());
        }
        let from = departures::sessions_from.eq(self.now().next_second().micros());
        let row = (departures::org_id.eq(key.0), departures::user_id.eq(key.1), from);
        let insert = diesel::insert_into(departures::table).values(row);
        let upsert = insert.on_conflict((departures::org_id, departures::user_id)).do_update().set(from);
        let kept = upsert.execute(self.conn()?).await;
        self.note(kept).map(drop)
    }

    async fn sessions_from(&mut self, org: OrgId, user: UserId) -> Result<Option<Timestamp>, StoreError> {
        let query = departures::table.find((org.to_string(), user.to_string())).select(departures::sessions_from);
        let row = query.first::<i64>(self.conn()?).await.optional();
        Ok(self.note(row)?.map(Timestamp::from_micros))
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
