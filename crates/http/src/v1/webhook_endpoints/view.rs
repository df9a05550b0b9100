//! Endpoints and deliveries as they are shown.

use serde::Serialize;
use serde_json::Value;
use upivia_application::webhooks::Secretive;
use upivia_domain::webhook::{Delivery, Endpoint, WebhookEvent};
use utoipa::ToSchema;

/// Endpoints.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndpointList {
    pub(super) webhook_endpoints: Vec<EndpointBody>,
}

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndpointBody {
    id: String,
    url: String,
    description: Option<String>,
    /// What it is told; empty: everything.
    events: Vec<&'static str>,
    /// `enabled`, `disabled` by a person, or `failing`: turned off because it did not answer for days.
    status: &'static str,
    /// Until when messages are signed with the secret before, too.
    previous_secret_until: Option<String>,
    created_at: String,
}

/// An endpoint with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SecretBody {
    /// Signs its messages. Shown only here.
    #[schema(example = "whsec_…")]
    secret: String,
    webhook_endpoint: EndpointBody,
}

/// An endpoint that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RemovedEndpoint {
    pub(super) id: String,
    pub(super) removed: bool,
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryPage {
    pub(super) deliveries: Vec<DeliveryBody>,
    /// Null on the last page.
    pub(super) next_cursor: Option<String>,
}

/// A message on its way to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryBody {
    id: String,
    /// The `webhook-id`: the same at every try.
    message_id: String,
    #[schema(example = "request.executed")]
    event: &'static str,
    /// `pending`, `delivered` or `failed`.
    status: &'static str,
    /// Tries since it was last asked for.
    attempts: u32,
    /// When it is tried next.
    next_attempt_at: Option<String>,
    last_attempt_at: Option<String>,
    /// What the endpoint answered last.
    response_status: Option<u16>,
    /// Why the last try does not count.
    problem: Option<String>,
    created_at: String,
    ended_at: Option<String>,
    /// What is sent.
    #[schema(value_type = Object)]
    message: Option<Value>,
}

impl EndpointBody {
    pub(super) fn of(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.as_str().to_owned(),
            description: endpoint.description.clone(),
            events: endpoint.events.iter().copied().map(WebhookEvent::as_str).collect(),
            status: endpoint.status.as_str(),
            previous_secret_until: endpoint.secrets.previous.as_ref().map(|(_, until)| until.to_string()),
            created_at: endpoint.created_at.to_string(),
        }
    }
}

impl SecretBody {
    pub(super) fn of(made: Secretive) -> Self {
        Self { webhook_endpoint: EndpointBody::of(&made.endpoint), secret: made.secret.into_inner() }
    }
}

impl DeliveryBody {
    pub(super) fn of(delivery: &Delivery) -> Self {
        let last = delivery.last.as_ref();
        Self {
            id: delivery.id.to_string(),
            message_id: delivery.message.to_string(),
            event: delivery.event.as_str(),
            status: delivery.status.as_str(),
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_at.map(|at| at.to_string()),
            last_attempt_at: last.map(|attempt| attempt.at.to_string()),
            response_status: last.and_then(|attempt| attempt.status),
            problem: last.and_then(|attempt| attempt.problem.clone()),
            created_at: delivery.created_at.to_string(),
            ended_at: delivery.ended_at.map(|at| at.to_string()),
            message: serde_json::from_str(&delivery.body).ok(),
        }
    }
}
