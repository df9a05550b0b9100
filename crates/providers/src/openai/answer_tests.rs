//! Every kind of answer, as a table: what it means and what it costs.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const PRICE: ModelPrice = ModelPrice {
    input_nanos_per_million: 1_000_000,
    output_nanos_per_million: 10_000_000,
    default_max_tokens: 100,
    largest_max_tokens: 100,
};
const HOLD: NanoUsd = NanoUsd::from_nanos(5_000);

fn answered(status: u16, body: &Value) -> ProviderAnswer {
    bytes(status, body.to_string().into_bytes())
}

fn bytes(status: u16, body: Vec<u8>) -> ProviderAnswer {
    let terms = Terms { price: Some(&PRICE), hold: HOLD, key: "sk-secret" };
    of(Exchange::Answered { status, body: Body::Whole(body) }, &terms)
}

fn completion(usage: Value) -> Value {
    json!({"id": "chatcmpl-1", "choices": [{"message": {"role": "assistant", "content": "Short."}}], "usage": usage})
}

fn charged(answer: &ProviderAnswer) -> Option<(i64, Basis)> {
    match answer {
        ProviderAnswer::Executed { cost, basis, .. } => Some((cost.nanos(), *basis)),
        ProviderAnswer::Rejected { charge, .. } => charge.map(|(cost, basis)| (cost.nanos(), basis)),
        _ => None,
    }
}

fn usage(input: impl Into<Value>, output: impl Into<Value>) -> Value {
    json!({"prompt_tokens": input.into(), "completion_tokens": output.into()})
}

#[test]
fn usage_is_priced_by_the_table() {
    let answer = answered(200, &completion(usage(12, 4)));
    assert_eq!(charged(&answer), Some((12 + 40, Basis::ProviderUsage)));
    let ProviderAnswer::Executed { result, external_id, .. } = answer else { panic!("{answer:?}") };
    assert_eq!((result["text"].as_str(), external_id.as_deref()), (Some("Short."), Some("chatcmpl-1")));
}

#[test]
fn an_explicit_zero_is_zero_and_an_overrun_is_reported() {
    assert_eq!(charged(&answered(200, &completion(usage(0, 0)))), Some((0, Basis::ProviderUsage)));
    assert_eq!(charged(&answered(200, &completion(usage(0, 1_000)))), Some((10_000, Basis::ProviderUsage)));
}

#[test]
fn usage_that_is_absent_or_absurd_costs_the_hold() {
    let absurd =
        [json!(null), json!({}), usage(1, Value::Null), usage(-1, 4), usage(1.5, 4), usage(u64::MAX, u64::MAX)];
    for usage in absurd {
        assert_eq!(charged(&answered(200, &completion(usage.clone()))), Some((5_000, Basis::Estimate)), "{usage}");
    }
}

#[test]
fn what_cannot_be_read_is_unknown() {
    let unreadable: [&[u8]; 4] = [b"", b"{\"choices\":[{", b"[]", b"{\"error\": {\"message\": \"x\"}}"];
    for body in unreadable {
        assert!(matches!(bytes(200, body.to_vec()), ProviderAnswer::Unknown { .. }));
    }
}

#[test]
fn statuses_claim_no_more_than_is_certain() {
    let body = json!({"error": {"message": "told to fail"}});
    for status in [429, 500, 501, 503, 529] {
        let expected = ProviderAnswer::Rejected { detail: "told to fail".to_owned(), unavailable: true, charge: None };
        assert_eq!(answered(status, &body), expected, "{status}");
    }
    for status in [301, 307, 400, 402, 403, 404, 413, 422] {
        let expected = ProviderAnswer::Rejected { detail: "told to fail".to_owned(), unavailable: false, charge: None };
        assert_eq!(answered(status, &body), expected, "{status}");
    }
    for status in [408, 409, 499, 502, 504, 520, 524] {
        assert_eq!(answered(status, &body), ProviderAnswer::Unknown { detail: "told to fail".to_owned() }, "{status}");
    }
}

#[test]
fn a_failure_that_reports_usage_is_charged() {
    let body = json!({"error": {"message": "broke"}, "usage": usage(12, 4)});
    for status in [200, 400, 500, 502] {
        let answer = answered(status, &body);
        assert!(matches!(answer, ProviderAnswer::Rejected { .. }), "{status}");
        assert_eq!(charged(&answer), Some((52, Basis::ProviderUsage)), "{status}");
    }
}

#[test]
fn the_providers_words_are_trimmed_and_the_key_is_kept_back() {
    let detail = |status, message: &str| match answered(status, &json!({"error": {"message": message}})) {
        ProviderAnswer::Rejected { detail, .. } => detail,
        other => panic!("{other:?}"),
    };
    assert_eq!(detail(400, &"é".repeat(900)).chars().count(), 500);
    assert_eq!(detail(401, "Incorrect API key provided: sk-s*et"), "the provider refused this server's key");
    assert_eq!(detail(400, "your key sk-secret is odd"), "the provider answered with status 400");
}

proptest! {
    #[test]
    fn no_answer_panics_or_costs_less_than_nothing(status in 100_u16..1_000, body in ".{0,200}", input: i64, output: u64) {
        let _ = bytes(status, body.into_bytes());
        let answer = answered(status, &completion(usage(input, output)));
        prop_assert!(charged(&answer).is_none_or(|(cost, _)| cost >= 0));
    }
}
