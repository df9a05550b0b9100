//! Operations that cost more than their holds too often, over HTTP.

use serde_json::{Value, json};

use crate::support::{Call, World};

async fn lift(world: &World, operation: &str, body: &Value) -> crate::support::Reply {
    let path = format!("/suspensions/{operation}/lift");
    world.send(Call::post(&path, body).bearer(&world.acme.pat)).await
}

async fn suspended(world: &World) -> Value {
    world.send(Call::get("/suspensions").bearer(&world.acme.pat)).await.expect(200)["suspensions"].clone()
}

#[actix_web::test]
async fn three_overruns_suspend_and_a_person_lifts_it() {
    let world = World::new().await;
    assert_eq!(suspended(&world).await, json!([]));
    world.suspend(&world.acme).await;
    let listed = json!([{ "service": "email", "operation": "send", "mode": "test", "suspended": true }]);
    assert_eq!(suspended(&world).await, listed);
    let blocked = world.mail("again").await.expect(200);
    assert_eq!((&blocked["status"], &blocked["reason_code"]), (&json!("blocked"), &json!("operation_suspended")));

    let why = json!({ "mode": "test", "reason": "  the price was corrected " });
    let lifted = lift(&world, "email.send", &why).await.expect(200);
    assert_eq!(lifted["suspended"], false);
    assert_eq!(suspended(&world).await, json!([]));
    assert_eq!(world.mail("again").await.expect(200)["status"], "executed");
    let event = world.journal().await.into_iter().find(|event| event.kind == "operation.resumed").unwrap();
    let body: Value = serde_json::from_str(&event.body).unwrap();
    assert_eq!(
        (&body["detail"]["reason"], &body["actor"]["kind"]),
        (&json!("the price was corrected"), &json!("user"))
    );
    lift(&world, "email.send", &why).await.refused(404, "not_found");
    world.verify().await;
}

#[actix_web::test]
async fn what_is_no_reason_lifts_nothing() {
    let world = World::new().await;
    world.suspend(&world.acme).await;
    let before = world.journal().await.len();
    for (body, field) in [
        (json!({ "reason": "x" }), "mode"),
        (json!({ "mode": "play", "reason": "x" }), "mode"),
        (json!({ "mode": "test" }), "reason"),
        (json!({ "mode": "test", "reason": "  " }), "reason"),
        (json!({ "mode": "test", "reason": 7 }), "reason"),
        (json!({ "mode": "test", "reason": "x".repeat(501) }), "reason"),
    ] {
        let message = lift(&world, "email.send", &body).await.refused(400, "invalid_request");
        assert!(message.contains(field), "{message}");
    }
    lift(&world, "email.send", &json!({ "mode": "live", "reason": "x" })).await.refused(404, "not_found");
    lift(&world, "sms.send", &json!({ "mode": "test", "reason": "x" })).await.refused(404, "not_found");
    assert_eq!(world.journal().await.len(), before);
}
