//! People who are kept out by those who run the installation.

use serde_json::json;
use upivia_domain::{OrgId, identity::OrgRole};

use crate::support::{Call, World};

#[actix_web::test]
async fn whoever_is_kept_out_gets_in_by_nothing_until_they_are_let_in() {
    let world = World::new().await;
    world.platform_admin(&world.acme).await;
    let eve = world.colleague(OrgRole::Admin).await;
    let why = json!({ "reason": "The account was taken over." });
    let wish = |action: &str, who: &str| {
        world.send(Call::post(&format!("/admin/users/{who}/{action}"), &why).cookie(&world.acme.session))
    };
    let by_token = || world.send(Call::get("/whoami").bearer(&eve.pat));
    let by_session = || world.send(Call::get("/whoami").cookie(&eve.session));
    by_token().await.expect(200);
    by_session().await.expect(200);

    let suspended = wish("suspend", &eve.user).await.expect(200);
    assert_eq!((&suspended["suspended"], &suspended["suspended_by"]), (&json!(true), &json!(world.acme.user)));
    by_token().await.refused(401, "unauthorized");
    by_session().await.refused(401, "unauthorized");
    assert!(world.sign_in(&eve.email).await.is_none(), "not by the password either");
    let events = world.events().await.len();
    wish("suspend", &eve.email).await.expect(200);
    assert_eq!(world.events().await.len(), events, "once more changes nothing");
    let event = world.events().await.into_iter().find(|event| event.kind == "user.suspended").unwrap();
    assert_eq!(event.org, OrgId::PLATFORM);
    assert!(event.body.contains("taken over") && event.body.contains(&eve.user), "{}", event.body);

    assert_eq!(wish("resume", &eve.email).await.expect(200)["suspended"], false);
    by_token().await.expect(200);
    by_session().await.refused(401, "unauthorized");
    world.clock.advance_seconds(2);
    assert!(world.sign_in(&eve.email).await.is_some(), "they sign in anew");
    world.verify().await;
}

#[actix_web::test]
async fn only_those_who_run_the_installation_know_its_people() {
    let world = World::new().await;
    let eve = world.colleague(OrgRole::Member).await;
    let why = json!({ "reason": "Because." });
    let path = format!("/admin/users/{}/suspend", eve.user);
    world.send(Call::post(&path, &why).cookie(&world.acme.session)).await.refused(404, "not_found");
    world.platform_admin(&world.acme).await;
    world.send(Call::post(&path, &why).bearer(&world.acme.pat)).await.refused(403, "forbidden");
    world.send(Call::post(&path, &json!({})).cookie(&world.acme.session)).await.refused(400, "invalid_request");
    let oneself = Call::post(&format!("/admin/users/{}/suspend", world.acme.user), &why).cookie(&world.acme.session);
    world.send(oneself).await.refused(400, "invalid_request");
    for nobody in ["usr_0000000000000000000000", "nobody@acme.example", "nobody"] {
        let call = Call::post(&format!("/admin/users/{nobody}/suspend"), &why).cookie(&world.acme.session);
        world.send(call).await.refused(404, "not_found");
    }
}

#[actix_web::test]
async fn the_agents_of_whoever_is_kept_out_go_on() {
    let world = World::new().await;
    world.platform_admin(&world.acme).await;
    let eve = world.colleague(OrgRole::Admin).await;
    let body = json!({ "name": "Clerk", "services": ["email.send"] });
    let made = world.send(Call::post("/agents", &body).bearer(&eve.pat)).await.expect(201);
    let key = made["test_api_key"].as_str().unwrap();
    let path = format!("/admin/users/{}/suspend", eve.user);
    world.send(Call::post(&path, &json!({ "reason": "Gone." })).cookie(&world.acme.session)).await.expect(200);
    let sent = world.send(Call::post("/service-requests", &crate::support::mail("hello")).bearer(key)).await;
    assert_eq!(sent.expect(200)["status"], "executed");
}
