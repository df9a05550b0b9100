//! Paid actions: every shape of an answer, replays, spellings and keys.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::support::{Call, World, mail, tidy};

#[actix_web::test]
async fn an_executed_request_is_told_and_read_alike() {
    let world = World::new().await;
    let made = world.mail("hello").await.expect(200);
    assert_json_snapshot!(tidy(&made));
    let path = format!("/service-requests/{}", made["request_id"].as_str().unwrap());
    let read = world.send(Call::get(&path).bearer(&world.acme.test)).await.expect(200);
    assert_eq!(read, made);
    world.verify().await;
}

#[actix_web::test]
async fn what_costs_more_than_was_held_is_told() {
    let world = World::new().await;
    assert_json_snapshot!(tidy(&world.mail("overrun").await.expect(200)));
}

#[actix_web::test]
async fn failures_say_what_the_provider_said_and_what_it_took() {
    let world = World::new().await;
    let answers = json!({
        "rejected": world.mail("reject").await.expect(200),
        "charged": world.mail("charge").await.expect(200),
        "unsent": world.mail("unsent").await.expect(200),
    });
    assert_json_snapshot!(tidy(&answers));
}

#[actix_web::test]
async fn a_request_that_goes_on_is_running_and_accepted() {
    let world = World::new().await;
    let answers = json!({
        "accepted": world.mail("accept").await.expect(202),
        "slow": world.mail("hang").await.expect(202),
        "unknown": world.mail("lose").await.expect(202),
    });
    assert_json_snapshot!(tidy(&answers));
    let path = format!("/service-requests/{}", answers["slow"]["request_id"].as_str().unwrap());
    let read = world.send(Call::get(&path).bearer(&world.acme.test)).await.expect(200);
    assert_eq!(read, answers["slow"]);
}

#[actix_web::test]
async fn a_budget_check_is_told_at_the_top_and_in_the_result() {
    let world = World::new().await;
    let (agent, key) = world.agent(json!("email")).await;
    let budget = json!({ "monthly_budget_cents": 2_500 });
    world.send(Call::patch(&format!("/agents/{agent}/budget"), &budget).bearer(&world.acme.pat)).await.expect(200);
    let body = json!({ "operation": "platform.check_budget", "payload": { "agent_id": agent } });
    let checked = world.send(Call::post("/service-requests", &body).bearer(&key)).await.expect(200);
    assert!(checked["remaining_dollars"].is_f64(), "{checked}");
    assert_json_snapshot!(tidy(&checked));
}

#[actix_web::test]
async fn every_limit_says_its_figures() {
    let world = World::new().await;
    let mut answers = serde_json::Map::new();
    for (name, binding) in [
        ("no_binding", json!("sms")),
        ("month", json!({ "operation": "email.send", "monthly_budget_cents": 2 })),
        ("day", json!({ "operation": "email.send", "daily_request_limit": 1 })),
        ("threshold", json!({ "operation": "email.send", "approval_threshold_cents": 1 })),
    ] {
        let (_, key) = world.agent(binding).await;
        let ask = || Call::post("/service-requests", &mail("hello")).bearer(&key);
        world.send(ask()).await.expect(200);
        answers.insert(name.to_owned(), world.send(ask()).await.expect(200));
    }
    answers.insert(
        "no_provider".to_owned(),
        world.send(Call::post("/service-requests", &mail("x")).bearer(&world.acme.live)).await.expect(200),
    );
    assert_json_snapshot!(tidy(&Value::Object(answers)));
    world.verify().await;
}

#[actix_web::test]
async fn an_agent_cap_and_an_empty_wallet_say_theirs() {
    let world = World::new().await;
    let (agent, key) = world.agent(json!("email.send")).await;
    let budget = json!({ "monthly_budget_cents": 1 });
    world.send(Call::patch(&format!("/agents/{agent}/budget"), &budget).bearer(&world.acme.pat)).await.expect(200);
    let capped = world.send(Call::post("/service-requests", &mail("x")).bearer(&key)).await.expect(200);
    assert_json_snapshot!(tidy(&capped));
}

#[actix_web::test]
async fn a_replay_answers_the_same_and_is_marked() {
    let world = World::new().await;
    let ask = || Call::post("/service-requests", &mail("hello")).bearer(&world.acme.test).key("one");
    let first = world.send(ask()).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    let again = world.send(ask()).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, first.body);

    let mut dotted = mail("hello");
    dotted["service"] = Value::Null;
    dotted["operation"] = json!("email.send");
    dotted["idempotency_key"] = json!("one");
    let in_body = world.send(Call::post("/service-requests", &dotted).bearer(&world.acme.test)).await;
    assert_eq!(in_body.body, first.body, "another spelling of the same is the same");
    world.verify().await;
}

#[actix_web::test]
async fn a_replay_of_a_refusal_says_that_its_key_is_spent() {
    let world = World::new().await;
    let ask = || Call::post("/service-requests", &mail("reject")).bearer(&world.acme.test).key("one");
    let first = world.send(ask()).await.expect(200);
    let again = world.send(ask()).await.expect(200);
    assert!(!first["message"].as_str().unwrap().contains("new key"), "{first}");
    assert!(again["message"].as_str().unwrap().contains("send a new key"), "{again}");
}

#[actix_web::test]
async fn a_key_with_another_payload_is_a_conflict_that_names_the_first() {
    let world = World::new().await;
    let ask = |subject| Call::post("/service-requests", &mail(subject)).bearer(&world.acme.test).key("one");
    let first = world.send(ask("hello")).await.expect(200);
    let conflict = world.send(ask("other")).await;
    conflict.refused(409, "idempotency_key_payload_mismatch");
    assert_eq!(conflict.body["error"]["request_id"], first["request_id"]);
}

#[actix_web::test]
async fn keys_that_cannot_be_are_refused_by_name() {
    let world = World::new().await;
    let send = |call: Call| world.send(call.bearer(&world.acme.test));
    let call = || Call::post("/service-requests", &mail("hello"));
    for wrong in ["", &"k".repeat(256)] {
        let message = send(call().key(wrong)).await.refused(400, "invalid_request");
        assert!(message.contains("Idempotency-Key"), "{message}");
    }
    send(call().key("a").key("b")).await.refused(400, "invalid_request");
    let mut body = mail("hello");
    body["idempotency_key"] = json!("one");
    let differing = send(Call::post("/service-requests", &body).key("two")).await;
    assert!(differing.refused(400, "invalid_request").contains("idempotency_key"));
    body["idempotency_key"] = json!(5);
    let number = send(Call::post("/service-requests", &body)).await;
    assert_eq!(number.body["error"]["field"], "idempotency_key");
}

#[actix_web::test]
async fn all_spellings_of_an_operation_are_understood() {
    let world = World::new().await;
    for names in [
        json!({ "service": "email", "operation": "send" }),
        json!({ "service": "email", "operation": "email.send" }),
        json!({ "operation": "email.send" }),
        json!({ "service": null, "operation": "email.send", "metadata": null, "idempotency_key": null, "unknown": [1] }),
    ] {
        let mut body = mail("hello");
        body.as_object_mut().unwrap().remove("service");
        for (name, value) in names.as_object().unwrap() {
            body[name] = value.clone();
        }
        let made = world.send(Call::post("/service-requests", &body).bearer(&world.acme.test)).await.expect(200);
        assert_eq!((&made["service"], &made["operation"]), (&json!("email"), &json!("send")), "{names}");
    }
}

#[actix_web::test]
async fn what_cannot_be_asked_names_the_field() {
    let world = World::new().await;
    for (body, field) in [
        (json!({}), "operation"),
        (json!({ "operation": 5 }), "operation"),
        (json!({ "operation": "no.such" }), "operation"),
        (json!({ "operation": "email" }), "operation"),
        (json!({ "service": "sms", "operation": "email.send" }), "operation"),
        (json!({ "operation": "email.send", "payload": "x" }), "payload"),
        (json!({ "operation": "email.send", "payload": { "to": 5 } }), "payload.to"),
        (json!({ "operation": "email.send", "payload": { "bcc": "x" } }), "payload.bcc"),
        (json!({ "operation": "email.send", "metadata": [] }), "metadata"),
    ] {
        let reply = world.send(Call::post("/service-requests", &body).bearer(&world.acme.test)).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{body}: {}", reply.body);
    }
}

#[actix_web::test]
async fn requests_of_others_are_not_there() {
    let world = World::new().await;
    let made = world.mail("hello").await.expect(200);
    let path = format!("/service-requests/{}", made["request_id"].as_str().unwrap());
    let (_, neighbour) = world.agent(json!("email")).await;
    for key in [&neighbour, &world.other.test, &world.acme.live] {
        world.send(Call::get(&path).bearer(key)).await.refused(404, "not_found");
    }
}

#[actix_web::test]
async fn a_key_that_was_rotated_away_no_longer_pays() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    let rotate = json!({ "confirm": true, "mode": "test" });
    let path = format!("/agents/{}/key", world.acme.agent);
    world.send(Call::patch(&path, &rotate).bearer(&world.acme.pat)).await.expect(200);
    world.mail("hello").await.refused(401, "unauthorized");
}

#[actix_web::test]
async fn a_ledger_that_cannot_decide_says_when_to_come_back() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    world.store.faults().set_unavailable(true);
    let reply = world.mail("hello").await;
    reply.refused(503, "ledger_unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(reply.body["error"]["retryable"], true);
    world.store.faults().set_unavailable(false);
    world.mail("hello").await.expect(200);
}
