//! A language model that repeats what it was told, and counts tokens of four bytes.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd,
    catalog::PriceTable,
    dispatch::{Basis, ProviderCall, canonical_json},
};

const BYTES_PER_TOKEN: usize = 4;
/// What is repeated of a message, in characters.
const LONGEST_ECHO: usize = 200;

/// A completion, its cost by its own usage, and the basis.
pub(super) fn complete(models: &PriceTable, call: &ProviderCall, id: &str) -> (Value, NanoUsd, Basis) {
    let payload = &*call.payload;
    let limit = payload["max_tokens"].as_u64().unwrap_or(1);
    let choices = payload["n"].as_u64().unwrap_or(1);
    let (text, is_whole) = within(limit, words(payload));
    let input = tokens(canonical_json(&payload["messages"]).len());
    let output = tokens(text.len()).saturating_mul(choices);
    let result = completion(payload, id, &text, is_whole, choices, [input, output]);
    let price = payload["model"].as_str().and_then(|model| models.find(model, call.quoted_at));
    let cost = price.and_then(|version| version.price.cost(input, output).ok());
    let (cost, basis) = cost.map_or((call.hold, Basis::Estimate), |cost| (cost, Basis::ProviderUsage));
    (result, cost, basis)
}

fn completion(payload: &Value, id: &str, text: &str, is_whole: bool, choices: u64, [input, output]: [u64; 2]) -> Value {
    let finish_reason = if is_whole { "stop" } else { "length" };
    let message = json!({"role": "assistant", "content": text});
    let choice = |index: u64| json!({"index": index, "message": message, "finish_reason": finish_reason});
    json!({
        "id": id,
        "object": "chat.completion",
        "model": payload["model"],
        "text": text,
        "choices": (0..choices).map(choice).collect::<Vec<_>>(),
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input.saturating_add(output)},
    })
}

/// The answer: JSON where JSON was asked for.
fn words(payload: &Value) -> String {
    let echo = echo(payload);
    match payload["response_format"]["type"].as_str() {
        None | Some("text") => format!("This is the sandbox. You said: {echo}"),
        Some(_) => json!({"sandbox": true, "you_said": echo}).to_string(),
    }
}

fn echo(payload: &Value) -> String {
    let last = payload["messages"].as_array().and_then(|messages| messages.last()).map(|message| &message["content"]);
    let text = match last {
        Some(Value::Array(parts)) => parts.first().and_then(|part| part["text"].as_str()),
        Some(content) => content.as_str(),
        None => None,
    };
    text.unwrap_or_default().chars().take(LONGEST_ECHO).collect()
}

/// As much of a text as a limit of tokens allows, and whether that is all of it.
fn within(limit: u64, mut text: String) -> (String, bool) {
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_TOKEN);
    if text.len() <= most {
        return (text, true);
    }
    let end = (0..=most).rev().find(|&end| text.is_char_boundary(end)).unwrap_or_default();
    text.truncate(end);
    (text, false)
}

fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u64::MAX)
}
