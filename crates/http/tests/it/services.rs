//! The catalogue: the same bytes for everybody, more for those who show who they are, and prices of the day.

use serde_json::{Value, json};
use upivia_domain::Timestamp;

use crate::support::{Call, DEARER_FROM, World};

fn operation<'a>(catalogue: &'a Value, id: &str) -> &'a Value {
    let services = catalogue["services"].as_array().unwrap();
    let mut operations = services.iter().flat_map(|service| service["operations"].as_array().unwrap());
    operations.find(|operation| operation["id"] == id).unwrap_or_else(|| panic!("no {id} in {catalogue}"))
}

#[actix_web::test]
async fn without_a_credential_it_is_public_and_may_be_cached() {
    let world = World::new().await;
    let reply = world.send(Call::get("/services")).await;
    assert_eq!((reply.header("cache-control"), reply.header("vary")), (None, Some("Authorization, Cookie")));
    let catalogue = reply.expect(200);
    for service in catalogue["services"].as_array().unwrap() {
        assert_eq!((&service["id"], &service["visibility"]), (&service["name"], &"public".into()));
        for operation in service["operations"].as_array().unwrap() {
            assert!(operation["base_price_cents"].is_i64() && operation["input_schema"]["properties"].is_object());
            for own in ["configured", "bound", "binding"] {
                assert!(operation.get(own).is_none(), "{own} is nobody else's business: {operation}");
            }
        }
    }
}

#[actix_web::test]
async fn a_person_learns_what_is_configured() {
    let world = World::new().await;
    let reply = world.send(Call::get("/services").bearer(&world.acme.pat)).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let catalogue = reply.expect(200);
    let mail = operation(&catalogue, "email.send");
    assert_eq!(mail["configured"], json!({ "live": false, "test": true }));
    assert!(mail.get("bound").is_none(), "a person has no bindings");
    assert_eq!(operation(&catalogue, "platform.check_budget")["configured"], json!({ "live": true, "test": true }));
}

#[actix_web::test]
async fn an_agent_learns_what_is_bound_to_it_and_on_which_terms() {
    let world = World::new().await;
    let binding = json!({ "operation": "email.send", "daily_request_limit": 3, "monthly_budget_cents": 200 });
    let (_, key) = world.agent(binding).await;
    let catalogue = world.send(Call::get("/services").bearer(&key)).await.expect(200);
    let mail = operation(&catalogue, "email.send");
    assert_eq!(mail["configured"], json!({ "live": false, "test": true }));
    let terms = &mail["binding"];
    assert_eq!((&mail["bound"], &terms["daily_request_limit"]), (&true.into(), &3.into()));
    assert_eq!((&terms["monthly_budget_cents"], &terms["approval_threshold_cents"]), (&200.into(), &Value::Null));
    let sms = operation(&catalogue, "sms.send");
    assert_eq!((&sms["bound"], sms.get("binding")), (&false.into(), None));
    assert_eq!(operation(&catalogue, "platform.check_budget")["bound"], true, "it needs no binding");
}

#[actix_web::test]
async fn a_credential_that_opens_nothing_is_refused() {
    let world = World::new().await;
    for wrong in ["Bearer agent_key_test_AAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Bearer", "Basic YTpi", ""] {
        let reply = world.send(Call::get("/services").header("authorization", wrong)).await;
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{wrong}");
        reply.refused(401, "unauthorized");
    }
}

#[actix_web::test]
async fn a_price_with_a_date_takes_effect_by_itself() {
    let world = World::new().await;
    let (agent, key) = world.agent(json!({ "operation": "sms.send" })).await;
    let payload = json!({ "to": "+15551234567", "body": "Hello." });
    let buy = json!({ "operation": "sms.send", "payload": payload });
    let check = json!({ "agent_id": agent, "operation": "sms.send", "payload": payload, "mode": "test" });
    for (now, version, cents, next) in
        [(None, 1, 2, json!("2026-02-01T00:00:00.000000Z")), (Some(DEARER_FROM), 2, 4, Value::Null)]
    {
        if let Some(now) = now {
            world.clock.set(Timestamp::parse(now).unwrap());
        }
        let catalogue = world.send(Call::get("/services")).await.expect(200);
        let sms = operation(&catalogue, "sms.send");
        assert_eq!((&sms["base_price_cents"], &sms["price_version"]), (&cents.into(), &version.into()));
        assert_eq!(sms["next_price_from"], next);
        let guide = world.send(Call::get("/agent-docs")).await.expect(200).to_string();
        assert!(guide.contains(&format!("0.0{cents} USD a request")), "{guide}");
        let foreseen = world.send(Call::post("/simulations/policy-check", &check).bearer(&world.acme.pat)).await;
        assert_eq!(foreseen.expect(200)["price_version"], version);
        let bought = world.send(Call::post("/service-requests", &buy).bearer(&key)).await.expect(200);
        assert_eq!((&bought["status"], &bought["cost_cents"]), (&"executed".into(), &cents.into()), "{bought}");
        let events = world.journal().await;
        let admitted = events.iter().find(|event| event.body.contains("request.admitted")).unwrap();
        assert!(admitted.body.contains(&format!("\"price_version\":{version}")), "{}", admitted.body);
    }
    world.verify().await;
}
