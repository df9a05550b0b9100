//! Agents as people manage them.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::support::{Call, World, mail, tidy};

async fn create(world: &World, body: Value) -> Value {
    world.send(Call::post("/agents", &body).bearer(&world.acme.pat)).await.expect(201)
}

async fn enable(world: &World, agent: &str, body: Value) -> Value {
    world.send(Call::post(&format!("/agents/{agent}/services"), &body).bearer(&world.acme.pat)).await.expect(200)
}

async fn detail(world: &World, agent: &str) -> Value {
    world.send(Call::get(&format!("/agents/{agent}")).bearer(&world.acme.pat)).await.expect(200)
}

#[actix_web::test]
async fn a_new_agent_shows_its_keys_once() {
    let world = World::new().await;
    let made = create(
        &world,
        json!({
            "name": " Scout ",
            "description": "Finds things",
            "icon": null,
            "category": "Research",
            "defaultModelId": "openai/gpt-4o-mini",
            "system_prompt": "Be brief.\nBe right.",
            "monthly_budget_cents": 2_000,
            "services": ["web_search", "sms.send", { "service": "email", "operation": "send", "dailyRequestLimit": 3 }],
        }),
    )
    .await;
    assert_json_snapshot!("created", tidy(&made));
    let (id, key) = (made["agent"]["id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
    assert!(key.starts_with("agent_key_live_") && key.len() >= "agent_key_live_".len() + 27, "{key}");
    let shown = detail(&world, id).await;
    assert_json_snapshot!("detail", tidy(&shown));
    assert!(!shown.to_string().contains(key));
}

#[actix_web::test]
async fn agents_are_listed_by_team_and_seen_by_themselves() {
    let world = World::new().await;
    let names = async |path: &str, token: &str| {
        let list = world.send(Call::get(path).bearer(token)).await.expect(200);
        list["agents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|agent| agent["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("/agents", &world.acme.pat).await, ["Yupi", "First agent"]);
    assert_eq!(names(&format!("/agents?team_id={}", world.acme.team), &world.acme.pat).await, ["Yupi", "First agent"]);
    assert_eq!(names("/agents", &world.acme.test).await, ["First agent"]);
    for team in [&*world.other.team, "team_nothing"] {
        world
            .send(Call::get(&format!("/agents?team_id={team}")).bearer(&world.acme.pat))
            .await
            .refused(404, "not_found");
    }
}

#[actix_web::test]
async fn what_cannot_be_an_agent_names_the_field() {
    let world = World::new().await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({ "name": null }), "name"),
        (json!({ "name": "  " }), "name"),
        (json!({ "name": "a\u{0}b" }), "name"),
        (json!({ "name": "x".repeat(201) }), "name"),
        (json!({ "name": 5 }), "name"),
        (json!({ "name": "x", "description": "y".repeat(2_001) }), "description"),
        (json!({ "name": "x", "system_prompt": "\u{0}" }), "system_prompt"),
        (json!({ "name": "x", "monthly_budget_cents": -1 }), "monthly_budget_cents"),
        (json!({ "name": "x", "services": "email" }), "services"),
        (json!({ "name": "x", "services": [5] }), "services"),
        (json!({ "name": "x", "services": ["Email.Send"] }), "services"),
        (json!({ "name": "x", "services": ["no_such"] }), "service"),
        (json!({ "name": "x", "services": ["no.such"] }), "operation"),
    ] {
        let reply = world.send(Call::post("/agents", &body).bearer(&world.acme.pat)).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{body}: {}", reply.body);
    }
    for team in [&*world.other.team, "x"] {
        let body = json!({ "name": "x", "team_id": team });
        world.send(Call::post("/agents", &body).bearer(&world.acme.pat)).await.refused(404, "not_found");
    }
}

#[actix_web::test]
async fn the_last_binding_wins_as_a_whole() {
    let world = World::new().await;
    let id = create(&world, json!({ "name": "Scout" })).await["agent"]["id"].as_str().unwrap().to_owned();
    enable(
        &world,
        &id,
        json!({ "service": "email", "operation": "send", "daily_request_limit": 5, "monthly_budget_cents": 100 }),
    )
    .await;
    let bound =
        enable(&world, &id, json!({ "service_id": "email", "operation": "email.send", "monthlyBudgetCents": 700 }))
            .await;
    assert_json_snapshot!(tidy(&bound));
    assert_eq!(detail(&world, &id).await["services"], bound["services"]);
    assert_eq!(enable(&world, &id, json!({ "service": "sms" })).await["services"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_binding_that_cannot_be_names_the_field() {
    let world = World::new().await;
    let path = format!("/agents/{}/services", world.acme.agent);
    for (body, field) in [
        (json!({}), "service"),
        (json!({ "service": "no_such" }), "service"),
        (json!({ "operation": "no.such" }), "operation"),
        (json!({ "operation": "send" }), "operation"),
        (json!({ "service": "sms", "operation": "email.send" }), "operation"),
        (json!({ "service": 5 }), "service"),
        (json!({ "operation": "email.send", "monthly_budget_cents": -1 }), "monthly_budget_cents"),
        (json!({ "operation": "email.send", "monthlyBudgetCents": 1.5 }), "monthly_budget_cents"),
        (json!({ "operation": "email.send", "approval_threshold_cents": i64::MAX }), "approval_threshold_cents"),
        (json!({ "operation": "email.send", "daily_request_limit": "5" }), "daily_request_limit"),
    ] {
        let reply = world.send(Call::post(&path, &body).bearer(&world.acme.pat)).await;
        let message = reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{body}: {}", reply.body);
        assert!(message.contains(field), "{message}");
    }
    let both = r#"{"operation":"email.send","monthly_budget_cents":1,"monthlyBudgetCents":2}"#;
    let call = Call::new("POST", &format!("/api/v1{path}")).header("content-type", "application/json").bytes(both);
    let message = world.send(call.bearer(&world.acme.pat)).await.refused(400, "invalid_request");
    assert!(message.contains("monthly_budget_cents"), "{message}");
}

#[actix_web::test]
async fn unbinding_takes_the_service_away_and_may_be_repeated() {
    let world = World::new().await;
    let path = format!("/api/v1/agents/{}/services?service_id=email", world.acme.agent);
    let unbind = || Call::new("DELETE", &path).bearer(&world.acme.pat);
    assert_eq!(world.send(unbind()).await.expect(200)["removed"], json!(["email.send"]));
    assert_eq!(world.send(unbind()).await.expect(200)["removed"], json!([]));
    assert_eq!(world.mail("hello").await.expect(200)["reason_code"], "policy_violation");
    let nothing = Call::new("DELETE", &format!("/api/v1/agents/{}/services", world.acme.agent)).bearer(&world.acme.pat);
    assert_eq!(world.send(nothing).await.body["error"]["field"], "service_id");
}

#[actix_web::test]
async fn a_cap_is_set_and_lifted_but_never_by_silence() {
    let world = World::new().await;
    let path = format!("/agents/{}/budget", world.acme.agent);
    let set = async |body: Value| world.send(Call::patch(&path, &body).bearer(&world.acme.pat)).await;
    let capped = set(json!({ "monthly_budget_cents": 0 })).await.expect(200);
    assert_eq!((&capped["monthly_budget_cents"], &capped["monthly_budget_usd"]), (&json!(0), &json!("0.00")));
    assert_eq!(world.mail("hello").await.expect(200)["reason_code"], "agent_budget_exceeded");
    for silent in [json!({}), json!({ "monthly_budget": 5 })] {
        let message = set(silent).await.refused(400, "invalid_request");
        assert!(message.contains("monthly_budget_cents"), "{message}");
    }
    assert_eq!(world.mail("hello").await.expect(200)["reason_code"], "agent_budget_exceeded", "the cap still stands");
    assert_eq!(set(json!({ "monthlyBudgetCents": null })).await.expect(200)["monthly_budget_cents"], Value::Null);
    assert_eq!(world.mail("hello").await.expect(200)["status"], "executed");
    for wrong in [json!(-1), json!(i64::MAX), json!(1e30), json!(1.5), json!("5"), json!([1])] {
        let message = set(json!({ "monthly_budget_cents": wrong })).await.refused(400, "invalid_request");
        assert!(message.contains("monthly_budget_cents"), "{message}");
    }
}

#[actix_web::test]
async fn keys_are_replaced_both_or_one() {
    let world = World::new().await;
    let made = create(&world, json!({ "name": "Scout", "services": ["email"] })).await;
    let path = format!("/agents/{}/key", made["agent"]["id"].as_str().unwrap());
    let rotate = async |body: Value| world.send(Call::patch(&path, &body).bearer(&world.acme.pat)).await;
    let opens = async |key: &Value| world.send(Call::get("/agents").bearer(key.as_str().unwrap())).await.status == 200;

    let test = rotate(json!({ "confirm": true, "mode": "test" })).await.expect(200);
    assert_json_snapshot!(tidy(&test));
    assert!(opens(&made["api_key"]).await && !opens(&made["test_api_key"]).await && opens(&test["test_api_key"]).await);
    let both = rotate(json!({ "confirm": true })).await.expect(200);
    assert!(!opens(&made["api_key"]).await && !opens(&test["test_api_key"]).await);
    assert!(opens(&both["api_key"]).await && opens(&both["test_api_key"]).await);

    for (wrong, field) in [
        (json!({}), "confirm"),
        (json!({ "confirm": false }), "confirm"),
        (json!({ "confirm": "yes" }), "confirm"),
        (json!({ "confirm": true, "mode": "both" }), "mode"),
    ] {
        assert_eq!(rotate(wrong).await.body["error"]["field"], field);
    }
    assert!(opens(&both["api_key"]).await);
}

#[actix_web::test]
async fn a_member_creates_agents_but_hands_out_no_services() {
    let world = World::new().await;
    let member = world.member().await;
    world.send(Call::post("/agents", &json!({ "name": "Mine" })).bearer(&member)).await.expect(201);
    let with_services = json!({ "name": "Mine", "services": ["email"] });
    let message = world.send(Call::post("/agents", &with_services).bearer(&member)).await.refused(403, "forbidden");
    assert!(message.contains("service.toggle"), "{message}");
}

#[actix_web::test]
async fn every_change_is_told_from_old_to_new() {
    let world = World::new().await;
    let made = create(
        &world,
        json!({ "name": "Scout", "services": [{ "operation": "email.send", "monthly_budget_cents": 100 }] }),
    )
    .await;
    let id = made["agent"]["id"].as_str().unwrap();
    enable(&world, id, json!({ "operation": "email.send", "daily_request_limit": 7, "approval_threshold_cents": 50 }))
        .await;
    let budget = json!({ "monthly_budget_cents": 300 });
    world.send(Call::patch(&format!("/agents/{id}/budget"), &budget).bearer(&world.acme.pat)).await.expect(200);
    world
        .send(
            Call::patch(&format!("/agents/{id}/key"), &json!({ "confirm": true, "mode": "live" }))
                .bearer(&world.acme.pat),
        )
        .await
        .expect(200);
    let unbind = Call::new("DELETE", &format!("/api/v1/agents/{id}/services?service_id=email"));
    world.send(unbind.bearer(&world.acme.pat)).await.expect(200);
    let logs = world.send(Call::get(&format!("/audit-logs?agent_id={id}")).bearer(&world.acme.pat)).await.expect(200);
    let told: Vec<Value> = logs["logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["event_type"], row["operation"], row["details"]]))
        .collect();
    assert_json_snapshot!(tidy(&Value::Array(told)));
    world.verify().await;
}

#[actix_web::test]
async fn a_store_that_fails_changes_nothing() {
    let world = World::new().await;
    world.store.faults().set_unavailable(true);
    world
        .send(Call::post("/agents", &json!({ "name": "Scout" })).bearer(&world.acme.pat))
        .await
        .refused(503, "ledger_unavailable");
    world.store.faults().set_unavailable(false);
    let list = world.send(Call::get("/agents").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(list["agents"].as_array().unwrap().len(), 2);
    world.send(Call::post("/service-requests", &mail("x")).bearer(&world.acme.test)).await.expect(200);
}
