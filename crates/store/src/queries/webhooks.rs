//! Endpoints, deliveries and alerts, for people and for the workers between the journal and the endpoints.

use std::sync::Arc;

use async_trait::async_trait;
use upivia_domain::{
    OrgId, Timestamp, WebhookEndpointId,
    budget::{AlertKey, BudgetAlert},
    identity::Email,
    ports::{AlertFilter, Claim, DeliveryFilter, Reading, StoreError, Unread, WebhookOutbox, WebhookQueries},
    webhook::{Delivery, Endpoint},
};

use super::ask;
use crate::Store;

#[async_trait]
impl WebhookQueries for Store {
    async fn endpoints(&self, org: OrgId) -> Result<Vec<Endpoint>, StoreError> {
        let shared = Arc::clone(self.shared());
        ask!(self, read queries::webhooks::endpoints(shared, org))
    }

    async fn endpoint(&self, org: OrgId, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
        let shared = Arc::clone(self.shared());
        ask!(self, read queries::webhooks::endpoint(shared, org, id))
    }

    async fn deliveries(
        &self,
        org: OrgId,
        endpoint: WebhookEndpointId,
        filter: DeliveryFilter,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let whose = (org, endpoint);
        ask!(self, read queries::webhooks::deliveries(whose, filter, limit))
    }

    async fn delivered_since(
        &self,
        org: OrgId,
        endpoint: WebhookEndpointId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let whose = (org, endpoint);
        ask!(self, read queries::webhooks::delivered_since(whose, at))
    }

    async fn administrators(&self, org: OrgId) -> Result<Vec<Email>, StoreError> {
        ask!(self, read queries::webhooks::administrators(org))
    }

    async fn budget_alerts(&self, org: OrgId, filter: AlertFilter, limit: u32) -> Result<Vec<BudgetAlert>, StoreError> {
        ask!(self, read queries::webhooks::budget_alerts(org, filter, limit))
    }
}

#[async_trait]
impl WebhookOutbox for Store {
    async fn unread(&self, limit: u32) -> Result<Vec<Unread>, StoreError> {
        ask!(self, read queries::webhook_outbox::unread(limit))
    }

    async fn told(&self, org: OrgId, keys: &[AlertKey]) -> Result<Vec<AlertKey>, StoreError> {
        let keys = keys.to_vec();
        ask!(self, read queries::webhook_outbox::told(org, keys))
    }

    async fn advance(&self, reading: &Reading) -> Result<bool, StoreError> {
        let (shared, reading) = (Arc::clone(self.shared()), reading.clone());
        ask!(self, write queries::webhook_outbox::advance(shared, reading))
    }

    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Claim>, StoreError> {
        // Mostly nothing is due: the one connection that writes is not asked for that.
        let due: Result<Vec<(String, i64)>, StoreError> = ask!(self, read queries::webhook_outbox::due(now, limit));
        let due = due?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let shared = Arc::clone(self.shared());
        ask!(self, write queries::webhook_outbox::claim(shared, due, until))
    }

    async fn finish(&self, delivery: &Delivery, until: Timestamp) -> Result<bool, StoreError> {
        let delivery = delivery.clone();
        ask!(self, write queries::webhook_outbox::finish(delivery, until))
    }

    async fn forget_before(&self, instant: Timestamp) -> Result<u64, StoreError> {
        ask!(self, write queries::webhook_outbox::forget_before(instant))
    }
}
