//! An inbox of three messages, a team's chat of three, and phones that are always answered.

use serde_json::{Value, json};
use upivia_domain::NanoUsd;

use super::{clock::NOON, identity, results::text};

/// A page of the sandbox. They came ten seconds apart, so that every `since` sees all of them.
const MESSAGES: i64 = 3;
const SECONDS_APART: i64 = 10;

const SPOKEN_CHARACTERS_PER_SECOND: usize = 15;

/// Text messages. Each holds a code, as those do that agents wait for.
pub(super) fn received(payload: &Value, id: &str) -> Value {
    let message = |rank: i64, message_id: String, at: String| {
        let code = identity::number(&message_id, 1_000_000);
        json!({
            "message_id": message_id,
            "from": text(payload, "from", "+15550100100"),
            "to": text(payload, "to", "+15550100200"),
            "body": format!("Sandbox message {rank}: your code is {code:06}."),
            "received_at": at,
        })
    };
    json!({"messages": page(payload, id, message)})
}

/// What the team wrote.
pub(super) fn written(payload: &Value, id: &str) -> Value {
    let message = |rank: i64, message_id: String, at: String| {
        json!({
            "message_id": message_id,
            "channel": text(payload, "channel", "general"),
            "user_id": format!("U_SANDBOX_{rank}"),
            "text": format!("Sandbox message {rank}: who can look at this?"),
            "sent_at": at,
        })
    };
    json!({"messages": page(payload, id, message)})
}

pub(super) fn direct(payload: &Value, id: &str) -> Value {
    let user = text(payload, "user_id", "");
    json!({"message_id": id, "channel": format!("D_{user}"), "user_id": user, "status": "sent"})
}

pub(super) fn called(payload: &Value, id: &str) -> Value {
    let spoken = text(payload, "say", "").chars().count().div_ceil(SPOKEN_CHARACTERS_PER_SECOND);
    json!({
        "call_id": id,
        "status": "completed",
        "to": payload["to"],
        "from": payload["from"],
        "duration_seconds": spoken.max(1),
    })
}

/// What so many seconds of a call cost at a price for a minute, rounded up; never more than the price.
pub(super) fn price_of(seconds: i64, minute: NanoUsd) -> Option<NanoUsd> {
    const MINUTE: i64 = 60;
    let nanos = minute.nanos().checked_mul(seconds.clamp(0, MINUTE))?.checked_add(MINUTE - 1)?;
    Some(NanoUsd::from_nanos(nanos / MINUTE))
}

/// The newest first, as many as were asked for.
fn page(payload: &Value, id: &str, message: impl Fn(i64, String, String) -> Value) -> Vec<Value> {
    let limit = payload["limit"].as_i64().unwrap_or(MESSAGES).min(MESSAGES);
    let at = |rank: i64| NOON.plus_seconds(rank.saturating_mul(-SECONDS_APART)).to_string();
    (1..=limit).map(|rank| message(rank, identity::part(id, rank), at(rank))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_is_of_whom_was_asked_for_and_newest_first() {
        let page = received(&json!({"from": "+15551112222", "limit": 2}), "id");
        let messages = page["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 2);
        assert!(messages.iter().all(|message| message["from"] == "+15551112222" && message["to"] == "+15550100200"));
        assert!(messages[0]["received_at"].as_str() > messages[1]["received_at"].as_str());
        assert_ne!(messages[0]["message_id"], messages[1]["message_id"]);
        let code = messages[0]["body"].as_str().unwrap().rsplit(' ').next().unwrap();
        assert!(code.len() == 7 && code.trim_end_matches('.').bytes().all(|digit| digit.is_ascii_digit()), "{code}");
    }

    #[test]
    fn a_call_costs_what_it_lasted_rounded_up_and_never_over_its_minute() {
        let price = |seconds| price_of(seconds, NanoUsd::cents(5)).map(NanoUsd::nanos);
        assert_eq!((price(1), price(39), price(60)), (Some(833_334), Some(32_500_000), Some(50_000_000)));
        assert_eq!((price(0), price(600)), (Some(0), Some(50_000_000)));
    }

    #[test]
    fn a_call_lasts_as_long_as_its_text_and_never_over_a_minute() {
        let seconds = |length: usize| called(&json!({"say": "x".repeat(length)}), "id")["duration_seconds"].as_u64();
        assert_eq!((seconds(1), seconds(16), seconds(750)), (Some(1), Some(2), Some(50)));
    }
}
