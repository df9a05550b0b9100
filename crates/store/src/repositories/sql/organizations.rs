//! `organizations` and their heads.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    identity::Organization,
    ledger::OrgHead,
    ports::{OrganizationRepository, StoreError},
};

use super::OpenTx;
use crate::{
    queries::in_row,
    repositories::OrganizationParts,
    rows::HeadRow,
    schema::{org_heads, organizations},
};

#[async_trait]
impl OrganizationRepository for OpenTx<'_> {
    async fn insert(&mut self, organization: &Organization) -> Result<(), StoreError> {
        let head = OrgHead::new(organization.id, organization.calendar, self.time());
        let wrapped = self.remember(self.shared().sealer.create(organization.id).map_err(StoreError::from))?;
        let row = (
            organizations::id.eq(organization.id.to_string()),
            organizations::name.eq(organization.name.as_str()),
            organizations::data_key.eq(wrapped.0),
            organizations::created_at.eq(organization.created_at.micros()),
        );
        let inserted = diesel::insert_into(organizations::table).values(row).execute(self.conn()?).await;
        self.note(inserted)?;
        let row = HeadRow::from(&head);
        let inserted = diesel::insert_into(org_heads::table).values(row).execute(self.conn()?).await;
        self.note(inserted)?;
        self.hold_created(head);
        Ok(())
    }

    async fn find(&mut self, id: OrgId) -> Result<Option<Organization>, StoreError> {
        let query = organizations::table
            .inner_join(org_heads::table.on(org_heads::org_id.eq(organizations::id)))
            .filter(organizations::id.eq(id.to_string()))
            .select(OrganizationParts::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|parts| in_row(id, Organization::try_from(parts))).transpose()
    }
}
