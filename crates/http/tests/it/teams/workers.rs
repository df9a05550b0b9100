//! The pool of a team and its workers.

use serde_json::{Value, json};

use super::{Field, executed, refused};
use crate::support::{Call, mail};

#[actix_web::test]
async fn a_workers_account_and_each_of_its_limits_hold() {
    let field = Field::new().await;
    field.eve_is("worker").await;
    let (agent, key) = field.eves_agent().await;
    field.pool(50, "test").await;
    assert_eq!(field.mail(&key).await, executed(), "from the pool");
    let give = async |body: Value| field.owner(&field.worker_path("allocate"), body).await;
    give(json!({ "amount_cents": 2, "mode": "test" })).await.expect(200);
    assert_eq!(field.mail(&key).await, executed());
    assert_eq!(field.mail(&key).await, refused("worker_budget_exceeded", "worker"), "the account is dry");
    give(json!({ "amount_cents": 20, "mode": "test" })).await.expect(200);
    for limit in ["daily_limit_cents", "monthly_limit_cents", "hard_limit_cents"] {
        give(json!({ limit: 2 })).await.expect(200);
        assert_eq!(field.mail(&key).await, refused("worker_budget_exceeded", "worker"), "{limit}");
        give(json!({ limit: null })).await.expect(200);
    }
    assert_eq!(field.mail(&key).await, executed());
    let rehearsal =
        json!({ "agent_id": agent, "operation": "email.send", "mode": "test", "payload": mail("x")["payload"] });
    give(json!({ "hard_limit_cents": 0 })).await.expect(200);
    let rehearsed = field.owner("/simulations/policy-check", rehearsal).await.expect(200);
    assert_eq!(rehearsed["reason_code"], "worker_budget_exceeded");
    let checks = rehearsed["checks"].as_array().unwrap();
    let failed: Vec<_> = checks.iter().filter(|check| check["ok"] == false).map(|check| &check["name"]).collect();
    assert_eq!(failed, ["team_and_worker"]);
    field.world.verify().await;
}

#[actix_web::test]
async fn a_budget_shows_accounts_limits_and_usage() {
    let field = Field::new().await;
    field.eve_is("worker").await;
    let (_, key) = field.eves_agent().await;
    field.pool(50, "test").await;
    let body = json!({ "amount_cents": 20, "mode": "test", "daily_limit_cents": 5, "monthly_limit_cents": 10, "hard_limit_cents": 15 });
    let given = field.owner(&field.worker_path("allocate"), body).await.expect(200);
    assert_eq!(given["pool"]["available_cents"], 30);
    assert_eq!(field.mail(&key).await, executed());
    let budget = field.budget("test").await;
    let worker = &budget["allocations"][0];
    assert_eq!((&worker["user_id"], &worker["email"]), (&json!(field.eve_id), &json!("eve@acme.example")));
    assert_eq!((&worker["posted_usd"], &worker["available_cents"]), (&json!("0.1875"), &json!(18)));
    for (window, limit) in [("daily", 5), ("monthly", 10), ("hard", 15)] {
        assert_eq!((&worker[window]["limit_cents"], &worker[window]["used_usd"]), (&json!(limit), &json!("0.0125")));
        assert_eq!(worker[window]["resets_at"].is_string(), window != "hard", "{window}");
    }
    let path = field.path("/members?mode=test");
    let members = field.world.send(Call::get(&path).bearer(&field.eve)).await.expect(200);
    assert_eq!((&members["members"][0]["role"], &members["members"][0]["budget"]), (&json!("worker"), worker));
    let back = field.owner(&field.worker_path("take-back"), json!({ "amount_cents": 19, "mode": "test" })).await;
    back.refused(409, "insufficient_balance");
    let back = field.owner(&field.worker_path("take-back"), json!({ "amount_cents": 18, "mode": "test" })).await;
    assert_eq!(back.expect(200)["pool"]["available_cents"], 48);
    field.world.verify().await;
}

#[actix_web::test]
async fn money_goes_to_members_only_and_once_under_a_key() {
    let field = Field::new().await;
    field.pool(50, "live").await;
    let path = field.worker_path("allocate");
    field.owner(&path, json!({ "amount_cents": 5 })).await.refused(404, "not_found");
    field.eve_is("worker").await;
    field.owner(&path, json!({})).await.refused(400, "invalid_request");
    field.owner(&path, json!({ "amount_cents": 51 })).await.refused(409, "insufficient_balance");
    assert_eq!(field.budget("live").await["allocations"], json!([]), "what was refused left no allocation");
    for replayed in [None, Some("true")] {
        let call = Call::post(&path, &json!({ "amount_cents": 5 })).bearer(&field.world.acme.pat).key("tuesday");
        let reply = field.world.send(call).await;
        assert_eq!(reply.header("idempotent-replayed"), replayed);
        assert_eq!(reply.expect(200)["allocations"][0]["posted_cents"], 5);
    }
    let other = Call::post(&path, &json!({ "amount_cents": 5, "hard_limit_cents": 9 })).key("tuesday");
    let other = field.world.send(other.bearer(&field.world.acme.pat)).await;
    other.refused(409, "idempotency_key_payload_mismatch");
    assert_eq!(field.budget("live").await["allocations"][0]["hard"]["limit_cents"], json!(null));
}

#[actix_web::test]
async fn who_leaves_spends_no_more_and_can_give_back() {
    let field = Field::new().await;
    field.eve_is("worker").await;
    let (_, key) = field.eves_agent().await;
    field.pool(50, "test").await;
    field.owner(&field.worker_path("allocate"), json!({ "amount_cents": 20, "mode": "test" })).await.expect(200);
    assert_eq!(field.mail(&key).await, executed());
    let path = format!("/api/v1{}", field.path(&format!("/members/{}", field.eve_id)));
    let leave = || Call::new("DELETE", &path).bearer(&field.world.acme.pat);
    field.world.send(leave()).await.expect(200);
    field.world.send(leave()).await.refused(404, "not_found");
    assert_eq!(field.mail(&key).await, refused("worker_budget_exceeded", "worker"));
    field.owner(&field.worker_path("allocate"), json!({ "amount_cents": 1, "mode": "test" })).await.expect(404);
    field.owner(&field.worker_path("take-back"), json!({ "amount_cents": 18, "mode": "test" })).await.expect(200);
    field.world.verify().await;
}
