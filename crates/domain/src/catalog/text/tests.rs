//! Text generation, from outside: what is bounded, by how much, and what is refused by name.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{
    NanoUsd,
    catalog::{Catalog, ModelPrice, Operation, PayloadProblem, Price, PriceTable, Quote},
};

const PARAMETERS: [&str; 9] =
    ["max_tokens", "messages", "model", "n", "prompt", "response_format", "sandbox", "stop", "tools"];

/// A nanodollar for a token read, a thousand for one written.
const PRICE: ModelPrice = ModelPrice {
    input_nanos_per_million: 1_000_000,
    output_nanos_per_million: 1_000_000_000,
    default_max_tokens: 100,
    largest_max_tokens: 1_000,
};

fn quote(payload: &Value) -> Result<Quote, PayloadProblem> {
    let properties: Map<_, _> = PARAMETERS.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    let operation = Operation {
        deadline: None,
        name: "text_generation.generate".parse().unwrap(),
        description: String::new(),
        input_schema: json!({"properties": properties}),
        output_schema: json!({}),
        price: Price::Tokens,
    };
    let largest = u32::MAX;
    let dear = ModelPrice {
        input_nanos_per_million: u64::MAX,
        output_nanos_per_million: u64::MAX,
        default_max_tokens: largest,
        largest_max_tokens: largest,
    };
    let models = PriceTable::new([("a/b".to_owned(), PRICE), ("a/dear".to_owned(), dear)]);
    Catalog::new([operation.clone()], models).quote(&operation, payload)
}

fn with(name: &str, value: Value) -> Value {
    let mut payload = json!({"model": "a/b", "messages": [{"role": "user", "content": "hi"}]});
    payload[name] = value;
    payload
}

fn problem(name: &str, value: Value) -> String {
    quote(&with(name, value)).unwrap_err().field
}

fn estimate(name: &str, value: Value) -> i64 {
    quote(&with(name, value)).unwrap().estimate.nanos()
}

#[test]
fn the_bound_is_bytes_and_allowances_in_and_max_tokens_out() {
    let body = r#""max_tokens":7,"messages":[{"content":"hi","role":"user"}],"model":"a/b","#;
    let input = i64::try_from(body.len()).unwrap() + 8 + 64;
    assert_eq!(estimate("max_tokens", json!(7)), input + 7 * 1_000);
}

#[test]
fn an_absent_limit_is_reserved_sent_and_shown() {
    let quote = quote(&with("max_tokens", Value::Null)).unwrap();
    assert_eq!(quote.applied_max_tokens, Some(100));
    assert_eq!(quote.forward["max_tokens"], 100);
    assert!(quote.estimate > NanoUsd::from_nanos(100 * 1_000));
}

#[test]
fn choices_multiply_the_bill() {
    let input = estimate("n", json!(1)) - 100_000;
    assert_eq!(estimate("n", json!(3)), 3 * input + 300_000);
    for n in [json!(0), json!(9), json!(-1), json!(1.5), json!("2")] {
        assert_eq!(problem("n", n), "payload.n");
    }
}

#[test]
fn every_byte_of_text_counts_once_wherever_it_is() {
    let plain = estimate("stop", Value::Null);
    let text =
        json!([{"role": "user", "name": "é".repeat(50), "content": [{"type": "text", "text": "x".repeat(1_000)}]}]);
    assert!(estimate("messages", text) > plain + 1_100);
    let call = json!([{"role": "assistant", "tool_calls": [{"function": {"arguments": "x".repeat(1_000)}}]}]);
    assert!(estimate("messages", call) > plain + 1_000);
    assert!(estimate("tools", json!([{"type": "function", "function": {"name": "x".repeat(1_000)}}])) > plain + 1_600);
    assert!(
        estimate("response_format", json!({"type": "json_schema", "json_schema": "x".repeat(1_000)})) > plain + 1_000
    );
    assert_eq!(estimate("sandbox", json!({"delay_ms": 1})), plain, "what is not sent is not paid");
}

#[test]
fn a_prompt_is_one_message_of_the_user() {
    let payload = json!({"model": "a/b", "prompt": "hi"});
    let quoted = quote(&payload).unwrap();
    assert_eq!(quoted.forward["messages"], json!([{"role": "user", "content": "hi"}]));
    assert_eq!(quoted.forward.get("prompt"), None);
    assert_eq!(quoted.estimate, quote(&with("stop", Value::Null)).unwrap().estimate);
    assert_eq!(problem("prompt", json!("twice")), "payload.prompt");
}

#[test]
fn an_answer_can_be_sent_back() {
    let echo = json!([{"role": "assistant", "content": "hi", "annotations": [], "refusal": null, "audio": null}]);
    let quoted = quote(&with("messages", echo)).unwrap();
    assert_eq!(quoted.forward["messages"], json!([{"role": "assistant", "content": "hi"}]));
}

#[test]
fn what_has_no_bound_is_refused_by_name() {
    let parts = |part: Value| json!([{"role": "user", "content": [{"type": "text", "text": "a"}, part]}]);
    let second = "payload.messages[0].content[1]";
    assert_eq!(problem("messages", parts(json!({"type": "image_url", "image_url": {"url": "u"}}))), second);
    assert_eq!(problem("messages", parts(json!("text"))), second);
    assert_eq!(
        problem("messages", parts(json!({"type": "text", "text": "a", "cache_control": {}}))),
        format!("{second}.cache_control")
    );
    assert_eq!(problem("messages", json!([{"role": "assistant", "audio": {"id": "a"}}])), "payload.messages[0].audio");
    assert_eq!(problem("messages", json!([{"role": "user"}])), "payload.messages[0].content");
    assert_eq!(problem("messages", json!([])), "payload.messages");
    assert_eq!(problem("tools", json!([{"type": "web_search"}])), "payload.tools[0]");
    assert_eq!(problem("stream", json!(true)), "payload.stream");
}

#[test]
fn a_model_without_a_price_is_refused_never_free() {
    assert_eq!(problem("model", json!("a/unknown")), "payload.model");
    assert_eq!(problem("model", json!(1)), "payload.model");
    assert_eq!(problem("model", Value::Null), "payload.model");
}

#[test]
fn limits_beyond_the_model_are_refused() {
    assert!(quote(&with("max_tokens", json!(1_000))).is_ok());
    for wish in [json!(1_001), json!(0), json!(-1), json!(10.0), json!(u64::MAX), json!("7")] {
        assert_eq!(problem("max_tokens", wish), "payload.max_tokens");
    }
}

#[test]
fn a_bill_beyond_all_money_is_refused() {
    assert_eq!(problem("model", json!("a/dear")), "payload");
}

/// JSON of any shape, with the words that mean something here.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        proptest::sample::select(vec!["text", "function", "role", "content", "a/b", "a/dear", "type", "tool_calls"])
            .prop_map(str::to_owned),
        ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_payload() -> impl Strategy<Value = Value> {
    let member = (proptest::sample::select(&PARAMETERS), any_json());
    proptest::collection::vec(member, 0..6).prop_map(|members| {
        let mut payload = with("stop", Value::Null);
        for (name, value) in members {
            payload[name] = value;
        }
        payload
    })
}

proptest! {
    #[test]
    fn no_json_panics(payload in any_json()) {
        let _ = quote(&payload);
    }

    #[test]
    fn what_is_accepted_is_bounded(payload in any_payload()) {
        if let Ok(quote) = quote(&payload) {
            let choices = quote.forward.get("n").map_or(1, |n| n.as_i64().unwrap());
            let output = choices * quote.forward["max_tokens"].as_i64().unwrap();
            let text = quote.forward["messages"].to_string().len();
            prop_assert!(quote.estimate.nanos() > output * 1_000 + i64::try_from(text).unwrap());
        }
    }
}
