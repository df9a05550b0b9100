//! Conversations of teams: the workspace's chat (Slack) and Discord.

use serde_json::json;
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::{
    operation,
    shape::{limit, list_of, payload, result, since, text, word},
};

/// A tenth of a cent, for a page read and for a message sent.
const PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);

const LONGEST_ID: u32 = 128;

pub(super) fn read() -> Option<Operation> {
    let input = payload(
        &[],
        json!({
            "channel": text(LONGEST_ID, "The channel's id or name; default: every one that can be read."),
            "since": since(),
            "limit": limit(),
        }),
    );
    let message =
        result(json!({"message_id": word(), "channel": word(), "user_id": word(), "text": word(), "sent_at": word()}));
    let output = result(json!({"messages": list_of(message)}));
    let description = "Reads the messages of the team's chat, newest first.";
    operation("chat.read", description, Price::Flat(PRICE), [input, output, json!({"since": "24h"})])
}

pub(super) fn dm() -> Option<Operation> {
    let input = payload(
        &["user_id", "text"],
        json!({"user_id": text(LONGEST_ID, "Whom to write."), "text": text(4_000, "The message.")}),
    );
    let output = result(json!({"message_id": word(), "channel": word(), "user_id": word(), "status": word()}));
    let example = json!({"user_id": "U024BE7LH", "text": "Three threads want your answer."});
    let description = "Writes one person of the team's chat a direct message.";
    operation("chat.dm", description, Price::Flat(PRICE), [input, output, example])
}

pub(super) fn send_to_discord() -> Option<Operation> {
    let input = payload(
        &["channel_id", "content"],
        json!({"channel_id": text(LONGEST_ID, "The channel's id."), "content": text(2_000, "The message.")}),
    );
    let output = result(json!({"message_id": word(), "channel_id": word(), "status": word()}));
    let example = json!({"channel_id": "1046092478395256834", "content": "The build is green."});
    let description = "Writes a message into a channel of Discord.";
    operation("discord.send_message", description, Price::Flat(PRICE), [input, output, example])
}
