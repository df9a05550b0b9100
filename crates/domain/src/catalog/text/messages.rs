//! Messages: text only, for nothing else has a price rule.

use serde_json::{Map, Value, json};

use super::{Fields, PayloadProblem};

/// What a model reads of a message.
const READ: [&str; 6] = ["content", "name", "refusal", "role", "tool_call_id", "tool_calls"];

/// What answers carry and callers send back; no model reads it, so it is not sent on.
const ECHOED: [&str; 2] = ["annotations", "reasoning"];

/// Leaves `messages` in the fields, made of `prompt` where that was given.
pub(super) fn normalise(fields: &mut Fields) -> Result<(), PayloadProblem> {
    let messages = match (fields.remove("prompt"), fields.remove("messages")) {
        (Some(_), Some(_)) => return Err(PayloadProblem::new("payload.prompt", "is given beside messages")),
        (Some(Value::String(prompt)), None) => vec![json!({"role": "user", "content": prompt})],
        (Some(_), None) => return Err(PayloadProblem::new("payload.prompt", "must be a text")),
        (None, Some(Value::Array(messages))) if !messages.is_empty() => messages,
        (None, Some(_)) => {
            return Err(PayloadProblem::new("payload.messages", "must be a list of at least one message"));
        }
        (None, None) => return Err(PayloadProblem::new("payload.messages", "is required")),
    };
    let readable = messages.into_iter().enumerate().map(|(position, message)| readable(position, message));
    let messages = readable.collect::<Result<Vec<_>, _>>()?;
    fields.insert("messages".to_owned(), Value::Array(messages));
    Ok(())
}

fn readable(position: usize, message: Value) -> Result<Value, PayloadProblem> {
    let path = format!("payload.messages[{position}]");
    let Value::Object(mut message) = message else {
        return Err(PayloadProblem::new(path, "must be an object"));
    };
    message.retain(|name, _| !ECHOED.contains(&name.as_str()));
    if let Some(name) = message.keys().find(|name| !READ.contains(&name.as_str())) {
        return Err(PayloadProblem::unknown_member(&path, name, "is no part of a message that has a price"));
    }
    check_content(&path, &message)?;
    Ok(Value::Object(message))
}

fn check_content(path: &str, message: &Map<String, Value>) -> Result<(), PayloadProblem> {
    let path = format!("{path}.content");
    match message.get("content") {
        Some(Value::String(_)) => Ok(()),
        Some(Value::Array(parts)) => {
            parts.iter().enumerate().try_for_each(|(position, part)| check_part(&format!("{path}[{position}]"), part))
        }
        Some(_) => Err(PayloadProblem::new(path, "must be a text or a list of text parts")),
        None if message.contains_key("tool_calls") || message.contains_key("refusal") => Ok(()),
        None => Err(PayloadProblem::new(path, "is required")),
    }
}

fn check_part(path: &str, part: &Value) -> Result<(), PayloadProblem> {
    let is_text =
        part.get("type").and_then(Value::as_str) == Some("text") && part.get("text").is_some_and(Value::is_string);
    if !is_text {
        return Err(PayloadProblem::new(path, "only text parts have a price; images, audio and files are refused"));
    }
    let unknown = part.as_object().and_then(|part| part.keys().find(|name| !["text", "type"].contains(&name.as_str())));
    unknown
        .map_or(Ok(()), |name| Err(PayloadProblem::unknown_member(path, name, "is no part of a text that has a price")))
}
