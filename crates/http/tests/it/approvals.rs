//! Questions to people, over HTTP.

use serde_json::{Value, json};

use crate::support::{Call, World};

async fn answer(world: &World, id: &Value, verb: &str) -> crate::support::Reply {
    let path = format!("/approvals/{}/{verb}", id.as_str().unwrap());
    world.send(Call::post(&path, &json!({})).bearer(&world.acme.pat)).await
}

async fn pending(world: &World) -> Vec<Value> {
    let list = world.send(Call::get("/approvals?status=pending").bearer(&world.acme.pat)).await.expect(200);
    list["approvals"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_question_shows_what_it_asks_and_an_approval_executes_it() {
    let world = World::new().await;
    let asked = world.question(&world.acme).await;
    let listed = pending(&world).await;
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0]["id"], &listed[0]["request_id"]), (&asked["approval_id"], &asked["request_id"]));
    assert_eq!((&listed[0]["agent_name"], &listed[0]["operation"]), (&json!("Asker"), &json!("send")));
    assert_eq!(listed[0]["payload"]["subject"], "please");
    let done = answer(&world, &asked["approval_id"], "approve").await.expect(200);
    assert_eq!((&done["status"], &done["request_id"]), (&json!("executed"), &asked["request_id"]));
    let again = answer(&world, &asked["approval_id"], "approve").await.expect(200);
    assert_eq!(again["status"], "executed", "a second approval answers the present state");
    assert!(pending(&world).await.is_empty());
    answer(&world, &asked["approval_id"], "reject").await.refused(409, "approval_resolved");
    world.verify().await;
}

#[actix_web::test]
async fn a_rejection_is_final() {
    let world = World::new().await;
    let asked = world.question(&world.acme).await;
    let rejected = answer(&world, &asked["approval_id"], "reject").await.expect(200);
    assert_eq!((&rejected["status"], &rejected["reason_code"]), (&json!("blocked"), &json!("approval_rejected")));
    answer(&world, &asked["approval_id"], "approve").await.refused(409, "approval_resolved");
    let list = world.send(Call::get("/approvals?status=rejected").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(list["approvals"][0]["id"], asked["approval_id"]);
    world.verify().await;
}

#[actix_web::test]
async fn what_does_not_fit_now_stays_open_and_says_why() {
    let world = World::new().await;
    let asked = world.question(&world.acme).await;
    let agent = pending(&world).await[0]["agent_id"].as_str().unwrap().to_owned();
    let cap = |cents: Value| Call::patch(&format!("/agents/{agent}/budget"), &json!({ "monthly_budget_cents": cents }));
    world.send(cap(json!(0)).bearer(&world.acme.pat)).await.expect(200);
    let open = answer(&world, &asked["approval_id"], "approve").await.expect(200);
    assert_eq!(open["status"], "approval_required");
    assert_eq!(open["reasons"][0]["code"], "agent_budget_exceeded");
    world.send(cap(Value::Null).bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(answer(&world, &asked["approval_id"], "approve").await.expect(200)["status"], "executed");
    world.verify().await;
}

#[actix_web::test]
async fn it_expires() {
    let world = World::new().await;
    let asked = world.question(&world.acme).await;
    world.clock.advance_seconds(3_600);
    let late = answer(&world, &asked["approval_id"], "approve").await.expect(200);
    assert_eq!((&late["status"], &late["reason_code"]), (&json!("blocked"), &json!("approval_expired")));
    world.verify().await;
}

#[actix_web::test]
async fn a_loop_of_questions_ends_with_a_full_queue() {
    let world = World::new().await;
    let (_, key) = world.agent(json!({ "operation": "email.send", "approval_threshold_cents": 0 })).await;
    let mut seen = Vec::new();
    for n in 0..25 {
        let body =
            json!({ "operation": "email.send", "payload": { "to": "a@b.c", "subject": n.to_string(), "body": "x" } });
        let reply = world.send(Call::post("/service-requests", &body).bearer(&key)).await.expect(200);
        seen.push(reply["reason_code"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen.iter().filter(|code| *code == "approval_threshold").count(), 20);
    assert_eq!(seen.last().unwrap(), "approval_queue_full");
}
