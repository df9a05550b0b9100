//! Results in the shapes of the real services, for operations of a flat price.

use serde_json::{Value, json};
use upivia_domain::dispatch::ProviderCall;

const DEFAULT_RESULTS: u64 = 5;
const MOST_RESULTS: u64 = 20;

pub(super) fn of(call: &ProviderCall, id: &str) -> Value {
    match call.operation.as_str() {
        "email.send" | "sms.send" => json!({"message_id": id, "status": "sent", "to": call.payload["to"]}),
        "web_search.search" => search(&call.payload, id),
        // An operation that somebody added and the sandbox has no shape for.
        _ => json!({"id": id, "status": "done"}),
    }
}

fn search(payload: &Value, id: &str) -> Value {
    let query = payload["query"].as_str().unwrap_or_default();
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
