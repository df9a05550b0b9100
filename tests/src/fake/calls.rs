//! What the fake provider saw: one entry for each call, in order of arrival.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// One call as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    /// The header `x-request-id`: the id of the service request.
    pub request_id: String,
    /// The header `Idempotency-Key`.
    pub idempotency_key: String,
    /// The header `Authorization`.
    pub authorization: String,
    /// The body.
    pub body: Value,
}

impl Call {
    /// The tokens the request may use at most: a token for each byte of text, and all of `max_tokens`.
    #[must_use]
    pub fn bound(&self) -> (u64, u64) {
        let output = ["max_tokens", "max_completion_tokens"].into_iter().find_map(|name| self.body[name].as_u64());
        let choices = self.body["n"].as_u64().unwrap_or(1);
        (text_bytes(&self.body["messages"]), output.unwrap_or(16) * choices)
    }
}

fn text_bytes(messages: &Value) -> u64 {
    let messages = messages.as_array().into_iter().flatten();
    messages.filter_map(|message| message["content"].as_str()).map(|text| text.len() as u64).sum()
}

/// All calls so far.
#[derive(Default)]
pub struct Calls(Mutex<Vec<Call>>);

impl Calls {
    pub(super) fn push(&self, call: Call) {
        self.lock().push(call);
    }

    /// A copy of them.
    #[must_use]
    pub fn all(&self) -> Vec<Call> {
        self.lock().clone()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// How many for each request id.
    #[must_use]
    pub fn by_request(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in self.lock().iter() {
            *counts.entry(call.request_id.clone()).or_default() += 1;
        }
        counts
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
