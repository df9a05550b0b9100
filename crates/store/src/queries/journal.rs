//! The journal.

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    audit::JournalEvent,
    ports::{JournalFilter, JournalQueries, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl JournalQueries for Store {
    async fn events(&self, org: OrgId, filter: &JournalFilter, limit: u32) -> Result<Vec<JournalEvent>, StoreError> {
        let filter = filter.clone();
        ask!(self, read queries::journal::events(org, filter, limit))
    }
}
