//! How many tokens a request can use at most.
//!
//! A tokenizer makes at most one token of each byte that it reads (it falls back to bytes), and JSON is never shorter than
//! the text in it. So the serialised body bounds the text, and the allowances bound what providers put around it.

use serde_json::Value;

use super::{Fields, ModelPrice, PayloadProblem};
use crate::dispatch::canonical_json;

/// The most answers to one request.
pub const MOST_CHOICES: u64 = 8;

/// Marks around a message: role, start and end. Four to seven in known chat formats.
const TOKENS_PER_MESSAGE: u64 = 8;

/// Around the whole conversation: its beginning, the start of the answer, a renamed parameter.
const TOKENS_PER_REQUEST: u64 = 64;

/// The instructions that providers add once when a request has tools; up to about 550 are published.
const TOKENS_FOR_TOOLS: u64 = 640;

pub(super) fn choices(fields: &Fields) -> Result<u64, PayloadProblem> {
    let Some(wish) = fields.get("n") else { return Ok(1) };
    let wish = wish.as_u64().filter(|wish| (1..=MOST_CHOICES).contains(wish));
    wish.ok_or_else(|| PayloadProblem::new("payload.n", format!("must be a whole number from 1 to {MOST_CHOICES}")))
}

/// The price of the most that these fields, sent as they are, can be billed for.
pub(super) fn cost(price: &ModelPrice, fields: &Fields, choices: u64) -> Result<crate::NanoUsd, PayloadProblem> {
    let too_much = || PayloadProblem::new("payload", "may cost more than can be accounted for");
    let output = fields.get("max_tokens").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let input = most_input(fields).and_then(|tokens| tokens.checked_mul(choices)).ok_or_else(too_much)?;
    let output = output.checked_mul(choices).ok_or_else(too_much)?;
    price.cost(input, output).map_err(|_| too_much())
}

fn most_input(fields: &Fields) -> Option<u64> {
    let count = |name: &str| fields.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    let bytes = fields.iter().try_fold(0_usize, |sum, (name, value)| {
        // The name in quotes, a colon and a comma around the value.
        sum.checked_add(name.len())?.checked_add(4)?.checked_add(canonical_json(value).len())
    });
    let marks = u64::try_from(count("messages")).ok()?.checked_mul(TOKENS_PER_MESSAGE)?;
    let tools = if count("tools") > 0 { TOKENS_FOR_TOOLS } else { 0 };
    u64::try_from(bytes?).ok()?.checked_add(marks)?.checked_add(tools)?.checked_add(TOKENS_PER_REQUEST)
}
