//! Where a session acts after its person was removed, and after they came back.

use serde_json::{Value, json};
use upivia_domain::{
    OrgId, UserId,
    identity::{Membership, OrgRole},
    ports::{StoreError, transact},
};

use crate::support::{Call, Colleague, World};

/// With the cookie of a workspace beside the session.
fn in_workspace(session: &str, workspace: &str) -> String {
    format!("{session}; upivia-workspace={workspace}")
}

async fn remove(world: &World, who: &Colleague) {
    let path = format!("/api/v1/orgs/{}/members/{}", world.acme.id, who.user);
    world.send(Call::new("DELETE", &path).bearer(&world.acme.pat)).await.expect(200);
}

/// As an invitation does it.
async fn add_again(world: &World, who: &Colleague) {
    let (org, user): (OrgId, UserId) = (world.acme.id.parse().unwrap(), who.user.parse().unwrap());
    transact::<(), StoreError, _>(&*world.store, &[org], move |tx| {
        Box::pin(async move { tx.memberships().insert(&Membership { org, user, role: OrgRole::Member }).await })
    })
    .await
    .unwrap();
}

async fn place(world: &World, cookie: &str) -> Value {
    world.send(Call::get("/whoami").cookie(cookie)).await.expect(200)["organization"]["id"].clone()
}

async fn second_workspace(world: &World, who: &Colleague) -> String {
    let made = Call::post("/workspaces", &json!({ "name": "Own" })).cookie(&who.session);
    world.send(made).await.expect(201)["workspace"]["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn who_comes_back_brings_no_session_from_before() {
    let world = World::new().await;
    let eve = world.colleague(OrgRole::Member).await;
    remove(&world, &eve).await;
    add_again(&world, &eve).await;
    world.clock.advance_seconds(5);
    for cookie in [eve.session.clone(), in_workspace(&eve.session, &world.acme.id)] {
        world.send(Call::get("/whoami").cookie(&cookie)).await.refused(401, "unauthorized");
    }
    let anew = world.sign_in(&eve.email).await.unwrap();
    assert_eq!(place(&world, &anew).await, world.acme.id.as_str());
    remove(&world, &eve).await;
    add_again(&world, &eve).await;
    world.clock.advance_seconds(5);
    world.send(Call::get("/whoami").cookie(&anew)).await.refused(401, "unauthorized");
    let once_more = world.sign_in(&eve.email).await.unwrap();
    assert_eq!(place(&world, &once_more).await, world.acme.id.as_str());
    world.verify().await;
}

#[actix_web::test]
async fn a_session_goes_on_where_its_person_belongs() {
    let world = World::new().await;
    let eve = world.colleague(OrgRole::Admin).await;
    let own = second_workspace(&world, &eve).await;
    let cookie = in_workspace(&eve.session, &world.acme.id);
    assert_eq!(place(&world, &cookie).await, world.acme.id.as_str());
    remove(&world, &eve).await;
    world.clock.advance_seconds(5);
    assert_eq!(place(&world, &cookie).await, own.as_str());
    let make = || Call::post("/agents", &json!({ "name": "Clerk" }));
    let why = world.send(make().cookie(&cookie)).await.refused(403, "forbidden");
    assert!(why.contains("/workspaces"), "{why}");
    let path = format!("/api/v1/agents/{}", world.acme.agent);
    world.send(Call::new("DELETE", &path).cookie(&cookie)).await.refused(403, "forbidden");
    let agents = world.send(Call::get("/agents").cookie(&cookie)).await.expect(200);
    assert!(!agents.to_string().contains(&world.acme.agent), "{agents}");

    let listed = world.send(Call::get("/workspaces").cookie(&cookie)).await;
    let kept = listed.header("set-cookie").unwrap().to_owned();
    assert!(kept.starts_with(&format!("upivia-workspace={own}; ")), "{kept}");
    assert_eq!(listed.expect(200)["workspaces"], json!([{ "id": own, "name": "Own", "current": true }]));
    let cookie = in_workspace(&eve.session, &own);
    world.send(make().cookie(&cookie)).await.expect(201);
    let listed = world.send(Call::get("/workspaces").cookie(&cookie)).await;
    assert!(listed.header("set-cookie").is_none(), "the browser knows");
}

#[actix_web::test]
async fn a_session_from_before_goes_nowhere_it_left() {
    let world = World::new().await;
    let eve = world.colleague(OrgRole::Member).await;
    let own = second_workspace(&world, &eve).await;
    remove(&world, &eve).await;
    let switch = |cookie: &str| {
        let call = Call::post("/workspaces/switch", &json!({ "workspace_id": world.acme.id }));
        world.send(call.cookie(cookie))
    };
    let cookie = in_workspace(&eve.session, &world.acme.id);
    switch(&cookie).await.refused(404, "not_found");
    add_again(&world, &eve).await;
    world.clock.advance_seconds(5);
    let why = switch(&cookie).await.refused(403, "forbidden");
    assert!(why.contains("sign in again"), "{why}");
    assert_eq!(place(&world, &cookie).await, own.as_str());
    let anew = in_workspace(&world.sign_in(&eve.email).await.unwrap(), &own);
    let there = switch(&anew).await.expect(200);
    assert_eq!(there["workspace"]["current"], true);
    assert_eq!(place(&world, &anew).await, own.as_str(), "the cookie says so");
    // A token that the session from before made goes nowhere either.
    let token = Call::post("/personal-tokens", &json!({ "name": "CI" })).cookie(&in_workspace(&eve.session, &own));
    let token = world.send(token).await.expect(201)["token"].as_str().unwrap().to_owned();
    let to = |org: &str| Call::post("/workspaces/switch", &json!({ "workspace_id": org })).bearer(&token);
    world.send(to(&world.acme.id)).await.refused(403, "forbidden");
    world.send(to(&own)).await.expect(200);
}

#[actix_web::test]
async fn a_workspace_that_cannot_be_is_none() {
    let world = World::new().await;
    for named in ["nonsense", world.other.id.as_str(), "org_0000000000000000000000"] {
        let cookie = in_workspace(&world.acme.session, named);
        assert_eq!(place(&world, &cookie).await, world.acme.id.as_str(), "{named}");
        let make = Call::post("/agents", &json!({ "name": "Clerk" })).cookie(&cookie);
        world.send(make).await.refused(403, "forbidden");
    }
}
