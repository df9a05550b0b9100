//! `standings`, beside the status in the head, which decides.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId,
    identity::{OrganizationStatus, Standing},
    ports::{StandingRepository, StoreError},
};

use super::{super::nodes, OpenTx};
use crate::{
    rows::StandingRow,
    schema::{credentials, standings},
};

#[async_trait]
impl StandingRepository for OpenTx<'_> {
    async fn status(&mut self, org: OrgId) -> Result<OrganizationStatus, StoreError> {
        self.head(org).map(|head| head.status)
    }

    async fn put(&mut self, standing: &Standing) -> Result<(), StoreError> {
        self.changing(standing.org)?;
        self.head_mut(standing.org)?.status = standing.status;
        let row = StandingRow::from(standing);
        let insert = diesel::insert_into(standings::table).values(row.clone());
        let put = insert.on_conflict(standings::org_id).do_update().set(row).execute(self.conn()?).await;
        self.note(put).map(drop)
    }

    async fn revoke_agent_keys(&mut self, org: OrgId) -> Result<u64, StoreError> {
        let keys = credentials::table
            .filter(credentials::org_id.eq(org.to_string()))
            .filter(credentials::agent_id.is_not_null())
            .filter(credentials::revoked.eq(false));
        let revoked = diesel::update(keys).set(credentials::revoked.eq(true)).execute(self.changing(org)?).await;
        self.note(revoked).map(|keys| u64::try_from(keys).unwrap_or(u64::MAX))
    }

    async fn has_open_requests(&mut self, org: OrgId) -> Result<bool, StoreError> {
        let found = nodes::unfinished::has_any(self.conn()?, org).await;
        self.remember(found)
    }
}
