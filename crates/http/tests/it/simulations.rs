//! What would happen is what happens.

use serde_json::{Value, json};

use crate::support::{Call, World};

async fn rehearse(world: &World, agent: &str) -> Value {
    let payload = json!({ "to": "a@b.c", "subject": "please", "body": "x" });
    let body =
        json!({ "agent_id": agent, "service": "email", "operation": "send", "payload": payload, "mode": "test" });
    world.send(Call::post("/simulations/policy-check", &body).bearer(&world.acme.pat)).await.expect(200)
}

async fn ask(world: &World, key: &str) -> Value {
    let payload = json!({ "to": "a@b.c", "subject": "please", "body": "x" });
    let body = json!({ "service": "email", "operation": "send", "payload": payload });
    world.send(Call::post("/service-requests", &body).bearer(key)).await.expect(200)
}

#[actix_web::test]
async fn a_rehearsal_is_the_decision_without_a_trace() {
    let bindings = [
        json!({ "operation": "email.send" }),
        json!({ "operation": "email.send", "daily_request_limit": 0 }),
        json!({ "operation": "email.send", "monthly_budget_cents": 0 }),
        json!({ "operation": "email.send", "monthly_budget_cents": 0, "daily_request_limit": 0 }),
        json!({ "operation": "email.send", "approval_threshold_cents": 0 }),
    ];
    for binding in bindings {
        let world = World::new().await;
        let (agent, key) = world.agent(binding.clone()).await;
        let before = world.journal().await.len();
        let (first, second) = (rehearse(&world, &agent).await, rehearse(&world, &agent).await);
        assert_eq!((&first, world.journal().await.len()), (&second, before), "{binding}: a rehearsal left something");
        let asked = ask(&world, &key).await;
        let expected = match asked["status"].as_str().unwrap() {
            "executed" => "allowed",
            other => other,
        };
        assert_eq!(first["decision"], expected, "{binding}");
        assert_eq!(first["reason_code"], asked["reason_code"], "{binding}");
        if expected != "allowed" {
            assert_eq!(first["reasons"], asked["reasons"], "{binding}");
            let closed = first["checks"].as_array().unwrap().iter().find(|check| check["ok"] == false).unwrap();
            assert!(closed["fix"].is_string(), "{closed}");
        }
        world.verify().await;
    }
}

#[actix_web::test]
async fn it_says_what_money_would_allow() {
    let world = World::new().await;
    let (agent, _) = world.agent(json!({ "operation": "email.send", "monthly_budget_cents": 7 })).await;
    assert_eq!(rehearse(&world, &agent).await["largest_affordable"]["cost_cents"], 7);
    let cap = Call::patch(&format!("/agents/{agent}/budget"), &json!({ "monthly_budget_cents": 3 }));
    world.send(cap.bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(rehearse(&world, &agent).await["largest_affordable"]["cost_cents"], 3);
}

#[actix_web::test]
async fn what_cannot_be_asked_cannot_be_rehearsed() {
    let world = World::new().await;
    let check = |body: Value| Call::post("/simulations/policy-check", &body).bearer(&world.acme.pat);
    let agent = &world.acme.agent;
    world.send(check(json!({ "operation": "email.send" }))).await.refused(400, "invalid_request");
    let unknown = json!({ "agent_id": agent, "operation": "nothing.at_all" });
    world.send(check(unknown)).await.refused(400, "invalid_request");
    let foreign = json!({ "agent_id": world.other.agent, "operation": "email.send", "payload": {} });
    world.send(check(foreign)).await.refused(404, "not_found");
}
