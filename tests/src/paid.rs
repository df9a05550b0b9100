//! Bodies of paid actions.

use serde_json::{Value, json};

/// Text generation by the model that the price table is known to have.
#[must_use]
pub fn text(words: &str, max_tokens: u32) -> Value {
    json!({
        "operation": "text_generation.generate",
        "payload": {
            "model": "openai/gpt-4o-mini",
            "messages": [{"role": "user", "content": words}],
            "max_tokens": max_tokens,
        },
    })
}

/// A mail of a fixed price.
#[must_use]
pub fn email(subject: &str) -> Value {
    json!({
        "service": "email",
        "operation": "send",
        "payload": {"to": "ada@example.com", "subject": subject, "body": "Hello."},
    })
}
