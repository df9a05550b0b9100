//! Money that comes into the wallet by hand.

use serde_json::json;

use super::Field;
use crate::support::Call;

#[actix_web::test]
async fn owners_credit_play_money_up_to_a_cap() {
    let field = Field::new().await;
    let body = json!({ "amount_cents": 100_000, "mode": "test", "note": "Demonstration" });
    let balance = field.owner("/balance/top-up", body).await.expect(200);
    assert_eq!((&balance["amount_cents"], &balance["mode"]), (&json!(110_000), &json!("test")));
    let too_much = field.owner("/balance/top-up", json!({ "amount_cents": 100_001, "mode": "test" })).await;
    assert!(too_much.refused(400, "invalid_request").starts_with("amount_cents"));
    let sum = json!({ "amount_cents": 1, "mode": "test" });
    field.eve("/balance/top-up", sum).await.refused(403, "forbidden");
    let note = json!({ "amount_cents": 1, "mode": "test", "note": "x".repeat(201) });
    assert!(field.owner("/balance/top-up", note).await.refused(400, "invalid_request").starts_with("note"));
    field.world.verify().await;
}

#[actix_web::test]
async fn live_money_comes_from_a_platform_administrator_and_once_under_a_key() {
    let field = Field::new().await;
    let world = &field.world;
    let send = async |cents: i64| {
        let body = json!({ "amount_cents": cents, "note": "Invoice 7" });
        world.send(Call::post("/balance/top-up", &body).bearer(&world.acme.pat).key("invoice-7")).await
    };
    let message = send(1_000).await.refused(403, "forbidden");
    assert!(message.contains("platform administrator"), "{message}");
    world.platform_admin(&world.acme).await;
    let first = send(1_000).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(first.expect(200)["amount_cents"], 1_500);
    let again = send(1_000).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.expect(200)["amount_cents"], 1_500);
    send(999).await.refused(409, "idempotency_key_payload_mismatch");
    let beyond = json!({ "amount_cents": i64::MAX / 10_000_000 });
    let beyond = field.owner("/balance/top-up", beyond).await.refused(400, "invalid_request");
    assert!(beyond.starts_with("amount_cents"), "{beyond}");
    let events = world.journal().await;
    let body = &events.iter().find(|event| event.kind == "wallet.topped_up").unwrap().body;
    assert!(body.contains("Invoice 7"), "{body}");
    world.verify().await;
}
