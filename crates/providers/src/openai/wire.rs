//! What is sent: the quoted payload, less the steering of the sandbox. Nothing is added to what was priced.

use serde_json::{Map, Value};
use upivia_domain::catalog::STEERING;

/// Families that think before they write know the limit only by its newer name.
const THINKING: [&str; 4] = ["gpt-5", "o1", "o3", "o4"];

/// The body of the request.
pub(super) fn body(payload: &Value, strip_prefix: &str) -> Vec<u8> {
    let mut fields = payload.as_object().cloned().unwrap_or_default();
    fields.remove(STEERING);
    let model = fields.get("model").and_then(Value::as_str).unwrap_or_default();
    let model = model.strip_prefix(strip_prefix).unwrap_or(model).to_owned();
    if thinks(&model) {
        rename_limit(&mut fields);
    }
    fields.insert("model".to_owned(), model.into());
    Value::Object(fields).to_string().into_bytes()
}

fn thinks(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    THINKING.iter().any(|family| name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}

// The longer name is within the allowance per request.
fn rename_limit(fields: &mut Map<String, Value>) {
    if let Some(limit) = fields.remove("max_tokens") {
        fields.insert("max_completion_tokens".to_owned(), limit);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(payload: &Value, prefix: &str) -> Value {
        serde_json::from_slice(&body(payload, prefix)).unwrap()
    }

    #[test]
    fn only_the_known_prefix_is_taken_off() {
        let name = |model: &str, prefix| sent(&json!({"model": model}), prefix)["model"].clone();
        assert_eq!(name("openai/gpt-4o-mini", "openai/"), "gpt-4o-mini");
        assert_eq!(name("openai/gpt-4o-mini", ""), "openai/gpt-4o-mini");
        assert_eq!(name("anthropic/claude-haiku-4.5", "openai/"), "anthropic/claude-haiku-4.5");
    }

    #[test]
    fn the_steering_never_leaves() {
        let payload = json!({"model": "m", "max_tokens": 5, "sandbox": {"fail": true}});
        assert_eq!(sent(&payload, ""), json!({"model": "m", "max_tokens": 5}));
    }

    #[test]
    fn models_that_think_get_the_newer_name_of_the_limit() {
        for model in ["openai/gpt-5", "openai/gpt-5-mini", "openai/o4-mini"] {
            assert_eq!(sent(&json!({"model": model, "max_tokens": 5}), "")["max_completion_tokens"], 5, "{model}");
        }
        for model in ["openai/gpt-4o", "acme/o365", "acme/gpt-50"] {
            assert_eq!(sent(&json!({"model": model, "max_tokens": 5}), "")["max_tokens"], 5, "{model}");
        }
    }
}
