//! Sending a message to try an endpoint, and sending one again.

use serde_json::json;
use upivia_domain::{
    WebhookDeliveryId, WebhookEndpointId, WebhookMessageId,
    identity::Permission,
    ports::transact,
    webhook::{Delivery, DeliveryStatus, Endpoint, EndpointStatus, WebhookEvent, envelope},
};

use super::{WebhookError, Webhooks, allowed, own, record};
use crate::access::Author;

impl Webhooks {
    /// Sends a message that tells of nothing.
    ///
    /// # Errors
    ///
    /// See [`WebhookError`].
    pub async fn test(&self, author: Author, id: WebhookEndpointId) -> Result<Delivery, WebhookError> {
        let org = author.org();
        let (message, delivery) =
            (WebhookMessageId::new(self.parts.ids.uuid()), WebhookDeliveryId::new(self.parts.ids.uuid()));
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                allowed(tx, &author, Permission::WebhookTest).await?;
                enabled(&own(tx, &author, id).await?)?;
                let (now, data) = (tx.now(), json!({ "endpoint_id": id }));
                let detail = json!({ "message": message, "delivery": delivery });
                let seq = record(tx, &author, "webhook_endpoint.tested", id, detail).await?;
                let body = envelope(message, (org, None, now), WebhookEvent::Test, &data);
                let delivery = Delivery {
                    id: delivery,
                    org,
                    endpoint: id,
                    message,
                    event: WebhookEvent::Test,
                    place: Delivery::place_of(seq, 0),
                    body: body.into(),
                    status: DeliveryStatus::Pending,
                    attempts: 0,
                    next_at: Some(now),
                    last: None,
                    created_at: now,
                    ended_at: None,
                };
                tx.webhooks().insert_delivery(&delivery).await?;
                Ok(delivery)
            })
        })
        .await
    }

    /// Sends a message again, whatever became of it: the same bytes under the same id, tried from the beginning.
    ///
    /// # Errors
    ///
    /// See [`WebhookError`].
    pub async fn redeliver(
        &self,
        author: Author,
        id: WebhookEndpointId,
        delivery: WebhookDeliveryId,
    ) -> Result<Delivery, WebhookError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                allowed(tx, &author, Permission::WebhookRedeliver).await?;
                enabled(&own(tx, &author, id).await?)?;
                let found = tx.webhooks().find_delivery(org, delivery).await?;
                let found = found.filter(|found| found.endpoint == id);
                let again = found.ok_or(WebhookError::NotFound("delivery"))?.again(tx.now());
                tx.webhooks().update_delivery(&again).await?;
                let detail = json!({ "message": again.message, "delivery": delivery });
                record(tx, &author, "webhook_endpoint.redelivered", id, detail).await?;
                Ok(again)
            })
        })
        .await
    }
}

fn enabled(endpoint: &Endpoint) -> Result<(), WebhookError> {
    if endpoint.status == EndpointStatus::Enabled { Ok(()) } else { Err(WebhookError::NotEnabled) }
}
