//! Rubbish: whatever is sent, the answer is JSON, and nothing moves.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::support::{Call, World};

#[actix_web::test]
async fn bodies_that_are_no_request_are_refused() {
    let world = World::new().await;
    let deep = format!("{{\"operation\":\"email.send\",\"payload\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let bodies: [&[u8]; 10] = [
        b"{",
        b"[]",
        b"null",
        b"5",
        b"\"text\"",
        b"{\"operation\":\"\xff\"}",
        b"{}{}",
        b"\xef\xbb\xbf{}",
        deep.as_bytes(),
        b"{\"a\":1e999}",
    ];
    let before = world.journal().await.len();
    for body in bodies {
        for path in ["/service-requests", "/agents"] {
            let token = if path == "/agents" { &world.acme.pat } else { &world.acme.test };
            let call =
                Call::new("POST", &format!("/api/v1{path}")).header("content-type", "application/json").bytes(body);
            world.send(call.bearer(token)).await.refused(400, "invalid_request");
        }
    }
    assert_eq!(world.journal().await.len(), before);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,12}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A body with known members and any values.
fn members(names: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let pairs = prop::collection::vec((prop::sample::select(names), any_json()), 0..5);
    pairs.prop_map(|pairs| Value::Object(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

const NAMES: &[&str] = &[
    "service",
    "operation",
    "payload",
    "metadata",
    "idempotency_key",
    "name",
    "services",
    "team_id",
    "monthly_budget_cents",
    "monthlyBudgetCents",
    "daily_request_limit",
    "approval_threshold_cents",
    "confirm",
    "mode",
];

/// Runs the cases on the world's own runtime: each is a whole request.
async fn each<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, cases: u32, mut check: impl AsyncFnMut(T)) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..cases {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        check(case).await;
    }
}

#[actix_web::test]
async fn no_members_panic_a_parser() {
    let world = World::new().await;
    let agent = format!("/agents/{}", world.acme.agent);
    let routes = [
        ("POST", "/service-requests".to_owned(), &world.acme.test),
        ("POST", "/agents".to_owned(), &world.acme.pat),
        ("POST", format!("{agent}/services"), &world.acme.pat),
        ("PATCH", format!("{agent}/budget"), &world.acme.pat),
        ("PATCH", format!("{agent}/key"), &world.acme.pat),
    ];
    each(members(NAMES), 300, async |body| {
        for (method, path, token) in &routes {
            // The key of this world must go on to work.
            if body["confirm"] == json!(true) {
                continue;
            }
            let reply = world.send(Call::new(method, &format!("/api/v1{path}")).json(&body).bearer(token)).await;
            assert!(reply.status < 500, "{method} {path} {body}: {} {}", reply.status, reply.body);
        }
    })
    .await;
    world.verify().await;
}

#[actix_web::test]
async fn no_bytes_panic_a_parser() {
    let world = World::new().await;
    each(prop::collection::vec(any::<u8>(), 0..200), 300, async |bytes| {
        let call =
            Call::new("POST", "/api/v1/service-requests").header("content-type", "application/json").bytes(bytes);
        let reply = world.send(call.bearer(&world.acme.test)).await;
        assert!(reply.status < 500, "{} {}", reply.status, reply.body);
    })
    .await;
}

#[actix_web::test]
async fn no_query_panics_a_parser() {
    let world = World::new().await;
    each(
        "[a-z_]{0,8}=[ -~]{0,20}(&(from|to|limit|cursor|mode|agent_id|team_id|tag|operation|status|event_type|include_chart)=[!-~]{0,12}){0,3}",
        300,
        async |query: String| {
            let query: String = query
                .chars()
                .filter(|c| {
                    !c.is_whitespace() && !matches!(c, '#' | '"' | '<' | '>' | '`' | '{' | '}' | '|' | '\\' | '^')
                })
                .collect();
            for path in ["/audit-logs", "/usage", "/usage.csv", "/audit-logs.csv", "/balance", "/agents"] {
                let reply = world.send(Call::get(&format!("{path}?{query}")).bearer(&world.acme.pat)).await;
                assert!(reply.status < 500, "{path}?{query}: {} {}", reply.status, reply.body);
            }
        },
    )
    .await;
}
