//! A calendar that has two events in every window of time, and takes every change.

use serde_json::{Map, Value, json};
use upivia_domain::Timestamp;

use super::{clock::NOON, identity, results::text};

const EVENTS: i64 = 2;
const EVENT_SECONDS: i64 = 30 * 60;
const SECONDS_BETWEEN_STARTS: i64 = 2 * 60 * 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;
const DEFAULT_MINUTES: u64 = 30;

/// The events that begin before the window ends.
pub(super) fn read(payload: &Value, id: &str) -> Value {
    let (from, to) = window(payload);
    let limit = payload["limit"].as_i64().unwrap_or(EVENTS).min(EVENTS);
    let starts = (0..limit).map(|rank| from.plus_seconds(SECONDS_BETWEEN_STARTS.saturating_mul(rank)));
    let events = (1_i64..).zip(starts).filter(|(_, start)| *start < to);
    let events = events.map(|(rank, start)| busy(payload, &identity::part(id, rank), start));
    json!({"calendar_id": calendar(payload), "events": events.collect::<Vec<_>>()})
}

pub(super) fn created(payload: &Value, id: &str) -> Value {
    with(payload, busy(payload, id, NOON))
}

pub(super) fn updated(payload: &Value) -> Value {
    with(payload, busy(payload, text(payload, "event_id", ""), NOON))
}

pub(super) fn cancelled(payload: &Value) -> Value {
    json!({"event_id": payload["event_id"], "calendar_id": calendar(payload), "status": "cancelled"})
}

pub(super) fn invited(payload: &Value, id: &str) -> Value {
    json!({
        "invite_id": id,
        "status": "sent",
        "to": payload["to"],
        "url": format!("https://example.com/invites/{id}"),
        "duration_minutes": payload["duration_minutes"].as_u64().unwrap_or(DEFAULT_MINUTES),
    })
}

/// An event of half an hour.
fn busy(payload: &Value, event_id: &str, start: Timestamp) -> Value {
    json!({
        "event_id": event_id,
        "calendar_id": calendar(payload),
        "status": "confirmed",
        "title": "Sandbox event",
        "start": start.to_string(),
        "end": start.plus_seconds(EVENT_SECONDS).to_string(),
        "description": null,
        "location": null,
        "attendees": [],
    })
}

/// The event with the details that the payload names.
fn with(payload: &Value, mut event: Value) -> Value {
    let nothing = Map::new();
    for (name, value) in payload.as_object().unwrap_or(&nothing) {
        if let Some(detail) = event.get_mut(name) {
            *detail = value.clone();
        }
    }
    event
}

/// The day that is named by its beginning, its end, both or neither.
fn window(payload: &Value) -> (Timestamp, Timestamp) {
    let time = |member: &str| payload[member].as_str().and_then(|text| Timestamp::parse(text).ok());
    let (from, to) = (time("time_min"), time("time_max"));
    let from = from.or_else(|| to.map(|to| to.plus_seconds(-DAY_SECONDS))).unwrap_or(NOON);
    (from, to.unwrap_or_else(|| from.plus_seconds(DAY_SECONDS)))
}

fn calendar(payload: &Value) -> &str {
    text(payload, "calendar_id", "primary")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(payload: &Value) -> Vec<String> {
        let page = read(payload, "id");
        page["events"].as_array().unwrap().iter().map(|event| event["start"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn events_are_within_the_window() {
        let day = json!({"time_min": "2026-05-04T09:00:00+02:00", "time_max": "2026-05-04T18:00:00+02:00"});
        assert_eq!(starts(&day), ["2026-05-04T07:00:00.000000Z", "2026-05-04T09:00:00.000000Z"]);
        let hour = json!({"time_min": "2026-05-04T09:00:00Z", "time_max": "2026-05-04T10:00:00Z"});
        assert_eq!(starts(&hour), ["2026-05-04T09:00:00.000000Z"]);
        let nothing = json!({"time_min": "2026-05-04T09:00:00Z", "time_max": "2026-05-04T09:00:00Z"});
        assert_eq!(starts(&nothing), [""; 0]);
        let end = json!({"time_max": "2026-05-04T09:00:00Z", "limit": 1});
        assert_eq!(starts(&end), ["2026-05-03T09:00:00.000000Z"]);
        assert_eq!(starts(&json!({})).first().map(String::as_str), Some("2026-01-01T12:00:00.000000Z"));
    }

    #[test]
    fn a_change_shows_what_was_named_and_keeps_the_rest() {
        let event = updated(&json!({"event_id": "evt_7", "title": "Moved", "sandbox": {"delay_ms": 1}}));
        assert_eq!((&event["event_id"], &event["title"]), (&json!("evt_7"), &json!("Moved")));
        assert_eq!((&event["status"], &event["end"]), (&json!("confirmed"), &json!("2026-01-01T12:30:00.000000Z")));
        assert!(event.get("sandbox").is_none());
    }
}
