//! Results in the shapes of the real services, for operations of a flat price.

use serde_json::{Value, json};
use upivia_domain::dispatch::ProviderCall;

use super::{calendar, messages, posts};

const DEFAULT_RESULTS: u64 = 5;
const MOST_RESULTS: u64 = 20;

pub(super) fn of(call: &ProviderCall, id: &str) -> Value {
    let payload = &*call.payload;
    match call.operation.as_str() {
        "email.send" | "sms.send" | "mms.send" => json!({"message_id": id, "status": "sent", "to": payload["to"]}),
        "web_search.search" => search(payload, id),
        "sms.read" => messages::received(payload, id),
        "chat.read" => messages::written(payload, id),
        "chat.dm" => messages::direct(payload, id),
        "discord.send_message" => json!({"message_id": id, "channel_id": payload["channel_id"], "status": "sent"}),
        "voice_call.create" => messages::called(payload, id),
        "calendar.read" => calendar::read(payload, id),
        "calendar.create" => calendar::created(payload, id),
        "calendar.update" => calendar::updated(payload),
        "calendar.cancel" => calendar::cancelled(payload),
        "scheduling.send_invite" => calendar::invited(payload, id),
        "reddit.submit_post" => posts::submitted(payload, id),
        "bluesky.post" | "x.post" | "mastodon.post" => posts::published(call.operation.service(), id),
        "github.create_issue" => posts::issue(payload, id),
        "notion.create_page" => posts::page(payload, id),
        // An operation that somebody added and the sandbox has no shape for.
        _ => json!({"id": id, "status": "done"}),
    }
}

/// A text of the payload, or what stands for it where it was left out.
pub(super) fn text<'a>(payload: &'a Value, member: &str, default: &'a str) -> &'a str {
    payload[member].as_str().unwrap_or(default)
}

fn search(payload: &Value, id: &str) -> Value {
    let query = text(payload, "query", "");
    let count = payload["max_results"].as_u64().unwrap_or(DEFAULT_RESULTS).min(MOST_RESULTS);
    let result = |rank: u64| {
        json!({
            "title": format!("Result {rank} for {query}"),
            "url": format!("https://example.com/{id}/{rank}"),
            "snippet": format!("The sandbox knows nothing about {query}, but this is what a result looks like."),
        })
    };
    json!({"query": query, "results": (1..=count).map(result).collect::<Vec<_>>()})
}
