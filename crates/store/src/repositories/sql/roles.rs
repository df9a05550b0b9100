//! `roles`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, RoleId,
    identity::Role,
    ports::{RoleRepository, StoreError},
};

use super::{OpenTx, constraint};
use crate::{
    queries::in_row,
    rows::RoleRow,
    schema::{memberships, roles, team_members},
};

#[async_trait]
impl RoleRepository for OpenTx<'_> {
    async fn insert(&mut self, role: &Role) -> Result<(), StoreError> {
        self.require_held(role.org)?;
        let inserted = diesel::insert_into(roles::table).values(RoleRow::from(role)).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, role: &Role) -> Result<(), StoreError> {
        self.require_held(role.org)?;
        let row = roles::table.filter(roles::id.eq(role.id.to_string())).filter(roles::org_id.eq(role.org.to_string()));
        let values = (roles::name.eq(role.name.as_str()), roles::permissions.eq(role.permissions.stored()));
        let updated = diesel::update(row).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("roles: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn remove(&mut self, org: OrgId, id: RoleId) -> Result<(), StoreError> {
        self.require_held(org)?;
        let row = roles::table.filter(roles::id.eq(id.to_string())).filter(roles::org_id.eq(org.to_string()));
        let removed = diesel::delete(row).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }

    async fn find(&mut self, org: OrgId, id: RoleId) -> Result<Option<Role>, StoreError> {
        let query = roles::table
            .filter(roles::id.eq(id.to_string()))
            .filter(roles::org_id.eq(org.to_string()))
            .select(RoleRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, Role::try_from(row))).transpose()
    }

    async fn list(&mut self, org: OrgId) -> Result<Vec<Role>, StoreError> {
        let query =
            roles::table.filter(roles::org_id.eq(org.to_string())).order(roles::id).select(RoleRow::as_select());
        let rows = query.load(self.conn()?).await;
        self.note(rows)?.into_iter().map(|row| in_row(row.id.clone(), Role::try_from(row))).collect()
    }

    async fn holders(&mut self, org: OrgId, id: RoleId) -> Result<u64, StoreError> {
        let (org, role) = (org.to_string(), id.to_string());
        let members = memberships::table.filter(memberships::org_id.eq(&org)).filter(memberships::role.eq(&role));
        let members = members.count().get_result::<i64>(self.conn()?).await;
        let members = self.note(members)?;
        let places = team_members::table.filter(team_members::org_id.eq(&org)).filter(team_members::role.eq(&role));
        let places = places.count().get_result::<i64>(self.conn()?).await;
        Ok(u64::try_from(members + self.note(places)?).unwrap_or_default())
    }
}
