//! `invites`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    InviteId, OrgId,
    identity::{Email, Invite},
    ports::{InviteRepository, StoreError},
};

use super::OpenTx;
use crate::{queries::in_row, rows::InviteRow, schema::invites};

#[async_trait]
impl InviteRepository for OpenTx<'_> {
    async fn put(&mut self, invite: &Invite) -> Result<(), StoreError> {
        self.require_held(invite.org)?;
        if let Some(seat) = invite.seat {
            self.require_team(invite.org, seat.team).await?;
        }
        let earlier = invites::table
            .filter(invites::org_id.eq(invite.org.to_string()))
            .filter(invites::email.eq(invite.email.as_str()));
        let removed = diesel::delete(earlier).execute(self.conn()?).await;
        self.note(removed)?;
        let row = InviteRow::from(invite);
        let inserted = diesel::insert_into(invites::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn find(&mut self, org: OrgId, id: InviteId) -> Result<Option<Invite>, StoreError> {
        let query = invites::table
            .find(id.to_string())
            .filter(invites::org_id.eq(org.to_string()))
            .select(InviteRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, Invite::try_from(row))).transpose()
    }

    async fn find_by_email(&mut self, org: OrgId, email: &Email) -> Result<Option<Invite>, StoreError> {
        let query = invites::table
            .filter(invites::org_id.eq(org.to_string()))
            .filter(invites::email.eq(email.as_str()))
            .select(InviteRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(row.id.clone(), Invite::try_from(row))).transpose()
    }

    async fn remove(&mut self, org: OrgId, id: InviteId) -> Result<(), StoreError> {
        self.require_held(org)?;
        let row = invites::table.filter(invites::id.eq(id.to_string())).filter(invites::org_id.eq(org.to_string()));
        let removed = diesel::delete(row).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }
}
