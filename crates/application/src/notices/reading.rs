//! What a piece of a journal leads to: messages for endpoints, and alerts that were never told before.

use std::collections::HashSet;

use serde_json::Value;
use upivia_domain::{
    Mode, Timestamp, WebhookDeliveryId, WebhookMessageId,
    audit::JournalEvent,
    budget::{AlertKey, BudgetAlert, alerts},
    ports::Ids,
    webhook::{Delivery, DeliveryStatus, Endpoint, WebhookEvent, envelope, news},
};

/// Alerts that the events give reason for, each key once: the first that reached it.
pub(super) fn reasons_for_alerts(events: &[JournalEvent]) -> Vec<BudgetAlert> {
    let mut seen = HashSet::new();
    events.iter().flat_map(alerts).filter(|alert| seen.insert(alert.key())).collect()
}

/// Everything that is to be told to somebody.
pub(super) struct Writer<'a> {
    pub(super) endpoints: &'a [Endpoint],
    pub(super) ids: &'a dyn Ids,
    pub(super) now: Timestamp,
}

impl Writer<'_> {
    /// Messages about the events, and about the alerts, which get their places among them.
    pub(super) fn write(&self, events: &[JournalEvent], alerts: &mut [BudgetAlert]) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for event in events {
            let mut number = 0;
            for piece in news(event) {
                let place = Delivery::place_of(event.seq, number);
                number += 1;
                deliveries.extend(self.message((event, place), piece.event, &piece.data));
            }
            let own = Delivery::place_of(event.seq, 0);
            for alert in alerts.iter_mut().filter(|alert| alert.place == own) {
                alert.place = Delivery::place_of(event.seq, number);
                number += 1;
                deliveries.extend(self.message((event, alert.place), WebhookEvent::BudgetAlert, &alert.data()));
            }
        }
        deliveries
    }

    /// One message, to everybody who wants it.
    fn message(&self, (about, place): (&JournalEvent, i64), event: WebhookEvent, data: &Value) -> Vec<Delivery> {
        let wanting: Vec<_> = self.endpoints.iter().filter(|endpoint| endpoint.wants(event, about.at)).collect();
        if wanting.is_empty() {
            return Vec::new();
        }
        let message = WebhookMessageId::new(self.ids.uuid());
        let world: (_, Option<Mode>, _) = (about.org, about.mode, about.at);
        let body = envelope(message, world, event, data);
        let delivery = |endpoint: &Endpoint| Delivery {
            id: WebhookDeliveryId::new(self.ids.uuid()),
            org: about.org,
            endpoint: endpoint.id,
            message,
            event,
            place,
            body: body.as_str().into(),
            status: DeliveryStatus::Pending,
            attempts: 0,
            next_at: Some(self.now),
            last: None,
            created_at: self.now,
            ended_at: None,
        };
        wanting.into_iter().map(delivery).collect()
    }
}

/// The keys of alerts, to ask which were told.
pub(super) fn keys(alerts: &[BudgetAlert]) -> Vec<AlertKey> {
    alerts.iter().map(BudgetAlert::key).collect()
}
