//! The sandbox from outside: deterministic, within the hold, and as bad as it is told to be.

use std::time::Instant;

use proptest::prelude::*;
use serde_json::json;
use upivia_domain::{
    Timestamp,
    catalog::{PriceVersion, Quote},
};

use super::*;
use crate::catalog;

const LIMIT: Duration = Duration::from_millis(300);
const NOW: Timestamp = Timestamp::from_micros(0);

fn id(number: i64) -> RequestId {
    RequestId::earliest(Timestamp::from_micros(1_000 * number))
}

fn quote(operation: &str, payload: &Value) -> Quote {
    let catalog = catalog([]);
    catalog.quote(catalog.find(&operation.parse().unwrap()).unwrap(), payload, NOW).unwrap()
}

fn call(operation: &str, payload: &Value) -> ProviderCall {
    let quote = quote(operation, payload);
    ProviderCall {
        org: upivia_domain::OrgId::PLATFORM,
        request: id(1),
        mode: Mode::Test,
        operation: operation.parse().unwrap(),
        payload: quote.forward,
        hold: quote.estimate,
        quoted_at: NOW,
    }
}

fn mail(sandbox: &Value) -> ProviderCall {
    call("email.send", &json!({"to": "ada@example.com", "subject": "Hi", "body": "x", "sandbox": sandbox}))
}

fn sandbox() -> Sandbox {
    Sandbox::new(Arc::new(catalog([])), LIMIT)
}

async fn run(call: &ProviderCall) -> ProviderAnswer {
    sandbox().execute(call).await
}

fn executed(answer: ProviderAnswer) -> (Arc<Value>, i64, Basis) {
    match answer {
        ProviderAnswer::Executed { result, cost, basis, .. } => (result, cost.nanos(), basis),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_payload_gets_the_same_result() {
    let first = executed(run(&mail(&json!(null))).await);
    let again = executed(run(&ProviderCall { request: id(2), ..mail(&json!({"delay_ms": 1})) }).await);
    assert_eq!(first, again);
    assert_eq!(first.1, 1_000_000);
    assert_eq!((first.0["status"].as_str(), first.0["to"].as_str()), (Some("sent"), Some("ada@example.com")));
    let other = call("email.send", &json!({"to": "bob@example.com", "subject": "Hi", "body": "x"}));
    assert_ne!(executed(run(&other).await).0["message_id"], first.0["message_id"]);
}

#[tokio::test]
async fn results_look_like_the_real_ones() {
    let text = call("text_generation.generate", &json!({"model": "openai/gpt-4o-mini", "prompt": "Hello", "n": 2}));
    let (result, cost, basis) = executed(run(&text).await);
    assert_eq!(result["text"], "This is the sandbox. You said: Hello");
    assert_eq!(result["choices"][1]["message"]["content"], result["text"]);
    assert_eq!(result["usage"]["total_tokens"].as_u64(), Some(9 + 18));
    assert_eq!(
        (result["usage"]["prompt_tokens"].as_u64(), result["usage"]["completion_tokens"].as_u64()),
        (Some(9), Some(18))
    );
    assert_eq!((cost, basis), (9 * 150 + 18 * 600, Basis::ProviderUsage));

    let search = call("web_search.search", &json!({"query": "rust", "max_results": 3}));
    assert_eq!(executed(run(&search).await).0["results"].as_array().unwrap().len(), 3);

    let format = json!({"model": "openai/gpt-4o-mini", "prompt": "Hello", "response_format": {"type": "json_object"}});
    let (result, ..) = executed(run(&call("text_generation.generate", &format)).await);
    let inside: Value = serde_json::from_str(result["text"].as_str().unwrap()).unwrap();
    assert_eq!(inside, json!({"sandbox": true, "you_said": "Hello"}));
}

#[tokio::test]
async fn it_charges_what_the_price_was_when_the_call_was_quoted() {
    let mut catalog = catalog([]);
    let from = Timestamp::from_micros(10);
    let dearer = PriceVersion { version: 2, effective_from: from, price: NanoUsd::cents(9) };
    catalog.put_price(&"email.send".parse().unwrap(), dearer).unwrap();
    let mut model = *catalog.models().find("openai/gpt-4o-mini", NOW).unwrap();
    (model.version, model.effective_from) = (2, from);
    model.price.output_nanos_per_million *= 100;
    catalog.put_model("openai/gpt-4o-mini", model).unwrap();
    let sandbox = Sandbox::new(Arc::new(catalog), LIMIT);
    let text = call("text_generation.generate", &json!({"model": "openai/gpt-4o-mini", "prompt": "Hello"}));
    for (call, before, after) in
        [(mail(&json!(null)), 1_000_000, 90_000_000), (text, 9 * 150 + 9 * 600, 9 * 150 + 9 * 60_000)]
    {
        let late = ProviderCall { quoted_at: from, ..call.clone() };
        assert_eq!(executed(sandbox.execute(&call).await).1, before, "held before the change");
        assert_eq!(executed(sandbox.execute(&late).await).1, after);
    }
}

#[tokio::test]
async fn it_fails_as_told() {
    let rejected = |answer| match answer {
        ProviderAnswer::Rejected { unavailable, charge: None, .. } => unavailable,
        other => panic!("{other:?}"),
    };
    assert!(!rejected(run(&mail(&json!({"fail": true}))).await));
    assert!(rejected(run(&mail(&json!({"status": 429}))).await));
    assert!(rejected(run(&mail(&json!({"status": 503}))).await));
    assert!(!rejected(run(&mail(&json!({"status": 404}))).await));
}

#[tokio::test]
async fn it_reports_the_cost_it_is_told_also_above_the_hold() {
    let (_, cost, basis) = executed(run(&mail(&json!({"cost_cents": 700}))).await);
    assert_eq!((cost, basis), (NanoUsd::cents(700).nanos(), Basis::ProviderUsage));
    assert_eq!(executed(run(&mail(&json!({"cost_cents": 0}))).await).1, 0);
}

#[tokio::test]
async fn it_waits_as_told_and_never_beyond_its_limit() {
    let start = Instant::now();
    executed(run(&mail(&json!({"delay_ms": 100}))).await);
    assert!(start.elapsed() >= Duration::from_millis(100));
    for steering in [json!({"hang": true}), json!({"delay_ms": 600_000})] {
        let start = Instant::now();
        assert!(matches!(run(&mail(&steering)).await, ProviderAnswer::Unknown { .. }));
        assert!(start.elapsed() >= LIMIT && start.elapsed() < LIMIT * 10, "{steering}");
    }
}

#[tokio::test]
async fn what_was_lost_or_is_running_can_be_asked_for() {
    let sandbox = sandbox();
    let (lost, later, hung) =
        (mail(&json!({"unknown": true})), mail(&json!({"running": true})), mail(&json!({"hang": true})));
    assert!(matches!(sandbox.execute(&lost).await, ProviderAnswer::Unknown { .. }));
    assert!(matches!(sandbox.lookup(id(1)).await, Some(ProviderAnswer::Executed { .. })));
    let accepted = sandbox.execute(&ProviderCall { request: id(2), ..later }).await;
    let ProviderAnswer::Accepted { external_id } = accepted else { panic!("{accepted:?}") };
    let found = sandbox.lookup(id(2)).await;
    assert!(matches!(found, Some(ProviderAnswer::Executed { external_id: Some(id), .. }) if id == external_id));
    sandbox.execute(&ProviderCall { request: id(3), ..hung }).await;
    assert_eq!(sandbox.lookup(id(3)).await, None);
}

fn accepted(answer: Option<ProviderAnswer>) -> bool {
    matches!(answer, Some(ProviderAnswer::Accepted { .. }))
}

#[tokio::test]
async fn an_outcome_comes_when_it_is_told_to_or_never() {
    let sandbox = sandbox();
    let later = mail(&json!({"outcome_after_ms": 150, "cost_cents": 7}));
    assert!(accepted(Some(sandbox.execute(&later).await)) && accepted(sandbox.lookup(id(1)).await));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (_, cost, basis) = executed(sandbox.lookup(id(1)).await.unwrap());
    assert_eq!((cost, basis), (NanoUsd::cents(7).nanos(), Basis::ProviderUsage));

    let never = ProviderCall { request: id(2), ..mail(&json!({"never": true})) };
    assert!(accepted(Some(sandbox.execute(&never).await)) && accepted(sandbox.lookup(id(2)).await));
}

#[tokio::test]
async fn a_lost_answer_is_known_denied_or_met_with_silence() {
    let sandbox = sandbox();
    let mut found = Vec::new();
    for (number, lookup) in (1..).zip(["knows", "denies", "silent"]) {
        let call = ProviderCall { request: id(number), ..mail(&json!({"unknown": true, "lookup": lookup})) };
        assert!(matches!(sandbox.execute(&call).await, ProviderAnswer::Unknown { .. }), "{lookup}");
        found.push(sandbox.lookup(id(number)).await);
    }
    assert!(
        matches!(&found[..], [Some(ProviderAnswer::Executed { .. }), Some(ProviderAnswer::NotSent { .. }), None]),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_phone_call_ends_after_a_while_and_costs_what_it_lasted() {
    let (sandbox, say) = (sandbox(), "x".repeat(15 * 12));
    let ring = call("voice_call.create", &json!({"to": "+15550100", "say": say}));
    assert!(accepted(Some(sandbox.execute(&ring).await)) && accepted(sandbox.lookup(id(1)).await));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let (result, cost, basis) = executed(sandbox.lookup(id(1)).await.unwrap());
    assert_eq!((result["duration_seconds"].as_u64(), cost), (Some(12), NanoUsd::cents(1).nanos()));
    assert!(basis == Basis::ProviderUsage && cost < ring.hold.nanos());

    let at_once = call("voice_call.create", &json!({"to": "+15550100", "say": say, "sandbox": {"running": false}}));
    assert_eq!(executed(sandbox.execute(&at_once).await).1, cost);
}

#[tokio::test]
async fn live_money_is_refused() {
    let answer = run(&ProviderCall { mode: Mode::Live, ..mail(&json!(null)) }).await;
    assert!(matches!(answer, ProviderAnswer::NotSent { .. }), "{answer:?}");
}

proptest! {
    #[test]
    fn text_never_costs_more_than_its_hold(words in ".{0,400}", max_tokens in 1_u32..200, n in 1_u32..=8) {
        let payload = json!({"model": "openai/gpt-4o", "prompt": words, "max_tokens": max_tokens, "n": n});
        let call = call("text_generation.generate", &payload);
        let (result, cost, basis) = sandbox().result(&call, "id");
        prop_assert!(cost <= call.hold && basis == Basis::ProviderUsage);
        prop_assert!(result["usage"]["completion_tokens"].as_u64().unwrap() <= u64::from(max_tokens * n));
    }
}
