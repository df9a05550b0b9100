//! The promise of a hold, against an adversary: a provider that bills a token for every byte it receives, all known marks
//! around messages and tools, and every token it was allowed to write, never bills more than was held.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use upivia_domain::{
    NanoUsd, Timestamp,
    catalog::{Catalog, MOST_CHOICES, Quote},
    dispatch::{Basis, ProviderAnswer},
};

use upivia_egress::{Body, Exchange};

use super::{answer, wire};
use crate::catalog;

/// The built-in prices never changed.
const NOW: Timestamp = Timestamp::from_micros(0);

/// What the adversary bills beside bytes: more than any published chat format needs.
const PER_MESSAGE: u64 = 7;
const PER_REQUEST: u64 = 40;
const FOR_TOOLS: u64 = 600;

fn quote(catalog: &Catalog, payload: &Value) -> Option<Quote> {
    let operation = catalog.find(&"text_generation.generate".parse().unwrap()).unwrap();
    catalog.quote(operation, payload, NOW).ok()
}

/// The bill of the adversary for a request body, as usage.
fn largest_bill(body: &[u8]) -> Value {
    let sent: Value = serde_json::from_slice(body).unwrap();
    let count = |name: &str| sent[name].as_array().map_or(0, |list| list.len() as u64);
    let choices = sent["n"].as_u64().unwrap_or(1);
    let tools = if count("tools") > 0 { FOR_TOOLS } else { 0 };
    let read = body.len() as u64 + PER_MESSAGE * count("messages") + PER_REQUEST + tools;
    let limit = sent["max_tokens"].as_u64().or_else(|| sent["max_completion_tokens"].as_u64()).unwrap();
    json!({"prompt_tokens": read * choices, "completion_tokens": limit * choices})
}

/// The cost that this crate settles for an answer with that usage.
fn settled(catalog: &Catalog, model: &str, hold: NanoUsd, usage: &Value) -> (NanoUsd, Basis) {
    let answer = json!({"id": "1", "choices": [{"message": {"content": "x"}}], "usage": usage});
    let exchange = Exchange::Answered { status: 200, body: Body::Whole(answer.to_string().into_bytes()) };
    let price = catalog.models().find(model, NOW).map(|version| &version.price);
    let terms = answer::Terms { price, hold, key: "" };
    match answer::of(exchange, &terms) {
        ProviderAnswer::Executed { cost, basis, .. } => (cost, basis),
        other => panic!("{other:?}"),
    }
}

/// Text with all that JSON escapes or writes in several bytes.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,40}", "\\PC{0,40}", "[\\x00-\\x1f\"\\\\é漢🦀]{0,20}", Just(String::new())]
}

fn content() -> impl Strategy<Value = Value> {
    let part = text().prop_map(|text| json!({"type": "text", "text": text}));
    prop_oneof![text().prop_map(Value::from), vec(part, 0..4).prop_map(Value::from)]
}

fn message() -> impl Strategy<Value = Value> {
    let call = (text(), text()).prop_map(|(name, arguments)| {
        json!([{"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}])
    });
    let role = select(vec!["system", "user", "assistant", "tool"]);
    (role, content(), option::of(text()), option::of(call)).prop_map(|(role, content, name, calls)| {
        json!({"role": role, "content": content, "name": name, "tool_calls": calls, "annotations": [{"url": "u"}]})
    })
}

fn tool() -> impl Strategy<Value = Value> {
    let schema = text().prop_map(
        |about| json!({"type": "object", "properties": {"a": {"description": about, "enum": [about, null]}}}),
    );
    (text(), text(), schema).prop_map(|(name, description, parameters)| {
        json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters}})
    })
}

fn models() -> Vec<String> {
    catalog([]).models().at(NOW).map(|(model, _)| model.to_owned()).collect()
}

fn payload() -> impl Strategy<Value = Value> {
    let conversation = prop_oneof![
        vec(message(), 1..5).prop_map(|messages| ("messages", Value::from(messages))),
        text().prop_map(|prompt| ("prompt", Value::from(prompt))),
    ];
    let format = text()
        .prop_map(|name| json!({"type": "json_schema", "json_schema": {"name": name, "schema": {"type": "object"}}}));
    let optional = (
        // The least of the largest limits in the table.
        option::of(1..=4_096_u32),
        option::of(1..=MOST_CHOICES),
        option::of(vec(tool(), 0..3)),
        option::of(format),
        option::of(vec(text(), 0..4)),
        option::of(text()),
    );
    (select(models()), conversation, optional).prop_map(|(model, (name, conversation), rest)| {
        let (max_tokens, n, tools, response_format, stop, user) = rest;
        let mut payload = json!({
            "model": model, "max_tokens": max_tokens, "n": n, "tools": tools, "response_format": response_format,
            "stop": stop, "user": user, "temperature": 0.123_456_789, "seed": -42, "sandbox": {"fail": true},
        });
        payload[name] = conversation;
        payload
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_bill_of_an_accepted_payload_exceeds_the_hold(payload in payload(), prefix in select(vec!["", "openai/"])) {
        let catalog = catalog([]);
        let quote = quote(&catalog, &payload).expect("the strategy makes only acceptable payloads");
        let usage = largest_bill(&wire::body(&quote.forward, prefix));
        let (cost, basis) = settled(&catalog, payload["model"].as_str().unwrap(), quote.estimate, &usage);
        prop_assert_eq!(basis, Basis::ProviderUsage);
        prop_assert!(cost <= quote.estimate, "billed {}, held {} for {}", cost, quote.estimate, quote.forward);
    }

    #[test]
    fn only_parameters_are_sent(payload in payload(), unknown in "[a-z_]{1,12}") {
        let catalog = catalog([]);
        let schema = &catalog.find(&"text_generation.generate".parse().unwrap()).unwrap().input_schema;
        let named = schema["properties"].as_object().unwrap();
        let quote = quote(&catalog, &payload).unwrap();
        let sent: Map<String, Value> = serde_json::from_slice(&wire::body(&quote.forward, "")).unwrap();
        for name in sent.keys().filter(|name| *name != "max_completion_tokens") {
            prop_assert!(named.contains_key(name) && name != "sandbox" && name != "prompt", "{name}");
        }
        let mut more = payload;
        more[&unknown] = json!(true);
        prop_assert!(named.contains_key(&unknown) || self::quote(&catalog, &more).is_none());
    }
}

#[test]
fn the_adversary_comes_near_the_hold() {
    let catalog = catalog([]);
    let payload = json!({"model": "openai/gpt-4o-mini", "prompt": "x".repeat(10_000), "max_tokens": 5, "n": 8});
    let quote = quote(&catalog, &payload).unwrap();
    let usage = largest_bill(&wire::body(&quote.forward, "openai/"));
    let (cost, _) = settled(&catalog, "openai/gpt-4o-mini", quote.estimate, &usage);
    assert!(
        cost.nanos() * 100 > quote.estimate.nanos() * 99,
        "{cost} of {}: the test would not see a bound too low",
        quote.estimate
    );
}
