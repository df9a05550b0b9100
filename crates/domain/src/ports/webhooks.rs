//! Webhooks that leave the server: their rows, and whoever signs and sends them.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::{
    Mode, OrgId, Secret, Timestamp, WebhookDeliveryId, WebhookEndpointId, WebhookMessageId,
    budget::{AlertKey, BudgetAlert},
    identity::Email,
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint, EndpointUrl},
};

/// Which deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only with this status.
    pub status: Option<DeliveryStatus>,
    /// Only with a smaller place: the cursor of the last page.
    pub before_place: Option<i64>,
}

/// Which alerts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Only of this world of money.
    pub mode: Option<Mode>,
    /// Only with a smaller place: the cursor of the last page.
    pub before_place: Option<i64>,
}

/// Endpoints, deliveries and alerts outside a transaction: committed rows only, never those of another organization.
#[async_trait]
pub trait WebhookQueries: Send + Sync {
    /// The endpoints of an organization, the oldest first.
    async fn endpoints(&self, org: OrgId) -> Result<Vec<Endpoint>, StoreError>;
    /// An endpoint.
    async fn endpoint(&self, org: OrgId, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError>;
    /// At most `limit` deliveries to an endpoint, the newest first.
    async fn deliveries(
        &self,
        org: OrgId,
        endpoint: WebhookEndpointId,
        filter: DeliveryFilter,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// Whether anything was delivered to an endpoint at or after an instant.
    async fn delivered_since(&self, org: OrgId, endpoint: WebhookEndpointId, at: Timestamp)
    -> Result<bool, StoreError>;
    /// The addresses of the owners and admins of an organization, without those who are suspended, in the order of their ids.
    async fn administrators(&self, org: OrgId) -> Result<Vec<Email>, StoreError>;
    /// At most `limit` alerts, the newest first.
    async fn budget_alerts(&self, org: OrgId, filter: AlertFilter, limit: u32) -> Result<Vec<BudgetAlert>, StoreError>;
}

/// Endpoints and deliveries inside a use-case's transaction. Writing MUST hold the organization.
#[async_trait]
pub trait WebhookRepository: Send {
    /// Inserts an endpoint. MUST keep its secrets so that nobody who reads the database learns them.
    async fn insert(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;
    /// Writes everything that can change; a row that is not there is [`StoreError::Constraint`].
    async fn update(&mut self, endpoint: &Endpoint) -> Result<(), StoreError>;
    /// The endpoint.
    async fn find(&mut self, org: OrgId, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError>;
    /// How many endpoints the organization has.
    async fn count(&mut self, org: OrgId) -> Result<usize, StoreError>;
    /// Removes an endpoint with its deliveries; nothing happens where there is none.
    async fn remove(&mut self, org: OrgId, id: WebhookEndpointId) -> Result<(), StoreError>;
    /// Inserts a delivery; its id, and its place for its endpoint, MUST be unique.
    async fn insert_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError>;
    /// A delivery.
    async fn find_delivery(&mut self, org: OrgId, id: WebhookDeliveryId) -> Result<Option<Delivery>, StoreError>;
    /// Writes status, attempts, times and the last attempt.
    async fn update_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError>;
    /// What [`WebhookOutbox::advance`] does, as a part of this transaction: for a piece that leads to more than deliveries and
    /// alerts.
    async fn advance(&mut self, reading: &Reading) -> Result<bool, StoreError>;
    /// Gives up whatever is pending for an endpoint.
    async fn give_up(&mut self, org: OrgId, endpoint: WebhookEndpointId, attempt: &Attempt) -> Result<(), StoreError>;
}

/// An organization whose journal has events that nobody has read for webhooks and alerts yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// Which.
    pub org: OrgId,
    /// Up to where it was read.
    pub read_seq: i64,
    /// Its last event.
    pub last_seq: i64,
}

/// A piece of a journal that was read, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Whose.
    pub org: OrgId,
    /// Where it begins: after this event.
    pub from_seq: i64,
    /// Where it ends: with this event.
    pub to_seq: i64,
    /// Alerts that were never told before.
    pub alerts: Vec<BudgetAlert>,
    /// Messages on their way to endpoints.
    pub deliveries: Vec<Delivery>,
}

/// A delivery to try now, and whom to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What; `attempts` counts the try that is to come, and `next_at` is when the claim ends.
    pub delivery: Delivery,
    /// Whom.
    pub endpoint: Endpoint,
}

/// What workers do between the journal and the endpoints.
#[async_trait]
pub trait WebhookOutbox: Send + Sync {
    /// At most `limit` organizations with events that were not read yet.
    async fn unread(&self, limit: u32) -> Result<Vec<Unread>, StoreError>;
    /// Which of these were told before.
    async fn told(&self, org: OrgId, keys: &[AlertKey]) -> Result<Vec<AlertKey>, StoreError>;
    /// Writes everything and moves the cursor, or nothing. MUST return `false`, and write nothing, unless the journal was
    /// read exactly up to `from_seq` so far: however many nodes read the same piece, one of them writes.
    async fn advance(&self, reading: &Reading) -> Result<bool, StoreError>;
    /// At most `limit` deliveries whose time has come, the oldest first, of endpoints that are enabled. MUST give a delivery
    /// to nobody else before `until`, and count the try.
    async fn claim(&self, now: Timestamp, until: Timestamp, limit: u32) -> Result<Vec<Claim>, StoreError>;
    /// Writes what came of a claim that ends at `until`. MUST return `false`, and write nothing, once it is somebody else's.
    async fn finish(&self, delivery: &Delivery, until: Timestamp) -> Result<bool, StoreError>;
    /// Removes deliveries that were written before an instant and have ended; returns how many.
    async fn forget_before(&self, instant: Timestamp) -> Result<u64, StoreError>;
}

/// A message as it is sent.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The id that receivers recognise copies by.
    pub message: WebhookMessageId,
    /// The bytes.
    pub body: Arc<str>,
    /// Where to.
    pub url: EndpointUrl,
    /// What it is signed with, each.
    pub secrets: Vec<Secret<String>>,
    /// When it is sent: it is signed too.
    pub at: Timestamp,
}

/// Signs and sends.
///
/// - MUST sign as Standard Webhooks says, with every secret.
/// - MUST NOT reach an address that it may not, whatever a name leads to, and MUST NOT follow a redirect.
/// - MUST bound time and size, and say nothing of a secret or of the body in a problem.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// The text of a signing secret that is made of these random bytes.
    fn secret(&self, random: &[u8; 32]) -> Secret<String>;
    /// Whether such a URL may be called at all, as far as the URL tells; why not, in words for whoever named it.
    fn judge(&self, url: &EndpointUrl) -> Result<(), String>;
    /// One call. A problem in the attempt says why it does not count as delivered.
    async fn send(&self, parcel: &Parcel) -> Attempt;
}
