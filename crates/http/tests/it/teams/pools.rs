//! The wallet and the pool of a team.

use serde_json::json;

use super::{Field, executed, refused};
use crate::support::Call;

#[actix_web::test]
async fn the_first_allocation_moves_the_teams_agents_to_the_pool() {
    let field = Field::new().await;
    let key = field.world.acme.test.clone();
    assert_eq!(field.mail(&key).await, executed());
    let first = field.pool(300, "live").await;
    // Yupi and the first agent.
    assert_eq!((&first["moved_agents"], &first["moved_agent_count"]), (&json!(true), &json!(2)));
    assert_eq!((&first["pool"]["available_cents"], &first["has_pool"]), (&json!(300), &json!(true)));
    assert_eq!(field.mail(&key).await, refused("team_budget_exceeded", "team"), "no test money is in the pool");
    let second = field.pool(2, "test").await;
    assert_eq!((&second["moved_agents"], &second["moved_agent_count"]), (&json!(false), &json!(0)));
    assert_eq!(field.mail(&key).await, executed());
    assert_eq!(field.mail(&key).await, refused("team_budget_exceeded", "team"), "three quarters of a cent are left");
    let wallet = field.world.send(Call::get("/balance").bearer(&field.world.acme.pat)).await.expect(200);
    assert_eq!(wallet["amount_cents"], 200);
    let path = format!("/balance?team_id={}", field.world.acme.team);
    let pool = field.world.send(Call::get(&path).bearer(&field.world.acme.pat)).await.expect(200);
    assert_eq!(pool["amount_cents"], 300);
    field.world.verify().await;
}

#[actix_web::test]
async fn nobody_moves_more_than_is_there_or_what_is_held() {
    let field = Field::new().await;
    let (give, back) = (field.path("/budget/allocate"), field.path("/budget/take-back"));
    let message = field.owner(&give, json!({ "amount_cents": 501 })).await.refused(409, "insufficient_balance");
    assert!(message.contains("wallet"), "{message}");
    assert_eq!(field.budget("live").await["has_pool"], false, "what was refused made no pool");
    field.owner(&back, json!({ "amount_cents": 1 })).await.refused(409, "insufficient_balance");
    field.pool(10, "test").await;
    field.world.lost(&field.world.acme).await;
    let held = field.budget("test").await;
    assert_eq!((&held["pool"]["held_usd"], &held["pool"]["available_cents"]), (&json!("0.0125"), &json!(8)));
    assert_eq!((&held["monthly"]["held_usd"], &held["monthly"]["limit_cents"]), (&json!("0.0125"), &json!(null)));
    field.owner(&back, json!({ "amount_cents": 9, "mode": "test" })).await.refused(409, "insufficient_balance");
    field.owner(&back, json!({ "amount_cents": 8, "mode": "test" })).await.expect(200);
    assert_eq!(field.budget("test").await["pool"]["available_usd"], "0.0075");
    field.world.verify().await;
}

#[actix_web::test]
async fn a_teams_month_holds_and_is_lifted() {
    let field = Field::new().await;
    let key = field.world.acme.test.clone();
    let change = |body| Call::patch(&field.path(""), &body).bearer(&field.world.acme.pat);
    let capped = field.world.send(change(json!({ "monthly_limit_cents": 2, "name": "Capped" }))).await.expect(200);
    assert_eq!((&capped["monthly_limit_cents"], &capped["name"]), (&json!(2), &json!("Capped")));
    assert_eq!(field.mail(&key).await, executed());
    assert_eq!(field.mail(&key).await, refused("team_budget_exceeded", "team"));
    field.world.send(change(json!({}))).await.expect(200);
    assert_eq!(field.mail(&key).await, refused("team_budget_exceeded", "team"), "silence lifts nothing");
    field.world.send(change(json!({ "monthly_limit_cents": null }))).await.expect(200);
    assert_eq!(field.mail(&key).await, executed());
    field.pool(1, "live").await;
    assert_eq!(field.mail(&key).await, refused("team_budget_exceeded", "team"));
    field.world.send(change(json!({ "has_pool": false }))).await.expect(200);
    assert_eq!(field.mail(&key).await, executed(), "from the wallet again");
}

#[actix_web::test]
async fn an_allocation_happens_once_under_its_key() {
    let field = Field::new().await;
    let send = async |path: &str, cents: i64| {
        let call = Call::post(path, &json!({ "amount_cents": cents })).bearer(&field.world.acme.pat).key("monday");
        field.world.send(call).await
    };
    let path = field.path("/budget");
    let first = send(&path, 100).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    let again = send(&path, 100).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.expect(200), first.expect(200));
    send(&path, 101).await.refused(409, "idempotency_key_payload_mismatch");
    send(&field.path("/budget/take-back"), 100).await.refused(409, "idempotency_key_payload_mismatch");
    send("/balance/top-up", 100).await.refused(403, "forbidden");
    assert_eq!(field.budget("live").await["pool"]["posted_cents"], 100);
    field.world.verify().await;
}

#[actix_web::test]
async fn amounts_that_cannot_be_name_their_member_and_change_nothing() {
    let field = Field::new().await;
    let before = field.world.journal().await.len();
    for wrong in [json!(0), json!(-1), json!(1.5), json!("5"), json!(i64::MAX), json!(null)] {
        for path in [field.path("/budget"), field.path("/budget/take-back"), "/balance/top-up".to_owned()] {
            let body = json!({ "amount_cents": wrong, "mode": "test" });
            let message = field.owner(&path, body).await.refused(400, "invalid_request");
            assert!(message.starts_with("amount_cents"), "{path} {wrong}: {message}");
        }
    }
    let message = field.owner(&field.path("/budget"), json!({ "amount_cents": 1, "mode": "play" })).await;
    assert!(message.refused(400, "invalid_request").starts_with("mode"));
    assert_eq!(field.world.journal().await.len(), before);
}

#[actix_web::test]
async fn a_store_that_is_gone_is_503_and_moves_nothing() {
    let field = Field::new().await;
    field.world.store.faults().set_unavailable(true);
    field.owner(&field.path("/budget"), json!({ "amount_cents": 1 })).await.refused(503, "ledger_unavailable");
    field.world.store.faults().set_unavailable(false);
    assert_eq!(field.budget("live").await["has_pool"], false);
}
