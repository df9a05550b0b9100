//! `flagged_requests`, as far as people take rows off it. The ledger puts them there.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, RequestId,
    ports::{LateEvidenceRepository, StoreError},
};

use super::OpenTx;
use crate::schema::flagged_requests;

#[async_trait]
impl LateEvidenceRepository for OpenTx<'_> {
    async fn acknowledge(&mut self, org: OrgId, request: RequestId) -> Result<bool, StoreError> {
        self.require_held(org)?;
        let row = flagged_requests::table.find((org.to_string(), request.to_string()));
        let removed = diesel::delete(row).execute(self.conn()?).await;
        Ok(self.note(removed)? > 0)
    }
}
