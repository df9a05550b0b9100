//! `webhook_endpoints` and `webhook_deliveries`. No admission reads them, so the epoch stays.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use upivia_domain::{
    OrgId, WebhookDeliveryId, WebhookEndpointId,
    ports::{Reading, StoreError, WebhookRepository},
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint},
};

use super::{OpenTx, constraint, queries::webhook_outbox::write_reading};
use crate::{
    queries::in_row,
    rows::{DeliveryRow, EndpointRow},
    schema::{webhook_deliveries, webhook_endpoints},
};

#[async_trait]
impl WebhookRepository for OpenTx<'_> {
    async fn insert(&mut self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.require_held(endpoint.org)?;
        let row = EndpointRow::seal(endpoint, &*self.data_key(endpoint.org).await?);
        let row = self.remember(row)?;
        let inserted = diesel::insert_into(webhook_endpoints::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn update(&mut self, endpoint: &Endpoint) -> Result<(), StoreError> {
        self.require_held(endpoint.org)?;
        let values = EndpointRow::seal(endpoint, &*self.data_key(endpoint.org).await?);
        let values = self.remember(values)?;
        let row = webhook_endpoints::table
            .filter(webhook_endpoints::id.eq(endpoint.id.to_string()))
            .filter(webhook_endpoints::org_id.eq(endpoint.org.to_string()));
        let updated = diesel::update(row).set(values).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("webhook_endpoints: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn find(&mut self, org: OrgId, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
        let query = webhook_endpoints::table
            .find(id.to_string())
            .filter(webhook_endpoints::org_id.eq(org.to_string()))
            .select(EndpointRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        let Some(row) = self.note(row)? else { return Ok(None) };
        let key = self.data_key(org).await?;
        in_row(id, row.open(&key)).map(Some)
    }

    async fn count(&mut self, org: OrgId) -> Result<usize, StoreError> {
        let rows = webhook_endpoints::table.filter(webhook_endpoints::org_id.eq(org.to_string())).count();
        let count: QueryResult<i64> = rows.get_result(self.conn()?).await;
        Ok(usize::try_from(self.note(count)?).unwrap_or_default())
    }

    async fn remove(&mut self, org: OrgId, id: WebhookEndpointId) -> Result<(), StoreError> {
        self.require_held(org)?;
        let deliveries = webhook_deliveries::table
            .filter(webhook_deliveries::endpoint_id.eq(id.to_string()))
            .filter(webhook_deliveries::org_id.eq(org.to_string()));
        let removed = diesel::delete(deliveries).execute(self.conn()?).await;
        self.note(removed)?;
        let row = webhook_endpoints::table
            .filter(webhook_endpoints::id.eq(id.to_string()))
            .filter(webhook_endpoints::org_id.eq(org.to_string()));
        let removed = diesel::delete(row).execute(self.conn()?).await;
        self.note(removed).map(drop)
    }

    async fn insert_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        self.require_held(delivery.org)?;
        let row = DeliveryRow::from(delivery);
        let inserted = diesel::insert_into(webhook_deliveries::table).values(row).execute(self.conn()?).await;
        self.note(inserted).map(drop)
    }

    async fn find_delivery(&mut self, org: OrgId, id: WebhookDeliveryId) -> Result<Option<Delivery>, StoreError> {
        let query = webhook_deliveries::table
            .find(id.to_string())
            .filter(webhook_deliveries::org_id.eq(org.to_string()))
            .select(DeliveryRow::as_select());
        let row = query.first(self.conn()?).await.optional();
        self.note(row)?.map(|row| in_row(id, Delivery::try_from(row))).transpose()
    }

    async fn update_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        self.require_held(delivery.org)?;
        let row = webhook_deliveries::table
            .filter(webhook_deliveries::id.eq(delivery.id.to_string()))
            .filter(webhook_deliveries::org_id.eq(delivery.org.to_string()));
        let updated = diesel::update(row).set(DeliveryRow::from(delivery)).execute(self.conn()?).await;
        match self.note(updated)? {
            0 => self.remember(Err(constraint("webhook_deliveries: there is no such row"))),
            _ => Ok(()),
        }
    }

    async fn advance(&mut self, reading: &Reading) -> Result<bool, StoreError> {
        self.require_held(reading.org)?;
        let written = write_reading(self.conn()?, reading).await;
        self.remember(written)
    }

    async fn give_up(&mut self, org: OrgId, endpoint: WebhookEndpointId, attempt: &Attempt) -> Result<(), StoreError> {
        self.require_held(org)?;
        let rows = webhook_deliveries::table
            .filter(webhook_deliveries::endpoint_id.eq(endpoint.to_string()))
            .filter(webhook_deliveries::org_id.eq(org.to_string()))
            .filter(webhook_deliveries::status.eq(DeliveryStatus::Pending.as_str()));
        let values = (
            webhook_deliveries::status.eq(DeliveryStatus::Failed.as_str()),
            webhook_deliveries::next_at.eq(None::<i64>),
            webhook_deliveries::last_at.eq(attempt.at.micros()),
            webhook_deliveries::last_status.eq(attempt.status.map(i32::from)),
            webhook_deliveries::last_problem.eq(attempt.problem.clone()),
            webhook_deliveries::ended_at.eq(Some(attempt.at.micros())),
        );
        let given_up = diesel::update(rows).set(values).execute(self.conn()?).await;
        self.note(given_up).map(drop)
    }
}
