//! `stops`. Every admission asks them, so a change raises the epoch.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    policy::{Stop, StopScope},
    ports::{StopRepository, StoreError},
};

use super::OpenTx;
use crate::{queries::in_row, rows::StopRow, schema::stops};

#[async_trait]
impl StopRepository for OpenTx<'_> {
    async fn insert(&mut self, stop: &Stop) -> Result<(), StoreError> {
        let conn = self.changing(stop.org)?;
        let inserted = diesel::insert_into(stops::table).values(StopRow::from(stop)).execute(conn).await;
        self.note(inserted).map(drop)
    }

    async fn find(&mut self, org: OrgId, scope: StopScope) -> Result<Option<Stop>, StoreError> {
        let query = stops::table.find((org.to_string(), scope.to_string())).select(StopRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(scope, Stop::try_from(row))).transpose()
    }

    async fn remove(&mut self, org: OrgId, scope: StopScope) -> Result<(), StoreError> {
        let row = stops::table.find((org.to_string(), scope.to_string()));
        let removed = diesel::delete(row).execute(self.changing(org)?).await;
        self.note(removed).map(drop)
    }
}
