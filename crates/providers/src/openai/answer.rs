//! What an answer means for the money, by the weakest claim that is certain.
//!
//! | answer | means |
//! |---|---|
//! | 2xx with a completion and usage | executed, for the usage by the price table, also above the hold |
//! | 2xx with a completion, no readable usage | executed, for the whole hold: nothing cheaper is certain |
//! | 2xx that cannot be read, is too long or breaks off | unknown: it may have been written and billed |
//! | 429, 500, 501, 503, 529 | not executed: documented as unbilled; unavailable |
//! | other 3xx and 4xx | not executed: refused |
//! | 408, 409, 499, other 5xx | unknown: a middleman may have given up on a call that goes on |
//! | any failure with usage in its body | failed, and the usage is charged |
//! | no status after sending | unknown |
//!
//! Usage that is negative, fractional or beyond all money is no usage. An explicit zero is zero.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{
    NanoUsd,
    catalog::ModelPrice,
    dispatch::{Basis, ProviderAnswer},
};

use upivia_egress::{Body, Exchange};

/// What an agent is told of a provider's message, in characters.
const LONGEST_DETAIL: usize = 500;
const LONGEST_ID: usize = 200;

/// What the call was made for.
pub(super) struct Terms<'a> {
    pub(super) price: Option<&'a ModelPrice>,
    pub(super) hold: NanoUsd,
    pub(super) key: &'a str,
}

pub(super) fn of(exchange: Exchange, terms: &Terms<'_>) -> ProviderAnswer {
    match exchange {
        Exchange::NotSent(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the text provider could not be reached");
            ProviderAnswer::NotSent { detail: "the provider could not be reached".to_owned() }
        }
        Exchange::Lost(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the text provider's answer was lost");
            let why = if error.is_timeout() { "did not answer in time" } else { "broke the connection" };
            unknown(&format!("the provider {why}"))
        }
        Exchange::Answered { status: status @ 200..=299, body } => success(status, body, terms),
        Exchange::Answered { status, body } => failure(status, &body, terms),
    }
}

fn success(status: u16, body: Body, terms: &Terms<'_>) -> ProviderAnswer {
    let bytes = match body {
        Body::Whole(bytes) => bytes,
        Body::TooLong => return unknown("the provider's answer is too long"),
        Body::Cut => return unknown("the provider's answer broke off"),
    };
    let Ok(mut answer @ Value::Object(_)) = serde_json::from_slice(&bytes) else {
        return unknown("the provider's answer cannot be read");
    };
    let cost = usage_cost(&answer, terms);
    if !answer["choices"].is_array() {
        return incomplete(status, &answer, cost, terms);
    }
    answer["text"] = answer["choices"][0]["message"]["content"].clone();
    let external_id = answer["id"].as_str().map(|id| cut(id, LONGEST_ID));
    let (cost, basis) = cost.map_or((terms.hold, Basis::Estimate), |cost| (cost, Basis::ProviderUsage));
    ProviderAnswer::Executed { result: Arc::new(answer), cost, basis, external_id }
}

/// Some resellers answer 200 with an error inside, after a model may have begun.
fn incomplete(status: u16, answer: &Value, cost: Option<NanoUsd>, terms: &Terms<'_>) -> ProviderAnswer {
    match cost {
        Some(cost) => rejected(detail(status, answer, terms), true, Some(cost)),
        None => unknown("the provider's answer has no completion"),
    }
}

fn failure(status: u16, body: &Body, terms: &Terms<'_>) -> ProviderAnswer {
    let answer: Value = match body {
        Body::Whole(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
        Body::TooLong | Body::Cut => Value::Null,
    };
    let cost = usage_cost(&answer, terms);
    let said = detail(status, &answer, terms);
    match status {
        429 | 500 | 501 | 503 | 529 => rejected(said, true, cost),
        408 | 409 | 499 | 500.. if cost.is_none() => unknown(&said),
        _ => rejected(said, status >= 500, cost),
    }
}

fn rejected(detail: String, unavailable: bool, cost: Option<NanoUsd>) -> ProviderAnswer {
    let charge = cost.filter(|cost| !cost.is_zero()).map(|cost| (cost, Basis::ProviderUsage));
    ProviderAnswer::Rejected { detail, unavailable, charge }
}

fn unknown(detail: &str) -> ProviderAnswer {
    ProviderAnswer::Unknown { detail: detail.to_owned() }
}

fn usage_cost(answer: &Value, terms: &Terms<'_>) -> Option<NanoUsd> {
    let tokens = |name: &str| answer.get("usage")?.get(name)?.as_u64();
    terms.price?.cost(tokens("prompt_tokens")?, tokens("completion_tokens")?).ok()
}

/// The provider's own words. Those about this server's key are kept back, for they quote it in part.
fn detail(status: u16, answer: &Value, terms: &Terms<'_>) -> String {
    if status == 401 {
        return "the provider refused this server's key".to_owned();
    }
    let places = ["/error/message", "/error", "/message", "/detail"];
    let said = places.iter().find_map(|place| answer.pointer(place)?.as_str());
    let said = said.filter(|said| terms.key.is_empty() || !said.contains(terms.key));
    said.map_or_else(|| format!("the provider answered with status {status}"), |said| cut(said, LONGEST_DETAIL))
}

fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
