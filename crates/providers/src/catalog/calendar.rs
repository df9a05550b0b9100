//! Calendars, and invitations to choose a time.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::{
    operation,
    shape::{limit, list_of, mailbox, maybe_word, payload, result, text, time, word},
};

/// A tenth of a cent for each look and each change. A flat price bounds an invitation only with bounded attendees.
const PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);

const MOST_ATTENDEES: u32 = 50;

pub(super) fn read() -> Option<Operation> {
    let input = payload(
        &[],
        json!({
            "calendar_id": calendar_id(),
            "time_min": time("Only events that end after it."),
            "time_max": time("Only events that start before it."),
            "limit": limit(),
        }),
    );
    let output = result(json!({"calendar_id": word(), "events": list_of(event())}));
    let example = json!({"time_min": "2026-01-31T08:00:00Z", "time_max": "2026-01-31T18:00:00Z"});
    operation("calendar.read", "Reads the events of a calendar.", Price::Flat(PRICE), [input, output, example])
}

pub(super) fn create() -> Option<Operation> {
    let input = payload(&["title", "start", "end"], details());
    let example = json!({"title": "Review", "start": "2026-01-31T09:00:00Z", "end": "2026-01-31T09:30:00Z"});
    let description = "Adds an event to a calendar and invites its attendees.";
    operation("calendar.create", description, Price::Flat(PRICE), [input, event(), example])
}

pub(super) fn update() -> Option<Operation> {
    let mut members = details();
    members["event_id"] = event_id();
    let input = payload(&["event_id"], members);
    let example = json!({"event_id": "evt_1", "title": "Review, moved"});
    let description = "Changes the named details of an event and leaves the others.";
    operation("calendar.update", description, Price::Flat(PRICE), [input, event(), example])
}

pub(super) fn cancel() -> Option<Operation> {
    let input = payload(&["event_id"], json!({"calendar_id": calendar_id(), "event_id": event_id()}));
    let output = result(json!({"event_id": word(), "calendar_id": word(), "status": word()}));
    let description = "Cancels an event and tells its attendees.";
    operation("calendar.cancel", description, Price::Flat(PRICE), [input, output, json!({"event_id": "evt_1"})])
}

pub(super) fn send_invite() -> Option<Operation> {
    let minutes = json!({"type": "integer", "minimum": 5, "maximum": 480, "description": "How long; default 30."});
    let input = payload(
        &["to", "title"],
        json!({
            "to": mailbox("The address of the one who chooses."),
            "title": text(300, "What the meeting is about."),
            "message": text(2_000, "A word beside the link."),
            "duration_minutes": minutes,
            "time_min": time("The earliest time on offer."),
            "time_max": time("The latest time on offer."),
        }),
    );
    let output = result(json!({
        "invite_id": word(), "status": word(), "to": word(), "url": word(), "duration_minutes": {"type": "integer"},
    }));
    let example = json!({"to": "ada@example.com", "title": "Introduction"});
    let description = "Sends one person a link to choose a time for a meeting.";
    operation("scheduling.send_invite", description, Price::Flat(PRICE), [input, output, example])
}

fn calendar_id() -> Value {
    text(256, "Which calendar; default primary.")
}

fn event_id() -> Value {
    text(256, "Which event.")
}

/// What an event can be given.
fn details() -> Value {
    json!({
        "calendar_id": calendar_id(),
        "title": text(300, "What it is called."),
        "start": time("When it begins."),
        "end": time("When it ends."),
        "description": text(8_000, "What it is about."),
        "location": text(300, "Where it is."),
        "attendees": {"type": "array", "maxItems": MOST_ATTENDEES, "items": mailbox("Who is invited.")},
    })
}

fn event() -> Value {
    result(json!({
        "event_id": word(), "calendar_id": word(), "status": word(), "title": word(), "start": word(), "end": word(),
        "description": maybe_word(), "location": maybe_word(), "attendees": list_of(word()),
    }))
}
