//! Members, custom roles, and tokens that may less than their owners.

use serde_json::{Value, json};
use upivia_domain::identity::{OrgRole, Permission};

use crate::support::{Call, Colleague, Reply, World, mail};

fn members(world: &World, rest: &str) -> String {
    format!("/orgs/{}/members{rest}", world.acme.id)
}

async fn set_role(world: &World, by: &str, user: &str, body: Value) -> Reply {
    world.send(Call::patch(&members(world, &format!("/{user}")), &body).bearer(by)).await
}

async fn remove(world: &World, by: &str, user: &str) -> Reply {
    let path = format!("/api/v1{}", members(world, &format!("/{user}")));
    world.send(Call::new("DELETE", &path).bearer(by)).await
}

async fn leave(world: &World, by: &str) -> Reply {
    world.send(Call::post(&format!("/orgs/{}/leave", world.acme.id), &json!({})).bearer(by)).await
}

async fn made(world: &World, by: &str, name: &str, permissions: &[&str]) -> Reply {
    let body = json!({ "name": name, "permissions": permissions });
    world.send(Call::post(&format!("/orgs/{}/roles", world.acme.id), &body).bearer(by)).await
}

/// Somebody with exactly these permissions.
async fn with(world: &World, permissions: &[Permission]) -> Colleague {
    let role = world.role(permissions.iter().copied().collect()).await;
    world.colleague(OrgRole::Custom(role)).await
}

#[actix_web::test]
async fn members_are_listed_with_their_roles() {
    let world = World::new().await;
    let admin = world.colleague(OrgRole::Admin).await;
    let role = made(&world, &world.acme.pat, "Night watch", &["agent.pauseAny"]).await.expect(201);
    let eve = world.colleague(OrgRole::Member).await;
    let changed = set_role(&world, &world.acme.pat, &eve.user, json!({ "role_id": role["id"] })).await.expect(200);
    assert_eq!((&changed["role"], &changed["role_name"]), (&json!("custom"), &json!("Night watch")));
    let listed = world.send(Call::get(&members(&world, "")).bearer(&admin.pat)).await.expect(200);
    let rows = listed["members"].as_array().unwrap();
    let shown = |user: &str| rows.iter().find(|row| row["user_id"] == user).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        (&shown(&world.acme.user)["role"], &shown(&world.acme.user)["email"]),
        (&json!("owner"), &json!("ada@acme.example"))
    );
    assert_eq!(shown(&admin.user)["role"], "admin");
    assert_eq!(shown(&eve.user)["role_id"], role["id"]);
}

#[actix_web::test]
async fn a_custom_role_holds_and_changes_from_the_next_request_on() {
    let world = World::new().await;
    let owner = &world.acme.pat;
    let role = made(&world, owner, "Readers", &["usage.read", "agent.manageAny"]).await.expect(201);
    assert!(role["permissions"].as_array().unwrap().contains(&json!("agent.rotateKeyAny")), "{role}");
    let eve = world.colleague(OrgRole::Member).await;
    set_role(&world, owner, &eve.user, json!({ "role_id": role["id"] })).await.expect(200);
    for person in [Call::get("/usage").bearer(&eve.pat), Call::get("/usage").cookie(&eve.session)] {
        world.send(person).await.expect(200);
    }
    world.send(Call::get("/balance").bearer(&eve.pat)).await.refused(403, "forbidden");
    let path = format!("/orgs/{}/roles/{}", world.acme.id, role["id"].as_str().unwrap());
    let change = json!({ "permissions": ["balance.read"] });
    world.send(Call::patch(&path, &change).bearer(owner)).await.expect(200);
    world.send(Call::get("/usage").bearer(&eve.pat)).await.refused(403, "forbidden");
    world.send(Call::get("/balance").bearer(&eve.pat)).await.expect(200);

    let removal = || world.send(Call::new("DELETE", &format!("/api/v1{path}")).bearer(owner));
    removal().await.refused(409, "role_in_use");
    set_role(&world, owner, &eve.user, json!({ "role": "member" })).await.expect(200);
    removal().await.expect(200);
    removal().await.refused(404, "not_found");
    let gone = set_role(&world, owner, &eve.user, json!({ "role_id": role["id"] })).await;
    assert!(gone.refused(400, "invalid_request").contains("role_id"));
    world.verify().await;
}

#[actix_web::test]
async fn what_is_no_role_is_not_made() {
    let world = World::new().await;
    let owner = &world.acme.pat;
    made(&world, owner, "Readers", &[]).await.expect(201);
    for name in ["readers", "Owner", "manager", " ", "custom"] {
        assert!(made(&world, owner, name, &[]).await.refused(400, "invalid_request").contains("name"), "{name}");
    }
    let unknown = made(&world, owner, "Pilots", &["agent.flyAny"]).await.refused(400, "invalid_request");
    assert!(unknown.contains("permissions") && unknown.contains("agent.flyAny"), "{unknown}");
    for body in [json!({ "name": "Pilots" }), json!({ "name": "Pilots", "permissions": [7] })] {
        let call = Call::post(&format!("/orgs/{}/roles", world.acme.id), &body).bearer(owner);
        world.send(call).await.refused(400, "invalid_request");
    }
    for body in
        [json!({}), json!({ "role": "king" }), json!({ "role": "admin", "role_id": "role_0000000000000000000000" })]
    {
        set_role(&world, owner, &world.acme.user, body).await.refused(400, "invalid_request");
    }
    set_role(&world, owner, &world.other.user, json!({ "role": "member" })).await.refused(404, "not_found");
}

#[actix_web::test]
async fn the_last_owner_stays_one() {
    let world = World::new().await;
    let (owner, user) = (&world.acme.pat, &world.acme.user);
    let before = world.events().await.len();
    set_role(&world, owner, user, json!({ "role": "admin" })).await.refused(409, "last_owner");
    remove(&world, owner, user).await.refused(409, "last_owner");
    leave(&world, owner).await.refused(409, "last_owner");
    assert_eq!(world.events().await.len(), before);
    let second = world.colleague(OrgRole::Admin).await;
    set_role(&world, owner, &second.user, json!({ "role": "owner" })).await.expect(200);
    set_role(&world, owner, user, json!({ "role": "admin" })).await.expect(200);
    leave(&world, &second.pat).await.refused(409, "last_owner");
    world.verify().await;
}

#[actix_web::test]
async fn only_an_owner_makes_or_removes_owners() {
    let world = World::new().await;
    let (admin, eve) = (world.colleague(OrgRole::Admin).await, world.colleague(OrgRole::Member).await);
    set_role(&world, &admin.pat, &eve.user, json!({ "role": "owner" })).await.refused(403, "forbidden");
    set_role(&world, &admin.pat, &admin.user, json!({ "role": "owner" })).await.refused(403, "forbidden");
    set_role(&world, &admin.pat, &world.acme.user, json!({ "role": "member" })).await.refused(403, "forbidden");
    remove(&world, &admin.pat, &world.acme.user).await.refused(403, "forbidden");
    set_role(&world, &admin.pat, &eve.user, json!({ "role": "admin" })).await.expect(200);
    remove(&world, &admin.pat, &eve.user).await.expect(200);
}

#[actix_web::test]
async fn nobody_gives_or_takes_what_they_lack() {
    let world = World::new().await;
    use Permission::{MemberChangeRole, MemberRemove, RoleCreate, RoleUpdate, UsageRead};
    let clerk = with(&world, &[MemberChangeRole, MemberRemove, RoleCreate, RoleUpdate, UsageRead]).await;
    let (admin, eve) = (world.colleague(OrgRole::Admin).await, with(&world, &[UsageRead]).await);
    let more = world.role([UsageRead, Permission::AuditRead].into_iter().collect()).await;
    for body in [json!({ "role": "admin" }), json!({ "role": "member" }), json!({ "role_id": more.to_string() })] {
        set_role(&world, &clerk.pat, &eve.user, body.clone()).await.refused(403, "forbidden");
        set_role(&world, &clerk.pat, &clerk.user, body).await.refused(403, "forbidden");
    }
    set_role(&world, &clerk.pat, &admin.user, json!({ "role": "member" })).await.refused(403, "forbidden");
    remove(&world, &clerk.pat, &admin.user).await.refused(403, "forbidden");
    let message = made(&world, &clerk.pat, "Auditors", &["usage.read", "audit.read"]).await.refused(403, "forbidden");
    assert!(message.contains("audit.read"), "{message}");
    let path = format!("/orgs/{}/roles/{more}", world.acme.id);
    let less = Call::patch(&path, &json!({ "permissions": ["usage.read"] })).bearer(&clerk.pat);
    world.send(less).await.refused(403, "forbidden");

    let role = made(&world, &clerk.pat, "Counters", &["usage.read"]).await.expect(201);
    set_role(&world, &clerk.pat, &eve.user, json!({ "role_id": role["id"] })).await.expect(200);
    remove(&world, &clerk.pat, &eve.user).await.expect(200);
}

#[actix_web::test]
async fn a_removed_member_opens_nothing_and_their_agents_stay() {
    let world = World::new().await;
    let eve = world.colleague(OrgRole::Member).await;
    let agent = world.send(Call::post("/agents", &json!({ "name": "Clerk" })).bearer(&eve.pat)).await.expect(201);
    let (id, key) = (agent["agent"]["id"].as_str().unwrap(), agent["test_api_key"].as_str().unwrap());
    let bind = Call::post(&format!("/agents/{id}/services"), &json!({ "operation": "email.send" }));
    world.send(bind.bearer(&world.acme.pat)).await.expect(200);
    let join = Call::post(&format!("/teams/{}/members", world.acme.team), &json!({ "user_id": eve.user }));
    world.send(join.bearer(&world.acme.pat)).await.expect(201);

    let gone = remove(&world, &world.acme.pat, &eve.user).await.expect(200);
    assert_eq!((&gone["tokens_revoked"], &gone["teams_left"]), (&json!(1), &json!(1)), "{gone}");
    assert_eq!(gone["agents"], json!({ "count": 1, "ids": [id], "owner_id": world.acme.user, "keys": "kept" }));
    world.send(Call::get("/whoami").bearer(&eve.pat)).await.refused(401, "unauthorized");
    world.send(Call::get("/whoami").cookie(&eve.session)).await.refused(401, "unauthorized");
    let shown = world.send(Call::get(&format!("/agents/{id}")).bearer(&world.acme.pat)).await.expect(200);
    assert!(shown.to_string().contains(&world.acme.user), "{shown}");
    let sent = world.send(Call::post("/service-requests", &mail("hello")).bearer(key)).await.expect(200);
    assert_eq!(sent["status"], "executed", "{sent}");
    let team = format!("/teams/{}/members", world.acme.team);
    let left = world.send(Call::get(&team).bearer(&world.acme.pat)).await.expect(200);
    assert!(!left.to_string().contains(&eve.user), "{left}");
    remove(&world, &world.acme.pat, &eve.user).await.refused(404, "not_found");
    world.verify().await;
}

#[actix_web::test]
async fn agents_go_to_whom_is_named() {
    let world = World::new().await;
    let (eve, bob) = (world.colleague(OrgRole::Member).await, world.colleague(OrgRole::Member).await);
    world.send(Call::post("/agents", &json!({ "name": "Clerk" })).bearer(&eve.pat)).await.expect(201);
    let path = |heir: &str| format!("/api/v1{}?agents_to={heir}", members(&world, &format!("/{}", eve.user)));
    for heir in [&eve.user, &world.other.user, "nobody"] {
        let refused = world.send(Call::new("DELETE", &path(heir)).bearer(&world.acme.pat)).await;
        assert!(refused.refused(400, "invalid_request").contains("agents_to"), "{heir}");
    }
    let gone = world.send(Call::new("DELETE", &path(&bob.user)).bearer(&world.acme.pat)).await.expect(200);
    assert_eq!((&gone["agents"]["count"], &gone["agents"]["owner_id"]), (&json!(1), &json!(bob.user)));
}

#[actix_web::test]
async fn whoever_wants_to_leave_leaves() {
    let world = World::new().await;
    let eve = with(&world, &[]).await;
    let path = format!("/orgs/{}/leave", world.acme.id);
    let cookie = format!("{}; upivia-workspace={}", eve.session, world.acme.id);
    let left = world.send(Call::post(&path, &json!({})).cookie(&cookie)).await;
    let cleared = left.header("set-cookie").unwrap();
    assert!(cleared.starts_with("upivia-workspace=;") && cleared.contains("Max-Age=0"), "{cleared}");
    assert_eq!(left.expect(200)["agents"]["owner_id"], world.acme.user.as_str());
    world.send(Call::get("/whoami").bearer(&eve.pat)).await.refused(401, "unauthorized");
    let elsewhere = Call::post(&format!("/orgs/{}/leave", world.other.id), &json!({})).bearer(&world.acme.pat);
    world.send(elsewhere).await.refused(404, "not_found");
}

#[actix_web::test]
async fn a_custom_role_counts_in_a_team() {
    let world = World::new().await;
    let (lead, bob) = (world.colleague(OrgRole::Member).await, world.colleague(OrgRole::Member).await);
    let team = format!("/teams/{}/members", world.acme.team);
    let post = |by: &str, body: Value| world.send(Call::post(&team, &body).bearer(by));
    let patch =
        |by: &str, user: &str, body: Value| world.send(Call::patch(&format!("{team}/{user}"), &body).bearer(by));
    let set = [Permission::TeamManageOwn, Permission::BudgetRequestOwn, Permission::AgentDeleteAny];
    let role = world.role(set.into_iter().collect()).await.to_string();
    post(&world.acme.pat, json!({ "user_id": lead.user })).await.expect(201);
    post(&lead.pat, json!({ "user_id": bob.user })).await.refused(403, "forbidden");
    let now = patch(&world.acme.pat, &lead.user, json!({ "role_id": role })).await.expect(200);
    assert_eq!((&now["role"], &now["role_id"]), (&json!("custom"), &json!(role)));
    post(&lead.pat, json!({ "user_id": bob.user })).await.expect(201);
    // Not what the role of a manager includes beyond theirs, and nothing that is not about teams.
    patch(&lead.pat, &bob.user, json!({ "role": "manager" })).await.refused(403, "forbidden");
    let allocate = format!("/teams/{}/workers/{}/budget/allocate", world.acme.team, bob.user);
    let money = Call::post(&allocate, &json!({ "amount_cents": 5 })).bearer(&lead.pat);
    world.send(money).await.refused(403, "forbidden");
    let delete = Call::new("DELETE", &format!("/api/v1/agents/{}", world.acme.agent)).bearer(&lead.pat);
    world.send(delete).await.refused(403, "forbidden");
    patch(&world.acme.pat, &bob.user, json!({ "role": "manager" })).await.expect(200);
    patch(&lead.pat, &bob.user, json!({ "role": "worker" })).await.refused(403, "forbidden");
    patch(&world.acme.pat, &bob.user, json!({ "role_id": "role_0000000000000000000000" }))
        .await
        .refused(400, "invalid_request");
}

async fn token(world: &World, cookie: &str, permissions: Value) -> Reply {
    let body = json!({ "name": "CI", "permissions": permissions });
    world.send(Call::post("/personal-tokens", &body).cookie(cookie)).await
}

#[actix_web::test]
async fn a_token_may_what_it_was_given_and_no_more_than_its_owner() {
    let world = World::new().await;
    let eve = world.colleague(OrgRole::Admin).await;
    let minted =
        token(&world, &eve.session, json!(["usage.read", "team.create", "member.changeRole"])).await.expect(201);
    assert_eq!(minted["personal_token"]["permissions"], json!(["member.changeRole", "usage.read", "team.create"]));
    let pat = minted["token"].as_str().unwrap();
    let team = || world.send(Call::post("/teams", &json!({ "name": "Field" })).bearer(pat));
    world.send(Call::get("/usage").bearer(pat)).await.expect(200);
    world.send(Call::get("/balance").bearer(pat)).await.refused(403, "forbidden");
    team().await.expect(201);
    // Nor does it give away what it lacks, or move its owner.
    let bob = with(&world, &[Permission::UsageRead]).await;
    set_role(&world, pat, &bob.user, json!({ "role": "member" })).await.refused(403, "forbidden");
    leave(&world, pat).await.refused(403, "forbidden");
    let switch = Call::post("/workspaces/switch", &json!({ "orgId": world.acme.id })).bearer(pat);
    world.send(switch).await.refused(403, "forbidden");
    world.send(Call::get("/workspaces").bearer(pat)).await.expect(200);

    set_role(&world, &world.acme.pat, &eve.user, json!({ "role": "member" })).await.expect(200);
    team().await.refused(403, "forbidden");
    world.send(Call::get("/usage").bearer(pat)).await.expect(200);
    for wrong in [json!(["audit.delete"]), json!([]), json!("usage.read"), json!(["team.create"])] {
        let message = token(&world, &eve.session, wrong.clone()).await.refused(400, "invalid_request");
        assert!(message.contains("permissions"), "{wrong}: {message}");
    }
    world.verify().await;
}

#[actix_web::test]
async fn a_token_tells_when_it_was_used_once_a_minute() {
    let world = World::new().await;
    let secret =
        token(&world, &world.acme.session, Value::Null).await.expect(201)["token"].as_str().unwrap().to_owned();
    let seen = async || {
        // The note is made beside the request.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let listed = Call::get("/personal-tokens").cookie(&world.acme.session);
        world.send(listed).await.expect(200)["personal_tokens"][1].clone()
    };
    assert_eq!((&seen().await["last_used_at"], &seen().await["permissions"]), (&Value::Null, &Value::Null));
    let mut times = Vec::new();
    for seconds in [0, 30, 31] {
        world.clock.advance_seconds(seconds);
        world.send(Call::get("/whoami").bearer(&secret)).await.expect(200);
        times.push(seen().await["last_used_at"].clone());
    }
    assert_eq!(times[0], "2026-01-15T09:00:00.000000Z");
    assert_eq!(times[1], times[0], "half a minute later it is not noted again");
    assert_eq!(times[2], "2026-01-15T09:01:01.000000Z");
}

#[actix_web::test]
async fn whoever_may_not_mint_mints_nothing_and_keeps_what_they_have() {
    let world = World::new().await;
    let eve = with(&world, &[Permission::UsageRead]).await;
    let message = token(&world, &eve.session, Value::Null).await.refused(403, "forbidden");
    assert!(message.contains("token.mint"), "{message}");
    let listed = world.send(Call::get("/personal-tokens").cookie(&eve.session)).await.expect(200);
    assert_eq!(listed["personal_tokens"].as_array().unwrap().len(), 1);
}
