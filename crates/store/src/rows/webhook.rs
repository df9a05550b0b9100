//! `webhook_endpoints` and `webhook_deliveries`. Secrets of endpoints are sealed in their rows.

use diesel::prelude::*;
use upivia_domain::{
    Secret, Timestamp,
    ports::StoreError,
    webhook::{Attempt, Delivery, Endpoint, SigningSecrets, WebhookEvent},
};

use super::text::parse;
use crate::{
    crypto::{DataKey, Place},
    error::unreadable,
    schema::{webhook_deliveries, webhook_endpoints},
};

const ENDPOINTS: &str = "webhook_endpoints";
const DELIVERIES: &str = "webhook_deliveries";
const SECRET: &str = "webhook_endpoints.secret";
const PREVIOUS: &str = "webhook_endpoints.previous_secret";

/// A row of `webhook_endpoints`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_null = true)]
pub(crate) struct EndpointRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) events: String,
    pub(crate) status: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) previous_secret: Option<Vec<u8>>,
    pub(crate) previous_until: Option<i64>,
    pub(crate) created_at: i64,
}

/// A row of `webhook_deliveries`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_deliveries, treat_none_as_null = true)]
pub(crate) struct DeliveryRow {
    pub(crate) id: String,
    pub(crate) org_id: String,
    pub(crate) endpoint_id: String,
    pub(crate) message_id: String,
    pub(crate) event: String,
    pub(crate) place: i64,
    pub(crate) body: String,
    pub(crate) status: String,
    pub(crate) attempts: i64,
    pub(crate) next_at: Option<i64>,
    pub(crate) last_at: Option<i64>,
    pub(crate) last_status: Option<i32>,
    pub(crate) last_problem: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) ended_at: Option<i64>,
}

impl EndpointRow {
    /// The row of an endpoint, with its secrets sealed.
    pub(crate) fn seal(endpoint: &Endpoint, key: &DataKey) -> Result<Self, StoreError> {
        let id = endpoint.id.to_string();
        let seal = |column, secret: &Secret<String>| key.seal(Place { column, row: &id }, secret.expose().as_bytes());
        let previous = endpoint.secrets.previous.as_ref();
        let names: Vec<&str> = endpoint.events.iter().map(|event| event.as_str()).collect();
        Ok(Self {
            org_id: endpoint.org.to_string(),
            url: endpoint.url.as_str().to_owned(),
            description: endpoint.description.clone(),
            events: names.join(","),
            status: endpoint.status.as_str().to_owned(),
            secret: seal(SECRET, &endpoint.secrets.current)?,
            previous_secret: previous.map(|(secret, _)| seal(PREVIOUS, secret)).transpose()?,
            previous_until: previous.map(|(_, until)| until.micros()),
            created_at: endpoint.created_at.micros(),
            id,
        })
    }

    /// The endpoint, with its secrets opened.
    pub(crate) fn open(self, key: &DataKey) -> Result<Endpoint, StoreError> {
        let open = |column, sealed: &[u8]| {
            let bytes = key.open(Place { column, row: &self.id }, sealed)?;
            let text = String::from_utf8(bytes).map_err(|_| unreadable(ENDPOINTS, "secret", "it is no text"));
            text.map(Secret::new)
        };
        let previous = match (&self.previous_secret, self.previous_until) {
            (Some(sealed), Some(until)) => Some((open(PREVIOUS, sealed)?, Timestamp::from_micros(until))),
            _ => None,
        };
        let names = self.events.split(',').filter(|name| !name.is_empty());
        let event = |name: &str| parse::<WebhookEvent>(ENDPOINTS, "events", name);
        Ok(Endpoint {
            id: parse(ENDPOINTS, "id", &self.id)?,
            org: parse(ENDPOINTS, "org_id", &self.org_id)?,
            url: parse(ENDPOINTS, "url", &self.url)?,
            events: names.map(event).collect::<Result<_, _>>()?,
            status: parse(ENDPOINTS, "status", &self.status)?,
            secrets: SigningSecrets { current: open(SECRET, &self.secret)?, previous },
            created_at: Timestamp::from_micros(self.created_at),
            description: self.description,
        })
    }
}

impl From<&Delivery> for DeliveryRow {
    fn from(delivery: &Delivery) -> Self {
        let last = delivery.last.as_ref();
        Self {
            id: delivery.id.to_string(),
            org_id: delivery.org.to_string(),
            endpoint_id: delivery.endpoint.to_string(),
            message_id: delivery.message.to_string(),
            event: delivery.event.as_str().to_owned(),
            place: delivery.place,
            body: delivery.body.as_ref().to_owned(),
            status: delivery.status.as_str().to_owned(),
            attempts: i64::from(delivery.attempts),
            next_at: delivery.next_at.map(Timestamp::micros),
            last_at: last.map(|attempt| attempt.at.micros()),
            last_status: last.and_then(|attempt| attempt.status).map(i32::from),
            last_problem: last.and_then(|attempt| attempt.problem.clone()),
            created_at: delivery.created_at.micros(),
            ended_at: delivery.ended_at.map(Timestamp::micros),
        }
    }
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = StoreError;
    fn try_from(row: DeliveryRow) -> Result<Self, StoreError> {
        let attempts = u32::try_from(row.attempts).map_err(|why| unreadable(DELIVERIES, "attempts", why))?;
        let status = row.last_status.map(u16::try_from).transpose();
        let status = status.map_err(|why| unreadable(DELIVERIES, "last_status", why))?;
        let problem = row.last_problem;
        let last = row.last_at.map(|at| Attempt { at: Timestamp::from_micros(at), status, problem });
        Ok(Self {
            id: parse(DELIVERIES, "id", &row.id)?,
            org: parse(DELIVERIES, "org_id", &row.org_id)?,
            endpoint: parse(DELIVERIES, "endpoint_id", &row.endpoint_id)?,
            message: parse(DELIVERIES, "message_id", &row.message_id)?,
            event: parse(DELIVERIES, "event", &row.event)?,
            place: row.place,
            body: row.body.into(),
            status: parse(DELIVERIES, "status", &row.status)?,
            attempts,
            next_at: row.next_at.map(Timestamp::from_micros),
            last,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: row.ended_at.map(Timestamp::from_micros),
        })
    }
}
