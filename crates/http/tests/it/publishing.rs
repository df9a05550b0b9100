//! Publishing: who may ask and approve, what colleagues and strangers get to see, and what they can clone.

use serde_json::{Value, json};

use crate::{
    support::{Call, Reply, World},
    teams::Field,
};

async fn get(world: &World, token: &str, path: &str) -> Reply {
    world.send(Call::get(path).bearer(token)).await
}

async fn post(world: &World, token: &str, path: &str, body: Value) -> Reply {
    world.send(Call::post(path, &body).bearer(token)).await
}

async fn answer(world: &World, token: &str, id: &Value, action: &str) -> Reply {
    let path = format!("/publish-requests/{}", id.as_str().unwrap());
    world.send(Call::patch(&path, &json!({ "action": action })).bearer(token)).await
}

/// An agent of the owner with a prompt, a budget and a binding.
async fn secretive(world: &World) -> String {
    let body = json!({
        "name": "Scout", "description": "Finds things", "system_prompt": "PROMPT-7", "personality": "MANNERS-7",
        "default_model_id": "openai/gpt-4o-mini", "monthly_budget_cents": 4242, "services": ["email.send"],
    });
    let made = post(world, &world.acme.pat, "/agents", body).await.expect(201);
    made["agent"]["id"].as_str().unwrap().to_owned()
}

async fn publish(world: &World, token: &str, agent: &str, body: Value) -> Reply {
    post(world, token, &format!("/agents/{agent}/publish"), body).await
}

/// Publishes it; the id of the publication.
async fn published(world: &World, agent: &str, body: Value) -> String {
    let asked = publish(world, &world.acme.pat, agent, body).await.expect(201);
    let answered = answer(world, &world.acme.pat, &asked["id"], "approve").await.expect(200);
    answered["publication_id"].as_str().unwrap().to_owned()
}

async fn names(world: &World, token: &str, path: &str, list: &str) -> Vec<String> {
    let found = get(world, token, path).await.expect(200);
    found[list].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn sees(world: &World, token: &str, agent: &str) -> bool {
    let is_listed = names(world, token, "/agents", "agents").await.iter().any(|id| id == agent);
    let is_there = get(world, token, &format!("/agents/{agent}")).await.status == 200;
    assert_eq!(is_listed, is_there, "list and item agree");
    is_listed
}

#[actix_web::test]
async fn colleagues_see_and_clone_what_was_published_and_nothing_else() {
    let field = Field::new().await;
    let world = &field.world;
    let agent = secretive(world).await;
    assert!(!sees(world, &field.eve, &agent).await);
    for path in ["skills", "activity", "health"] {
        get(world, &field.eve, &format!("/agents/{agent}/{path}")).await.refused(404, "not_found");
    }
    post(world, &field.eve, &format!("/agents/{agent}/clone"), json!({})).await.refused(404, "not_found");
    let publication = published(world, &agent, json!({ "scope": "org" })).await;
    assert!(sees(world, &field.eve, &agent).await);
    let clone = post(world, &field.eve, &format!("/agents/{agent}/clone"), json!({})).await.expect(201);
    assert_eq!((&clone["agent"]["owner_id"], &clone["services"]), (&json!(field.eve_id), &json!([])));
    let own = clone["agent"]["id"].as_str().unwrap();
    let revoke = format!("/publications/{publication}/revoke");
    let message = post(world, &field.eve, &revoke, json!({})).await.refused(403, "forbidden");
    assert!(message.contains("publish.manage"), "{message}");
    let revoked = post(world, &world.acme.pat, &revoke, json!({})).await.expect(200);
    assert_eq!(post(world, &world.acme.pat, &revoke, json!({})).await.expect(200), revoked);
    assert!(!sees(world, &field.eve, &agent).await && sees(world, &field.eve, own).await);
    assert_eq!(names(world, &field.eve, "/publications", "publications").await, Vec::<String>::new());
    world.verify().await;
}

#[actix_web::test]
async fn a_teams_publication_reaches_its_members_and_their_agents() {
    let field = Field::new().await;
    let world = &field.world;
    let agent = secretive(world).await;
    let (clerk, key) = field.eves_agent().await;
    let team = world.funded_team(&world.acme, false).await;
    let elsewhere =
        post(world, &world.acme.pat, "/agents", json!({ "name": "Far", "team_id": team })).await.expect(201);
    let elsewhere = elsewhere["agent"]["id"].as_str().unwrap().to_owned();
    published(world, &agent, json!({ "scope": "team" })).await;
    published(world, &elsewhere, json!({ "scope": "team" })).await;
    let seen = names(world, &key, "/agents", "agents").await;
    assert!(seen.contains(&clerk) && seen.contains(&agent) && !seen.contains(&elsewhere), "{seen:?}");
    assert!(!sees(world, &field.eve, &agent).await, "she belongs to no team");
    field.eve_is("worker").await;
    assert!(sees(world, &field.eve, &agent).await && !sees(world, &field.eve, &elsewhere).await);
    assert_eq!(names(world, &field.eve, "/publications?scope=team", "publications").await.len(), 1);
}

#[actix_web::test]
async fn nobody_but_an_owner_approves_what_they_asked_for() {
    let field = Field::new().await;
    let world = &field.world;
    let (eves, _) = field.eves_agent().await;
    field.eve_is("manager").await;
    let ours = secretive(world).await;
    publish(world, &field.eve, &ours, json!({ "scope": "org" })).await.refused(404, "not_found");
    let asked = publish(world, &field.eve, &eves, json!({ "scope": "team", "note": "For us." })).await.expect(201);
    publish(world, &field.eve, &eves, json!({ "scope": "team" })).await.refused(409, "publish_request_pending");
    let message = answer(world, &field.eve, &asked["id"], "approve").await.refused(403, "forbidden");
    assert!(message.contains("somebody else"), "{message}");
    let approved = answer(world, &world.acme.pat, &asked["id"], "approve").await.expect(200);
    assert_eq!(answer(world, &world.acme.pat, &asked["id"], "approve").await.expect(200), approved);
    answer(world, &world.acme.pat, &asked["id"], "reject").await.refused(409, "publish_request_resolved");
    // The manager of the team answers for what goes to it, and for nothing wider.
    let to_team = publish(world, &world.acme.pat, &ours, json!({ "scope": "team" })).await.expect(201);
    let to_all = publish(world, &world.acme.pat, &ours, json!({ "scope": "org" })).await.expect(201);
    assert_eq!(
        names(world, &field.eve, "/publish-requests", "publish_requests").await,
        [to_team["id"].as_str().unwrap()]
    );
    answer(world, &field.eve, &to_team["id"], "approve").await.expect(200);
    answer(world, &field.eve, &to_all["id"], "approve").await.refused(404, "not_found");
    let mine = publish(world, &field.eve, &eves, json!({ "scope": "org" })).await.expect(201);
    let message = answer(world, &field.eve, &mine["id"], "approve").await.refused(403, "forbidden");
    assert!(message.contains("publish.manage"), "{message}");
    let body = json!({ "id": mine["id"], "action": "withdraw" });
    let withdrawn = world.send(Call::patch("/publish-requests", &body).bearer(&field.eve)).await.expect(200);
    assert_eq!(withdrawn["status"], "withdrawn");
    let rejected =
        Call::patch("/publish-requests", &json!({ "id": to_all["id"], "status": "rejected", "reason": "No." }));
    assert_eq!(world.send(rejected.bearer(&world.acme.pat)).await.expect(200)["reason"], "No.");
    answer(world, &world.other.pat, &to_all["id"], "reject").await.refused(404, "not_found");
    for event in world.journal().await {
        assert!(!event.body.contains("For us.") && !event.body.contains("No."), "{}", event.body);
    }
    world.verify().await;
}

#[actix_web::test]
async fn a_later_publication_takes_the_place_of_the_first() {
    let world = World::new().await;
    let agent = secretive(&world).await;
    let first = published(&world, &agent, json!({ "scope": "org" })).await;
    let rename = Call::patch(&format!("/agents/{agent}"), &json!({ "name": "Scout 2" })).bearer(&world.acme.pat);
    world.send(rename).await.expect(200);
    let list = get(&world, &world.acme.pat, "/publications").await.expect(200);
    assert_eq!(list["publications"][0]["manifest"]["name"], "Scout", "what was approved is shown");
    let second = published(&world, &agent, json!({ "scope": "org" })).await;
    assert_eq!(names(&world, &world.acme.pat, "/publications", "publications").await, std::slice::from_ref(&second));
    let all =
        names(&world, &world.acme.pat, &format!("/publications?status=all&agent_id={agent}"), "publications").await;
    assert_eq!(all, [second, first]);
}

#[actix_web::test]
async fn the_marketplace_shows_manifests_alone_and_gives_no_money() {
    let world = World::new().await;
    let agent = secretive(&world).await;
    let first = published(&world, &agent, json!({ "scope": "marketplace" })).await;
    let reply = get(&world, &world.other.pat, "/marketplace/listings").await.expect(200);
    let listing = &reply["listings"][0];
    assert_eq!((&listing["id"], &listing["publisher"]), (&json!(first), &json!("Acme")));
    assert_eq!((&listing["name"], &listing["operations"]), (&json!("Scout"), &json!(["email.send"])));
    let text = reply.to_string();
    for private in
        ["PROMPT-7", "MANNERS-7", "4242", "42.42", &agent, &world.acme.user, &world.acme.id, &world.acme.team]
    {
        assert!(!text.contains(private), "{private}: {text}");
    }
    let given = published(&world, &agent, json!({ "scope": "marketplace", "include_prompt": true })).await;
    assert_eq!(
        names(&world, &world.other.pat, "/marketplace/listings", "listings").await,
        std::slice::from_ref(&given)
    );
    let clone = format!("/marketplace/listings/{first}/clone");
    post(&world, &world.other.pat, &clone, json!({})).await.refused(404, "not_found");

    let clone = format!("/marketplace/listings/{given}/clone");
    let made = post(&world, &world.other.pat, &clone, json!({ "name": "Ours" })).await.expect(201);
    let copy = &made["agent"];
    assert_eq!((&copy["name"], &copy["system_prompt"]), (&json!("Ours"), &json!("PROMPT-7")));
    assert_eq!((&copy["owner_id"], &copy["team_id"]), (&json!(world.other.user), &json!(world.other.team)));
    assert_eq!((&copy["monthly_budget_cents"], &made["services"]), (&Value::Null, &json!([])));
    let key = made["test_api_key"].as_str().unwrap();
    let sent = post(&world, key, "/service-requests", crate::support::mail("hello")).await.expect(200);
    assert_eq!(sent["reason_code"], "policy_violation");
    let team = json!({ "team_id": world.acme.team });
    post(&world, &world.other.pat, &clone, team).await.refused(404, "not_found");

    let gone = Call::new("DELETE", &format!("/api/v1/agents/{agent}")).bearer(&world.acme.pat);
    world.send(gone).await;
    assert_eq!(names(&world, &world.other.pat, "/marketplace/listings", "listings").await, Vec::<String>::new());
    post(&world, &world.other.pat, &clone, json!({})).await.refused(404, "not_found");
    world.verify().await;
}

#[actix_web::test]
async fn listings_of_all_organizations_stand_in_pages() {
    let world = World::new().await;
    let mut all = Vec::new();
    for of in [&world.acme, &world.other, &world.acme] {
        all.insert(0, world.published(of, "marketplace").await);
    }
    let first = get(&world, &world.other.pat, "/marketplace/listings?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let mut found = names(&world, &world.acme.pat, "/marketplace/listings?limit=2", "listings").await;
    let rest = format!("/marketplace/listings?limit=2&cursor={cursor}");
    found.extend(names(&world, &world.acme.pat, &rest, "listings").await);
    assert_eq!(found, all);
}

#[actix_web::test]
async fn what_cannot_be_published_is_named() {
    let world = World::new().await;
    let agent = secretive(&world).await;
    for (body, field) in [
        (json!({}), "scope"),
        (json!({ "scope": "world" }), "scope"),
        (json!({ "scope": "org", "note": "x".repeat(2_001) }), "note"),
        (json!({ "scope": "org", "include_prompt": "yes" }), "include_prompt"),
    ] {
        let message = publish(&world, &world.acme.pat, &agent, body).await.refused(400, "invalid_request");
        assert!(message.starts_with(field), "{field}: {message}");
    }
    let asked = publish(&world, &world.acme.pat, &agent, json!({ "scope": "org" })).await.expect(201);
    answer(&world, &world.acme.pat, &asked["id"], "perhaps").await.refused(400, "invalid_request");
    let gone = Call::new("DELETE", &format!("/api/v1/agents/{agent}")).bearer(&world.acme.pat);
    world.send(gone).await;
    answer(&world, &world.acme.pat, &asked["id"], "approve").await.refused(409, "publish_request_resolved");
}

#[actix_web::test]
async fn a_suspended_organization_is_not_in_the_marketplace() {
    let world = World::new().await;
    world.platform_admin(&world.other).await;
    let listing = published(&world, &secretive(&world).await, json!({ "scope": "marketplace" })).await;
    let shown = async || names(&world, &world.other.pat, "/marketplace/listings", "listings").await;
    let clone =
        async || post(&world, &world.other.pat, &format!("/marketplace/listings/{listing}/clone"), json!({})).await;
    let set = async |verb: &str| {
        let path = format!("/admin/organizations/{}/{verb}", world.acme.id);
        let call = Call::post(&path, &json!({ "reason": "for the test" })).cookie(&world.other.session);
        world.send(call).await.expect(200);
    };
    assert_eq!(shown().await, [listing.as_str()]);
    set("suspend").await;
    assert_eq!(shown().await, Vec::<String>::new());
    clone().await.refused(404, "not_found");
    set("reactivate").await;
    assert_eq!(shown().await, [listing.as_str()]);
    clone().await.expect(201);
    let close = Call::post(&format!("/orgs/{}/close", world.acme.id), &json!({ "confirm": true }));
    world.send(close.bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(shown().await, Vec::<String>::new());
    clone().await.refused(404, "not_found");
    world.verify().await;
}
