//! Mails on their way.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    Timestamp,
    ports::{ClaimedMail, MailClaim, MailEnd, MailOutbox, OutboxCounts, StoreError},
};

use super::ask;
use crate::Store;

#[async_trait]
impl MailOutbox for Store {
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<ClaimedMail>, StoreError> {
        // Most of the time nothing is due: then nobody who writes has to wait for the question.
        if !ask!(self, read queries::outbox::is_due(now))? {
            return Ok(Vec::new());
        }
        let shared = Arc::clone(self.shared());
        ask!(self, write queries::outbox::claim(shared, now, until, limit))
    }

    async fn settle(&self, claim: MailClaim, end: MailEnd) -> Result<bool, StoreError> {
        ask!(self, write queries::outbox::settle(claim, end))
    }

    async fn counts(&self) -> Result<OutboxCounts, StoreError> {
        ask!(self, read queries::outbox::counts())
    }

    async fn forget_failed(&self, before: Timestamp) -> Result<u64, StoreError> {
        ask!(self, write queries::outbox::forget_failed(before))
    }
}
