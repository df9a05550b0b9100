//! Servers that are told of events, and alerts, over HTTP.

use serde_json::{Value, json};

use crate::support::{Call, World, mail};

async fn person(world: &World, method: &str, path: &str, body: Option<Value>) -> crate::support::Reply {
    let call = Call::new(method, &format!("/api/v1{path}")).bearer(&world.acme.pat);
    world
        .send(
            body.map_or(call, |body| Call::new(method, &format!("/api/v1{path}")).bearer(&world.acme.pat).json(&body)),
        )
        .await
}

async fn create(world: &World, body: Value) -> Value {
    person(world, "POST", "/webhook-endpoints", Some(body)).await.expect(201)
}

fn id(made: &Value) -> String {
    made["webhook_endpoint"]["id"].as_str().unwrap().to_owned()
}

async fn sent(world: &World, endpoint: &str) -> Vec<Value> {
    let page = person(world, "GET", &format!("/webhook-endpoints/{endpoint}/deliveries"), None).await.expect(200);
    page["deliveries"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn an_endpoint_lives_and_its_secret_is_shown_once() {
    let world = World::new().await;
    let url = "https://hooks.example.com/upivia?tenant=7";
    let made = create(
        &world,
        json!({ "url": url, "description": " CI ", "events": ["budget.alert", "agent.ended", "budget.alert"] }),
    )
    .await;
    let (secret, id) = (made["secret"].as_str().unwrap().to_owned(), id(&made));
    assert!(secret.starts_with("whsec_") && secret.len() > 40);
    let path = format!("/webhook-endpoints/{id}");
    let read = person(&world, "GET", &path, None).await.expect(200);
    assert_eq!((&read["url"], &read["description"]), (&json!(url), &json!("CI")));
    assert_eq!((&read["events"], &read["status"]), (&json!(["budget.alert", "agent.ended"]), &json!("enabled")));
    let listed = person(&world, "GET", "/webhook-endpoints", None).await.expect(200);
    assert_eq!(listed["webhook_endpoints"], json!([read]));

    let change = json!({ "description": null, "events": [], "enabled": false });
    let changed = person(&world, "PATCH", &path, Some(change)).await.expect(200);
    assert_eq!((&changed["description"], &changed["events"]), (&Value::Null, &json!([])));
    assert_eq!((&changed["status"], &changed["url"]), (&json!("disabled"), &json!(url)));
    let rotated = person(&world, "POST", &format!("{path}/rotate-secret"), Some(json!({}))).await.expect(200);
    assert_ne!(rotated["secret"], json!(secret));
    assert_eq!(rotated["webhook_endpoint"]["previous_secret_until"], "2026-01-16T09:00:00.000000Z");
    assert_eq!(person(&world, "DELETE", &path, None).await.expect(200)["removed"], true);
    person(&world, "GET", &path, None).await.refused(404, "not_found");
    for event in world.journal().await {
        assert!(!event.body.contains("whsec_") && !event.body.contains("hooks.example"), "{}", event.body);
    }
    world.verify().await;
}

#[actix_web::test]
async fn what_cannot_be_an_endpoint_changes_nothing() {
    let world = World::new().await;
    let endpoint = world.webhook_endpoint(&world.acme).await;
    let before = world.journal().await.len();
    let https = "https://hooks.example.com/";
    for (body, field) in [
        (json!({}), "url"),
        (json!({ "url": 7 }), "url"),
        (json!({ "url": "hooks.example.com" }), "url"),
        (json!({ "url": "http://hooks.example.com/" }), "url"),
        (json!({ "url": "https://127.0.0.1/" }), "url"),
        (json!({ "url": "https://me:secret@hooks.example.com/" }), "url"),
        (json!({ "url": https, "events": "budget.alert" }), "events"),
        (json!({ "url": https, "events": ["budget.alert", "budget.alarm"] }), "events[1]"),
        (json!({ "url": https, "description": "x".repeat(201) }), "description"),
    ] {
        let reply = person(&world, "POST", "/webhook-endpoints", Some(body.clone())).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{body}");
    }
    let path = format!("/webhook-endpoints/{endpoint}");
    for (body, field) in
        [(json!({}), "enabled"), (json!({ "enabled": 1 }), "enabled"), (json!({ "url": "https://[::1]/" }), "url")]
    {
        let reply = person(&world, "PATCH", &path, Some(body)).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field);
    }
    person(&world, "GET", &format!("{path}/deliveries?status=lost"), None).await.refused(400, "invalid_request");
    person(&world, "GET", &format!("{path}/deliveries?cursor=x"), None).await.refused(400, "invalid_request");
    assert_eq!(world.journal().await.len(), before);
}

#[actix_web::test]
async fn there_are_not_endless_endpoints() {
    let world = World::new().await;
    for _ in 0..20 {
        world.webhook_endpoint(&world.acme).await;
    }
    let body = json!({ "url": "https://hooks.example.com/" });
    person(&world, "POST", "/webhook-endpoints", Some(body)).await.refused(409, "limit_reached");
}

#[actix_web::test]
async fn what_happens_is_told_to_who_asked_for_it() {
    let world = World::new().await;
    // What happened before is not told: the first agents were made a second earlier.
    world.clock.advance_seconds(1);
    let all = world.webhook_endpoint(&world.acme).await;
    let some = id(&create(&world, json!({ "url": "https://b.example/", "events": ["request.executed"] })).await);
    let off = world.webhook_endpoint(&world.acme).await;
    person(&world, "PATCH", &format!("/webhook-endpoints/{off}"), Some(json!({ "enabled": false }))).await.expect(200);
    let theirs = world.webhook_endpoint(&world.other).await;
    let done = world.mail("now").await.expect(200);
    let failed = world.mail("reject").await.expect(200);
    world.follow().await;
    world.follow().await;

    let told = sent(&world, &some).await;
    assert_eq!(told.len(), 1, "{told:?}");
    let message = &told[0]["message"];
    assert_eq!((&message["type"], &message["mode"]), (&json!("request.executed"), &json!("test")));
    assert_eq!(message["id"], told[0]["message_id"]);
    assert_eq!(message["data"]["request_id"], done["request_id"]);
    assert_eq!((&message["data"]["cost_usd"], &message["data"]["operation"]), (&json!("0.0125"), &json!("send")));
    let told = sent(&world, &all).await;
    let kinds: Vec<_> = told.iter().map(|one| one["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["request.failed", "request.executed"], "the newest first");
    assert_eq!(told[0]["message"]["data"]["request_id"], failed["request_id"]);
    assert_eq!(told[0]["message"]["data"]["reason_code"], "adapter_error");
    assert_eq!(told[1]["message_id"], message["id"], "one message for everybody");
    assert!(sent(&world, &off).await.is_empty());
    let path = format!("/webhook-endpoints/{theirs}/deliveries");
    let page = world.send(Call::get(&path).bearer(&world.other.pat)).await.expect(200);
    assert_eq!(page["deliveries"], json!([]));

    let page = person(&world, "GET", &format!("/webhook-endpoints/{all}/deliveries?limit=1"), None).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = format!("/webhook-endpoints/{all}/deliveries?limit=1&cursor={cursor}");
    let last = person(&world, "GET", &next, None).await.expect(200);
    assert_eq!((&last["deliveries"], &last["next_cursor"]), (&json!([told[1]]), &Value::Null));
}

#[actix_web::test]
async fn a_question_is_told_with_its_id_and_its_answer() {
    let world = World::new().await;
    let events = json!(["approval.requested", "approval.resolved", "request.blocked"]);
    let endpoint = id(&create(&world, json!({ "url": "https://b.example/", "events": events })).await);
    let asked = world.question(&world.acme).await;
    let approval = asked["approval_id"].as_str().unwrap();
    person(&world, "POST", &format!("/approvals/{approval}/reject"), Some(json!({}))).await.expect(200);
    world.follow().await;
    let told = sent(&world, &endpoint).await;
    let kinds: Vec<_> = told.iter().map(|one| one["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["request.blocked", "approval.resolved", "approval.requested"]);
    let data = |number: usize| told[number]["message"]["data"].clone();
    assert_eq!((&data(2)["approval_id"], &data(2)["estimated_usd"]), (&json!(approval), &json!("0.0125")));
    assert!(data(2)["expires_at"].is_string());
    assert_eq!((&data(1)["approval_id"], &data(1)["resolution"]), (&json!(approval), &json!("rejected")));
    assert_eq!(data(0)["reason_code"], "approval_rejected");
}

#[actix_web::test]
async fn each_share_of_a_limit_is_told_once() {
    let world = World::new().await;
    let endpoint = id(&create(&world, json!({ "url": "https://b.example/", "events": ["budget.alert"] })).await);
    let (agent, key) = world.agent(json!({ "operation": "email.send", "daily_request_limit": 4 })).await;
    let ask = async |status: &str| {
        let done = world.send(Call::post("/service-requests", &mail("now")).bearer(&key)).await.expect(200);
        assert_eq!(done["status"], status, "{done}");
    };
    let levels = async || {
        world.follow().await;
        let page = person(&world, "GET", "/budget-alerts?mode=test", None).await.expect(200);
        let alerts = page["budget_alerts"].as_array().unwrap().clone();
        alerts.iter().map(|one| one["level_percent"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    ask("executed").await;
    assert!(levels().await.is_empty());
    ask("executed").await;
    assert_eq!(levels().await, [50]);
    ask("executed").await;
    assert_eq!(levels().await, [50]);
    ask("executed").await;
    assert_eq!(levels().await, [100, 80, 50], "the newest first");
    ask("blocked").await;
    assert_eq!(levels().await, [100, 80, 50], "told once");
    let page = person(&world, "GET", "/budget-alerts?mode=test&limit=1", None).await.expect(200);
    let alert = &page["budget_alerts"][0];
    assert_eq!((&alert["limit_requests"], &alert["used_requests"]), (&json!(4), &json!(4)));
    assert_eq!((&alert["agent_id"], &alert["scope"]), (&json!(agent), &json!("binding")));
    assert!(page["next_cursor"].is_string() && alert["limit_cents"].is_null());
    assert_eq!(sent(&world, &endpoint).await.len(), 3);
    assert_eq!(person(&world, "GET", "/budget-alerts?mode=live", None).await.expect(200)["budget_alerts"], json!([]));
}

#[actix_web::test]
async fn a_limit_that_refuses_is_used_up() {
    let world = World::new().await;
    // Two mails of one and a quarter cents fit, a third does not: 83 percent is the most that can be used.
    let (_, key) = world.agent(json!({ "operation": "email.send", "monthly_budget_cents": 3 })).await;
    for status in ["executed", "executed", "blocked"] {
        let done = world.send(Call::post("/service-requests", &mail("now")).bearer(&key)).await.expect(200);
        assert_eq!(done["status"], status, "{done}");
    }
    world.follow().await;
    let page = person(&world, "GET", "/budget-alerts", None).await.expect(200);
    let alerts = page["budget_alerts"].as_array().unwrap();
    let levels: Vec<_> = alerts.iter().map(|one| (&one["level_percent"], &one["used_usd"])).collect();
    let used = json!("0.025");
    assert_eq!(levels, [(&json!(100), &used), (&json!(80), &used), (&json!(50), &used)]);
}
