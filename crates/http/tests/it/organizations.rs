//! Organizations that may not spend: suspended by who runs the installation, closed by their owners, paid out in the end.

use serde_json::{Value, json};

use crate::support::{Call, Reply, World, mail};

async fn admin(world: &World, path: &str, body: &Value) -> Reply {
    world
        .send(Call::post(&format!("/admin/organizations/{}{path}", world.other.id), body).cookie(&world.acme.session))
        .await
}

async fn pay(world: &World, key: &str) -> Reply {
    world.send(Call::post("/service-requests", &mail("please")).bearer(key)).await
}

async fn kinds(world: &World, org: &str) -> Vec<String> {
    let all = world.events().await;
    all.into_iter().filter(|event| event.org.to_string() == org).map(|event| event.kind.to_string()).collect()
}

#[actix_web::test]
async fn a_platform_administrator_suspends_and_lets_go() {
    let world = World::new().await;
    let why = json!({ "reason": "chargebacks" });
    admin(&world, "/suspend", &why).await.refused(403, "forbidden");
    world.platform_admin(&world.acme).await;
    let message = admin(&world, "/suspend", &json!({})).await.refused(400, "invalid_request");
    assert!(message.starts_with("reason"), "{message}");

    let suspended = admin(&world, "/suspend", &why).await.expect(200);
    assert_eq!((&suspended["status"], &suspended["reason"]), (&json!("suspended"), &json!("chargebacks")));
    assert_eq!(
        (&suspended["changed_by"], &suspended["test"]["posted_cents"]),
        (&json!(world.acme.user), &json!(10_000))
    );
    let events = world.events().await.len();
    admin(&world, "/suspend", &why).await.expect(200);
    assert_eq!(world.events().await.len(), events, "suspending twice is the same");
    let refused = pay(&world, &world.other.test).await.expect(200);
    assert_eq!((&refused["status"], &refused["reason_code"]), (&json!("blocked"), &json!("organization_suspended")));
    let shown = world.send(Call::get("/ops/stops").bearer(&world.other.pat)).await.expect(200);
    assert_eq!(
        (&shown["organization"]["status"], &shown["organization"]["reason"]),
        (&json!("suspended"), &json!("chargebacks"))
    );
    let list = world.send(Call::get("/admin/organizations?status=suspended").cookie(&world.acme.session)).await;
    assert_eq!(list.expect(200)["organizations"], json!([suspended]));

    assert_eq!(admin(&world, "/reactivate", &why).await.expect(200)["status"], "active");
    assert_eq!(pay(&world, &world.other.test).await.expect(200)["status"], "executed");
    for org in ["org_0000000000000000000000", &world.other.id] {
        let kinds = kinds(&world, org).await;
        for kind in ["organization.suspended", "organization.reactivated"] {
            assert_eq!(kinds.iter().filter(|one| *one == kind).count(), 1, "{org}: {kind}");
        }
    }
    let nobody = "/admin/organizations/org_0000000000000000000001/suspend";
    world.send(Call::post(nobody, &why).cookie(&world.acme.session)).await.refused(404, "not_found");
    let platform = "/admin/organizations/org_0000000000000000000000/suspend";
    world.send(Call::post(platform, &why).cookie(&world.acme.session)).await.refused(404, "not_found");
    world.verify().await;
}

#[actix_web::test]
async fn a_closed_organization_keeps_its_money_until_it_is_paid_out() {
    let world = World::new().await;
    let acme = &world.acme;
    let lost = world.lost(acme).await;
    let team = world.funded_team(acme, true).await;
    let close =
        async |body: Value| world.send(Call::post(&format!("/orgs/{}/close", acme.id), &body).bearer(&acme.pat)).await;
    let message = close(json!({ "reason": "x" })).await.refused(400, "invalid_request");
    assert!(message.starts_with("confirm"), "{message}");
    let order = json!({ "confirm": true, "reason": "the project is over" });
    assert_eq!(close(order.clone()).await.expect(200)["status"], "closing");
    for key in [&acme.test, &acme.live] {
        pay(&world, key).await.refused(401, "unauthorized");
    }
    assert_eq!(world.close_organizations().await, 0, "a request is open");
    let events = world.events().await.len();
    assert_eq!(close(order).await.expect(200)["status"], "closing");
    assert_eq!(world.events().await.len(), events, "closing twice is the same");
    let down = Call::post(&format!("/teams/{team}/budget"), &json!({ "amount_cents": 1 })).bearer(&acme.pat);
    world.send(down).await.refused(409, "organization_closed");

    let release = json!({ "release": true, "reason": "nothing was sent" });
    let resolve = Call::post(&format!("/ops/unresolved/{lost}/resolve"), &release).bearer(&acme.pat);
    world.send(resolve).await.expect(200);
    assert_eq!(world.close_organizations().await, 1);
    assert_eq!(world.close_organizations().await, 0);
    let balance = world.send(Call::get("/balance?mode=live").bearer(&acme.pat)).await.expect(200);
    assert_eq!(balance["amount_cents"], 500, "what the team and its worker had left is back: {balance}");

    world.platform_admin(&world.other).await;
    let path = format!("/admin/organizations/{}/payout", acme.id);
    let pay_out =
        async |body: Value| world.send(Call::post(&path, &body).cookie(&world.other.session).key("payout-1")).await;
    let paid = json!({ "amount_cents": 499, "note": "Bank transfer 42" });
    let left = pay_out(paid.clone()).await.expect(200);
    assert_eq!((&left["status"], &left["live"]["posted_cents"]), (&json!("closed"), &json!(1)));
    let repeated = pay_out(paid).await;
    assert_eq!(repeated.header("idempotent-replayed"), Some("true"));
    assert_eq!(repeated.expect(200), left);
    let too_much = Call::post(&path, &json!({ "amount_cents": 2, "note": "x" })).cookie(&world.other.session);
    world.send(too_much).await.refused(409, "insufficient_balance");
    assert!(kinds(&world, &acme.id).await.contains(&"wallet.paid_out".to_owned()));
    let reopen = format!("/admin/organizations/{}/reactivate", acme.id);
    let reopen = Call::post(&reopen, &json!({ "reason": "x" })).cookie(&world.other.session);
    world.send(reopen).await.refused(409, "organization_closed");
    world.verify().await;
}

#[actix_web::test]
async fn only_what_is_closed_is_paid_out() {
    let world = World::new().await;
    let order = json!({ "amount_cents": 1, "mode": "test", "note": "x" });
    admin(&world, "/payout", &order).await.refused(403, "forbidden");
    world.platform_admin(&world.acme).await;
    admin(&world, "/payout", &order).await.refused(409, "organization_not_closed");
    for (body, field) in [
        (json!({ "note": "x" }), "amount_cents"),
        (json!({ "amount_cents": 0, "note": "x" }), "amount_cents"),
        (json!({ "amount_cents": 1 }), "note"),
        (json!({ "amount_cents": 1, "mode": "play", "note": "x" }), "mode"),
    ] {
        let message = admin(&world, "/payout", &body).await.refused(400, "invalid_request");
        assert!(message.starts_with(field), "{message}");
    }
}

#[actix_web::test]
async fn an_admin_who_is_no_owner_closes_nothing() {
    let world = World::new().await;
    let admin = world.colleague(upivia_domain::identity::OrgRole::Admin).await.pat;
    let path = format!("/orgs/{}/close", world.acme.id);
    let close = Call::post(&path, &json!({ "confirm": true })).bearer(&admin);
    let message = world.send(close).await.refused(403, "forbidden");
    assert!(message.contains("owner"), "{message}");
    assert_eq!(pay(&world, &world.acme.test).await.expect(200)["status"], "executed");
}
