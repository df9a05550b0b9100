//! One message on its way to one endpoint.

use std::{str::FromStr, sync::Arc};

use super::WebhookEvent;
use crate::{OrgId, Timestamp, WebhookDeliveryId, WebhookEndpointId, WebhookMessageId};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It is tried, now or later.
    Pending,
    /// The endpoint answered with success.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryStatus {
    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for DeliveryStatus {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "pending" => Ok(Self::Pending),
            "delivered" => Ok(Self::Delivered),
            "failed" => Ok(Self::Failed),
            _ => Err("must be pending, delivered or failed".to_owned()),
        }
    }
}

/// What came of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// The HTTP status of the answer, where one came.
    pub status: Option<u16>,
    /// What was wrong, where something was.
    pub problem: Option<String>,
}

/// A message to an endpoint: the bytes that are signed never change, however often they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: WebhookDeliveryId,
    /// Whose.
    pub org: OrgId,
    /// To whom.
    pub endpoint: WebhookEndpointId,
    /// The message's id: the same for every endpoint and at every try, so that receivers recognise a copy.
    pub message: WebhookMessageId,
    /// What it tells of.
    pub event: WebhookEvent,
    /// Its place in the organization's history: lists are in this order. Unique for an endpoint.
    pub place: i64,
    /// JSON, as it is signed and sent.
    pub body: Arc<str>,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// How often it was tried since it was last asked for.
    pub attempts: u32,
    /// Not tried before; absent = not any more.
    pub next_at: Option<Timestamp>,
    /// What came of the last try.
    pub last: Option<Attempt>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}

impl Delivery {
    /// Places of messages that one event leads to lie between its own and the next event's.
    pub const PLACES_OF_AN_EVENT: i64 = 1_024;

    /// The `number`-th message of the event with that sequence.
    pub const fn place_of(seq: i64, number: i64) -> i64 {
        seq.saturating_mul(Self::PLACES_OF_AN_EVENT).saturating_add(number)
    }

    /// After a call: delivered, to be tried again then, or given up where there is no next time.
    #[must_use]
    pub fn after(self, attempt: Attempt, next_at: Option<Timestamp>) -> Self {
        let delivered = attempt.problem.is_none();
        let status = match (delivered, next_at) {
            (true, _) => DeliveryStatus::Delivered,
            (false, Some(_)) => DeliveryStatus::Pending,
            (false, None) => DeliveryStatus::Failed,
        };
        let next_at = next_at.filter(|_| !delivered);
        Self { status, next_at, ended_at: next_at.is_none().then_some(attempt.at), last: Some(attempt), ..self }
    }

    /// From the beginning, at once.
    #[must_use]
    pub fn again(self, now: Timestamp) -> Self {
        Self { status: DeliveryStatus::Pending, attempts: 0, next_at: Some(now), ended_at: None, ..self }
    }
}
