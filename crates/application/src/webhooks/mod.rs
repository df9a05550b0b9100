//! Other people's servers that are told of events: which there are, what they were sent, and sending it again.
//!
//! Every change is one transaction with its audit event. What is sent on its own account is written by [`crate::notices`].
//! A URL and a description are texts of people: they stand in the row, never in the chain.

mod edit;
mod error;
mod send;

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{
    OrgId, Secret, WebhookEndpointId,
    audit::Object,
    budget::BudgetAlert,
    identity::Permission,
    ports::{
        AlertFilter, Clock, DeliveryFilter, Entropy, Ids, StoreError, Tx, UnitOfWork, WebhookQueries, WebhookSender,
    },
    webhook::{Delivery, Endpoint, EndpointUrl, WebhookEvent},
};

use crate::access::{Author, Entry};

pub(crate) use edit::give_up;
pub use error::WebhookError;

/// So many endpoints an organization may have: each message is sent to each of them.
pub const MOST_ENDPOINTS: usize = 20;

/// What the use-cases need.
pub struct WebhooksParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where rows are listed.
    pub queries: Arc<dyn WebhookQueries>,
    /// Who knows what may be called, and what secrets look like.
    pub sender: Arc<dyn WebhookSender>,
    /// What secrets are made of.
    pub entropy: Arc<dyn Entropy>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// When secrets end.
    pub clock: Arc<dyn Clock>,
}

/// The use-cases.
pub struct Webhooks {
    parts: WebhooksParts,
}

/// An endpoint to be.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Where it is.
    pub url: EndpointUrl,
    /// For people.
    pub description: Option<String>,
    /// What it wants to be told; empty = everything.
    pub events: Vec<WebhookEvent>,
}

/// A change of an endpoint. Absent members stay.
#[derive(Debug, Clone, Default)]
pub struct EndpointChange {
    /// Another place.
    pub url: Option<EndpointUrl>,
    /// Another description; `Some(None)` removes it.
    pub description: Option<Option<String>>,
    /// Other events.
    pub events: Option<Vec<WebhookEvent>>,
    /// On or off.
    pub enabled: Option<bool>,
}

/// An endpoint with its new secret in clear. It is here and nowhere else: show it once.
#[derive(Debug, Clone)]
pub struct Secretive {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The secret.
    pub secret: Secret<String>,
}

impl Webhooks {
    /// Over these parts.
    pub const fn new(parts: WebhooksParts) -> Self {
        Self { parts }
    }

    /// The endpoints, the oldest first.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, org: OrgId) -> Result<Vec<Endpoint>, WebhookError> {
        Ok(self.parts.queries.endpoints(org).await?)
    }

    /// An endpoint.
    ///
    /// # Errors
    ///
    /// There is none, or the store's.
    pub async fn find(&self, org: OrgId, id: WebhookEndpointId) -> Result<Endpoint, WebhookError> {
        let found = self.parts.queries.endpoint(org, id).await?;
        found.ok_or(WebhookError::NotFound("webhook endpoint"))
    }

    /// At most `limit` deliveries to an endpoint, the newest first.
    ///
    /// # Errors
    ///
    /// There is no such endpoint, or the store's.
    pub async fn deliveries(
        &self,
        org: OrgId,
        id: WebhookEndpointId,
        filter: DeliveryFilter,
        limit: u32,
    ) -> Result<Vec<Delivery>, WebhookError> {
        self.find(org, id).await?;
        Ok(self.parts.queries.deliveries(org, id, filter, limit).await?)
    }

    /// At most `limit` budget alerts, the newest first.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn budget_alerts(
        &self,
        org: OrgId,
        filter: AlertFilter,
        limit: u32,
    ) -> Result<Vec<BudgetAlert>, WebhookError> {
        Ok(self.parts.queries.budget_alerts(org, filter, limit).await?)
    }
}

async fn allowed(tx: &mut dyn Tx, author: &Author, permission: Permission) -> Result<(), WebhookError> {
    author.require(tx, permission, WebhookError::Forbidden).await
}

async fn own(tx: &mut dyn Tx, author: &Author, id: WebhookEndpointId) -> Result<Endpoint, WebhookError> {
    let found = tx.webhooks().find(author.org(), id).await?;
    found.ok_or(WebhookError::NotFound("webhook endpoint"))
}

async fn record(
    tx: &mut dyn Tx,
    author: &Author,
    kind: &'static str,
    id: WebhookEndpointId,
    detail: Value,
) -> Result<i64, StoreError> {
    let object = Object { kind: "webhook_endpoint", id: id.to_string() };
    author.record_at(tx, author.org(), Entry { kind, object, agent: None, operation: None, detail }).await
}
