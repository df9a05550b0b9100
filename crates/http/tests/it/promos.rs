//! Promotional codes over HTTP.

use serde_json::{Value, json};

use crate::support::{Call, Org, Reply, World};

async fn create(world: &World, body: &Value) -> Reply {
    world.send(Call::post("/admin/promo-codes", body).cookie(&world.acme.session)).await
}

async fn redeem(world: &World, by: &Org, code: &str) -> Reply {
    world.send(Call::post("/promo/redeem", &json!({ "code": code })).bearer(&by.pat)).await
}

async fn remove(world: &World, code: &str) -> Reply {
    let path = format!("/api/v1/admin/promo-codes?code={code}");
    world.send(Call::new("DELETE", &path).cookie(&world.acme.session)).await
}

async fn list(world: &World, query: &str) -> Value {
    world.send(Call::get(&format!("/admin/promo-codes{query}")).cookie(&world.acme.session)).await.expect(200)
}

async fn live_cents(world: &World, of: &Org) -> Value {
    world.send(Call::get("/balance?mode=live").bearer(&of.pat)).await.expect(200)["amount_cents"].clone()
}

#[actix_web::test]
async fn a_code_brings_its_money_once_to_each_organization() {
    let world = World::new().await;
    world.platform_admin(&world.acme).await;
    let body = json!({ "code": "spring", "amount_cents": 250, "note": "Conference" });
    let made = create(&world, &body).await.expect(201);
    assert_eq!((&made["code"], &made["redemptions"]), (&json!("SPRING"), &json!(0)));
    create(&world, &body).await.refused(409, "promo_code_exists");
    for (org, before) in [(&world.acme, 500), (&world.other, 0)] {
        let got = redeem(&world, org, " Spring ").await.expect(200);
        assert_eq!((&got["code"], &got["amount_cents"]), (&json!("SPRING"), &json!(250)));
        assert_eq!(got["balance"]["amount_cents"], before + 250);
        redeem(&world, org, "SPRING").await.refused(409, "promo_already_redeemed");
        assert_eq!(live_cents(&world, org).await, before + 250, "not twice");
    }
    let listed = list(&world, "").await;
    assert_eq!(
        (&listed["promo_codes"][0]["redemptions"], &listed["promo_codes"][0]["redeemed_cents"]),
        (&json!(2), &json!(500))
    );
    for org in ["org_0000000000000000000000", &world.acme.id, &world.other.id] {
        let told = world.events().await.into_iter().filter(|event| event.org.to_string() == org);
        let told = told.filter(|event| event.kind == "promo.redeemed").count();
        assert_eq!(told, if org.ends_with("0000000000000000000000") { 2 } else { 1 }, "{org}");
    }
    world.verify().await;
}

#[actix_web::test]
async fn caps_and_ends_hold() {
    let world = World::new().await;
    world.platform_admin(&world.acme).await;
    let end = "2026-01-15T10:00:00Z";
    for body in [
        json!({ "code": "first-one", "amount_cents": 10, "max_redemptions": 1 }),
        json!({ "code": "first-sum", "amount_cents": 10, "max_total_cents": 19 }),
        json!({ "code": "soon", "amount_cents": 10, "expires_at": end }),
        json!({ "code": "taken-back", "amount_cents": 10 }),
    ] {
        create(&world, &body).await.expect(201);
    }
    for code in ["first-one", "first-sum", "soon", "taken-back"] {
        redeem(&world, &world.acme, code).await.expect(200);
    }
    for code in ["first-one", "first-sum"] {
        redeem(&world, &world.other, code).await.refused(409, "promo_used_up");
    }
    assert_eq!(remove(&world, "Taken-Back").await.expect(200)["active"], false);
    redeem(&world, &world.other, "taken-back").await.refused(404, "not_found");
    redeem(&world, &world.other, "never-made").await.refused(404, "not_found");
    redeem(&world, &world.other, "no word").await.refused(404, "not_found");
    world.clock.advance_seconds(3_600);
    redeem(&world, &world.other, "soon").await.refused(409, "promo_expired");
    assert_eq!(live_cents(&world, &world.other).await, 0);
    let again = json!({ "code": "taken-back", "amount_cents": 10 });
    create(&world, &again).await.refused(409, "promo_code_exists");
    let events = world.events().await.len();
    remove(&world, "taken-back").await.expect(200);
    assert_eq!(world.events().await.len(), events, "taking back twice is the same");
    remove(&world, "never-made").await.refused(404, "not_found");
    world.verify().await;
}

#[actix_web::test]
async fn codes_are_paged_and_nothing_that_cannot_be_is_made() {
    let world = World::new().await;
    world.platform_admin(&world.acme).await;
    for code in ["one", "two", "three"] {
        create(&world, &json!({ "code": code, "amount_cents": 1 })).await.expect(201);
    }
    let first = list(&world, "?limit=2").await;
    let codes = |page: &Value| {
        let all = page["promo_codes"].as_array().unwrap().iter().map(|one| one["code"].clone());
        all.collect::<Vec<_>>()
    };
    assert_eq!(codes(&first), ["THREE", "TWO"]);
    let second = list(&world, &format!("?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((codes(&second), &second["next_cursor"]), (vec![json!("ONE")], &json!(null)));
    let events = world.events().await.len();
    for (body, field) in [
        (json!({ "amount_cents": 1 }), "code"),
        (json!({ "code": "ab", "amount_cents": 1 }), "code"),
        (json!({ "code": "abc" }), "amount_cents"),
        (json!({ "code": "abc", "amount_cents": 0 }), "amount_cents"),
        (json!({ "code": "abc", "amount_cents": -5 }), "amount_cents"),
        (json!({ "code": "abc", "amount_cents": 5, "max_redemptions": 0 }), "max_redemptions"),
        (json!({ "code": "abc", "amount_cents": 5, "max_redemptions": u64::MAX }), "max_redemptions"),
        (json!({ "code": "abc", "amount_cents": 5, "max_total_cents": 4 }), "max_total_cents"),
        (json!({ "code": "abc", "amount_cents": 5, "expires_at": "tomorrow" }), "expires_at"),
        (json!({ "code": "abc", "amount_cents": 5, "expires_at": "2020-01-01T00:00:00Z" }), "expires_at"),
    ] {
        let message = create(&world, &body).await.refused(400, "invalid_request");
        assert!(message.starts_with(field), "{message}");
    }
    assert_eq!(world.events().await.len(), events);
}

#[actix_web::test]
async fn an_owner_who_runs_nothing_sees_and_makes_no_codes() {
    let world = World::new().await;
    world.promo(&world.acme, "secret").await;
    let other = &world.other.session;
    let body = json!({ "code": "mine", "amount_cents": 100_000 });
    for call in [
        Call::get("/admin/promo-codes"),
        Call::post("/admin/promo-codes", &body),
        Call::new("DELETE", "/api/v1/admin/promo-codes?code=secret"),
    ] {
        world.send(call.cookie(other)).await.refused(403, "forbidden");
    }
    let member = world.member().await;
    let call = Call::post("/promo/redeem", &json!({ "code": "secret" }));
    world.send(call.bearer(&member)).await.refused(403, "forbidden");
}

#[actix_web::test]
async fn who_gave_up_gets_no_money() {
    let world = World::new().await;
    world.promo(&world.acme, "late").await;
    let close = Call::post(&format!("/orgs/{}/close", world.other.id), &json!({ "confirm": true }));
    world.send(close.bearer(&world.other.pat)).await.expect(200);
    redeem(&world, &world.other, "late").await.refused(409, "organization_closed");
}
