//! Making, changing and removing endpoints, and replacing their secrets.

use serde_json::{Value, json};
use upivia_domain::{
    Secret, WebhookEndpointId,
    audit::text_digest,
    identity::Permission,
    ports::{Tx, transact},
    webhook::{Attempt, Endpoint, EndpointStatus, EndpointUrl, SigningSecrets, WebhookEvent},
};

use super::{EndpointChange, MOST_ENDPOINTS, NewEndpoint, Secretive, WebhookError, Webhooks, allowed, own, record};
use crate::access::Author;

/// So long two secrets sign after one was replaced.
const BOTH_SIGN_SECONDS: i64 = 24 * 60 * 60;

impl Webhooks {
    /// Makes an endpoint, which is told what happens from now on.
    ///
    /// # Errors
    ///
    /// See [`WebhookError`].
    pub async fn create(&self, author: Author, new: NewEndpoint) -> Result<Secretive, WebhookError> {
        self.judge(&new.url)?;
        let (org, id, secret) = (author.org(), WebhookEndpointId::new(self.parts.ids.uuid()), self.secret());
        let secrets = SigningSecrets::new(secret.clone());
        let endpoint = transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                allowed(tx, &author, Permission::WebhookCreate).await?;
                if tx.webhooks().count(org).await? >= MOST_ENDPOINTS {
                    return Err(WebhookError::TooMany);
                }
                let NewEndpoint { url, description, events } = new;
                let (status, created_at) = (EndpointStatus::Enabled, tx.now());
                let endpoint = Endpoint { id, org, url, description, events, status, secrets, created_at };
                tx.webhooks().insert(&endpoint).await?;
                record(tx, &author, "webhook_endpoint.created", id, json!({ "new": shape(&endpoint) })).await?;
                Ok(endpoint)
            })
        })
        .await?;
        Ok(Secretive { endpoint, secret })
    }

    /// Changes an endpoint. Turned off, it gets nothing more, and what was on its way is given up.
    ///
    /// # Errors
    ///
    /// See [`WebhookError`].
    pub async fn update(
        &self,
        author: Author,
        id: WebhookEndpointId,
        change: EndpointChange,
    ) -> Result<Endpoint, WebhookError> {
        change.url.as_ref().map(|url| self.judge(url)).transpose()?;
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                allowed(tx, &author, Permission::WebhookUpdate).await?;
                let before = own(tx, &author, id).await?;
                let after = changed(before.clone(), change);
                tx.webhooks().update(&after).await?;
                if after.status == EndpointStatus::Disabled {
                    give_up(tx, &after, "the endpoint was turned off").await?;
                }
                let detail = json!({ "old": shape(&before), "new": shape(&after) });
                record(tx, &author, "webhook_endpoint.updated", id, detail).await?;
                Ok(after)
            })
        })
        .await
    }

    /// Replaces the secret. For a day messages are signed with both, so that receivers can change without a gap.
    ///
    /// # Errors
    ///
    /// See [`WebhookError`].
    pub async fn rotate_secret(&self, author: Author, id: WebhookEndpointId) -> Result<Secretive, WebhookError> {
        let (org, secret) = (author.org(), self.secret());
        let new = secret.clone();
        let endpoint = transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                allowed(tx, &author, Permission::WebhookRotateSecret).await?;
                let before = own(tx, &author, id).await?;
                let until = tx.now().plus_seconds(BOTH_SIGN_SECONDS);
                let after = Endpoint { secrets: before.secrets.clone().replaced(new, until), ..before };
                tx.webhooks().update(&after).await?;
                let detail = json!({ "previous_until": until });
                record(tx, &author, "webhook_endpoint.secret_rotated", id, detail).await?;
                Ok::<_, WebhookError>(after)
            })
        })
        .await?;
        Ok(Secretive { endpoint, secret })
    }

    /// Removes an endpoint with everything that was sent to it.
    ///
    /// # Errors
    ///
    /// See [`WebhookError`].
    pub async fn remove(&self, author: Author, id: WebhookEndpointId) -> Result<(), WebhookError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                allowed(tx, &author, Permission::WebhookDelete).await?;
                let before = own(tx, &author, id).await?;
                tx.webhooks().remove(org, id).await?;
                record(tx, &author, "webhook_endpoint.removed", id, json!({ "old": shape(&before) })).await?;
                Ok(())
            })
        })
        .await
    }

    fn judge(&self, url: &EndpointUrl) -> Result<(), WebhookError> {
        let judged = self.parts.sender.judge(url);
        judged.map_err(|message| WebhookError::Invalid { field: "url", message })
    }

    fn secret(&self) -> Secret<String> {
        let mut random = [0; 32];
        self.parts.entropy.fill(&mut random);
        self.parts.sender.secret(&random)
    }
}

fn changed(before: Endpoint, change: EndpointChange) -> Endpoint {
    let status = match change.enabled {
        Some(true) => EndpointStatus::Enabled,
        Some(false) => EndpointStatus::Disabled,
        None => before.status,
    };
    Endpoint {
        url: change.url.unwrap_or(before.url),
        description: change.description.unwrap_or(before.description),
        events: change.events.unwrap_or(before.events),
        status,
        ..before
    }
}

/// Nothing of what was on its way is sent any more.
pub(crate) async fn give_up(tx: &mut dyn Tx, endpoint: &Endpoint, why: &str) -> Result<(), WebhookError> {
    let attempt = Attempt { at: tx.now(), status: None, problem: Some(why.to_owned()) };
    Ok(tx.webhooks().give_up(endpoint.org, endpoint.id, &attempt).await?)
}

/// What the chain says of an endpoint: a URL may hold a token, so only its digest is told.
fn shape(endpoint: &Endpoint) -> Value {
    let events: Vec<&str> = endpoint.events.iter().copied().map(WebhookEvent::as_str).collect();
    json!({ "url_digest": text_digest(endpoint.url.as_str()), "events": events, "status": endpoint.status.as_str() })
}
