//! Every operation's schema, from outside.

use proptest::prelude::*;
use serde_json::{Value, json};
use upivia_domain::{
    catalog::{Catalog, Operation, Price, PriceTable},
    ports::PayloadCheck,
};

use super::SchemaCheck;
use crate::catalog;

fn check(operation: &str, payload: &Value) -> Result<(), String> {
    let checks = SchemaCheck::new(&catalog([])).unwrap();
    checks.check(&operation.parse().unwrap(), payload).map_err(|problem| problem.to_string())
}

fn text(name: &str, value: Value) -> String {
    let mut payload = json!({"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]});
    payload[name] = value;
    check("text_generation.generate", &payload).unwrap_err()
}

#[test]
fn good_payloads_pass() {
    let mail = json!({"to": "ada@example.com", "subject": "Hi", "body": "Hello.", "sandbox": {"delay_ms": 5}});
    assert_eq!(check("email.send", &mail), Ok(()));
    assert_eq!(check("sms.send", &json!({"to": "+15551234567", "from": null, "body": "x"})), Ok(()));
    assert_eq!(check("web_search.search", &json!({"query": "x", "max_results": 3})), Ok(()));
    assert_eq!(check("platform.check_budget", &Value::Null), Ok(()));
    let text = json!({"model": "m", "prompt": "hi", "stop": ["a"], "tool_choice": "auto", "messages": null});
    assert_eq!(check("text_generation.generate", &text), Ok(()));
}

#[test]
fn the_first_problem_has_a_path_and_a_clear_message() {
    assert_eq!(
        text("messages", json!([{"role": "user", "content": 7}])),
        r#"payload.messages[0].content: must be of types "string", "array""#
    );
    assert_eq!(text("max_tokens", json!("7")), r#"payload.max_tokens: must be of type "integer""#);
    assert_eq!(text("n", json!(9)), "payload.n: the value is greater than the maximum of 8");
    assert_eq!(text("stream", json!(true)), "payload.stream: is no parameter of text_generation.generate");
    assert_eq!(
        check("email.send", &json!({"to": "ada@example.com", "body": ""})),
        Err("payload.subject: is required".to_owned())
    );
    assert_eq!(check("email.send", &json!([])), Err(r#"payload: must be of type "object""#.to_owned()));
    assert_eq!(
        text("sandbox", json!({"status": 200})),
        "payload.sandbox.status: the value is less than the minimum of 400"
    );
}

#[test]
fn links_times_and_spans_have_a_form() {
    let mms = |url: &str| check("mms.send", &json!({"to": "+15551234567", "media_url": url}));
    assert_eq!(mms("https://example.com/a.png?b=1"), Ok(()));
    for url in [
        "http://example.com/a.png",
        "ftp://example.com",
        "https://",
        "https:///etc/passwd",
        "https://a b",
        "x https://a",
    ] {
        let problem = mms(url).unwrap_err();
        assert!(problem.starts_with("payload.media_url: the value does not match"), "{url}: {problem}");
    }
    let chat = |since: &str| check("chat.read", &json!({"since": since})).is_ok();
    assert!(chat("24h") && chat("15m") && chat("7d"));
    assert!(!chat("0h") && !chat("h") && !chat("24") && !chat("yesterday") && !chat("24h ") && !chat("99999d"));
    let calendar = |time: &str| check("calendar.read", &json!({"time_min": time})).is_ok();
    assert!(calendar("2026-01-31T12:00:00Z") && calendar("2026-01-31T12:00:00.5+02:00"));
    assert!(!calendar("2026-01-31T12:00:00") && !calendar("2026-01-31") && !calendar("tomorrow"));
}

#[test]
fn a_call_says_no_more_than_its_minute_holds() {
    let say = |length: usize| check("voice_call.create", &json!({"to": "+15551234567", "say": "x".repeat(length)}));
    assert_eq!(say(750), Ok(()));
    assert_eq!(say(751), Err("payload.say: the value is longer than 750 characters".to_owned()));
}

#[test]
fn null_is_absent() {
    assert_eq!(
        check("email.send", &json!({"to": null, "subject": "", "body": ""})),
        Err("payload.to: is required".to_owned())
    );
}

#[test]
fn no_value_of_the_payload_is_repeated() {
    let problem = check("email.send", &json!({"to": "s3", "subject": "", "body": ""})).unwrap_err();
    assert!(problem.contains("payload.to") && !problem.contains("s3"), "{problem}");
}

#[test]
fn what_is_not_on_offer_is_refused() {
    assert!(check("fax.send", &json!({})).is_err());
}

#[test]
fn a_schema_may_not_refer_to_another_document() {
    let operation = |schema: Value| Operation {
        deadline: None,
        name: "acme.lookup".parse().unwrap(),
        description: String::new(),
        input_schema: schema,
        output_schema: json!({}),
        price: Price::Free,
    };
    for schema in
        [json!({"$ref": "https://127.0.0.1/schema.json"}), json!({"$ref": "file:///etc/passwd"}), json!({"type": 7})]
    {
        let catalog = Catalog::new([operation(schema.clone())], PriceTable::default());
        assert!(SchemaCheck::new(&catalog).is_err(), "{schema}");
    }
}

proptest! {
    #[test]
    fn a_problem_is_never_longer_than_a_page(name in ".{0,2000}", value in ".{0,2000}") {
        let problem = check("email.send", &json!({ name: value })).unwrap_err();
        prop_assert!(problem.len() < 2_000);
    }
}
