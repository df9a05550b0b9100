//! Text generation in the shape of OpenAI's chat completions. Its bound rules are in the domain, beside each parameter.

use serde_json::{Value, json};
use upivia_domain::catalog::{MOST_CHOICES, Operation, Price};

use super::operation;

pub(super) fn generate() -> Option<Operation> {
    let description = "Lets a language model write text. A limit of output tokens is always applied and shown.";
    let example = json!({"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]});
    operation("text_generation.generate", description, Price::Tokens, [input(), output(), example])
}

fn input() -> Value {
    json!({
        "type": "object",
        "required": ["model"],
        "additionalProperties": false,
        "properties": {
            "model": {"type": "string", "minLength": 1, "description": "For example openai/gpt-4o-mini."},
            "messages": {"type": "array", "minItems": 1, "items": message(), "description": "Text only."},
            "prompt": {"type": "string", "description": "In place of messages: one message of the user."},
            "max_tokens": {"type": "integer", "minimum": 1, "description": "The most tokens written for each choice."},
            "n": {"type": "integer", "minimum": 1, "maximum": MOST_CHOICES, "description": "Choices; each is paid."},
            "temperature": {"type": "number", "minimum": 0, "maximum": 2},
            "top_p": {"type": "number", "minimum": 0, "maximum": 1},
            "presence_penalty": {"type": "number", "minimum": -2, "maximum": 2},
            "frequency_penalty": {"type": "number", "minimum": -2, "maximum": 2},
            "stop": {"type": ["string", "array"], "maxItems": 4, "items": {"type": "string"}},
            "seed": {"type": "integer"},
            "user": {"type": "string", "maxLength": 256, "description": "The caller's name for its own user."},
            "reasoning_effort": {"type": "string", "maxLength": 16, "description": "For models that think."},
            "response_format": response_format(),
            "tools": {"type": "array", "maxItems": 128, "items": tool()},
            "tool_choice": {"type": ["string", "object"]},
            "parallel_tool_calls": {"type": "boolean"},
        },
    })
}

// Parts and unknown members are judged by the bound rules, which can say more than a schema about what is wrong.
fn message() -> Value {
    json!({
        "type": "object",
        "required": ["role"],
        "properties": {
            "role": {"type": "string", "enum": ["system", "developer", "user", "assistant", "tool"]},
            "content": {"type": ["string", "array"]},
            "name": {"type": "string"},
            "tool_calls": {"type": "array", "items": {"type": "object"}},
            "tool_call_id": {"type": "string"},
            "refusal": {"type": "string"},
        },
    })
}

fn tool() -> Value {
    let function = json!({
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "description": {"type": "string"}, "parameters": {"type": "object"}},
    });
    json!({"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}, "function": function}})
}

fn response_format() -> Value {
    json!({
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"type": "string", "enum": ["text", "json_object", "json_schema"]}},
    })
}

fn output() -> Value {
    let count = json!({"type": "integer"});
    json!({
        "type": "object",
        "required": ["text", "choices"],
        "properties": {
            "id": {"type": "string"},
            "object": {"type": "string"},
            "model": {"type": "string"},
            "text": {"type": ["string", "null"], "description": "The content of the first choice."},
            "choices": {"type": "array", "items": {"type": "object"}},
            "usage": {
                "type": "object",
                "properties": {"prompt_tokens": count, "completion_tokens": count, "total_tokens": count},
            },
        },
    })
}
