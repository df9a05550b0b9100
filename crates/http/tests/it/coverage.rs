//! The table, walked: what is missing in a row fails here. A new route needs no test of its own for any of this.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;
use upivia_domain::{
    Mode,
    audit::JournalEvent,
    identity::{OrgRole, TokenKind},
};
use upivia_http::{
    openapi::Place,
    route::{Credential, Method, Route},
    routes,
};

use crate::support::{
    Call, Org, World,
    sender::{self, PROVIDER, STRANGER},
};

/// A path of the route that names things of this organization.
pub async fn path(world: &World, route: &Route, owner: &Org) -> String {
    let group = route.path.split('/').nth(1).unwrap();
    prepare(world, route, owner).await;
    let (helper, task) = match route.path.contains("{task_id}") || group == "delegated-tasks" {
        true => delegated(world, owner).await,
        false => (String::new(), String::new()),
    };
    let id = match group {
        "agent-requests" if route.method == Method::Patch && !route.path.contains("{id}") => {
            owner.named.set(world.asked(owner).await).ok();
            String::new()
        }
        "publish-requests" if route.method == Method::Patch && !route.path.contains("{id}") => {
            owner.named.set(world.to_publish(owner, "org").await).ok();
            String::new()
        }
        _ if !route.path.contains("{id}") => String::new(),
        "delegated-tasks" => task.clone(),
        "agents" if !helper.is_empty() => helper,
        "agents" if route.path.ends_with("/resume") => {
            let made = Call::post("/agents", &serde_json::json!({ "name": "Sleeper" })).bearer(&owner.pat);
            let id = world.send(made).await.expect(201)["agent"]["id"].as_str().unwrap().to_owned();
            let pause = Call::post(&format!("/agents/{id}/pause"), &serde_json::json!({})).bearer(&owner.pat);
            world.send(pause).await.expect(200);
            id
        }
        "agents" => owner.agent.clone(),
        "orgs" => {
            if route.path.ends_with("/leave") {
                world.colleague(OrgRole::Owner).await;
            }
            owner.id.clone()
        }
        "admin" if route.path.starts_with("/admin/users/") => kept_out(world, route, owner).await,
        "admin" => world.administered(owner, route.path).await,
        "service-requests" => {
            let body = serde_json::json!({ "operation": "email.send", "payload": {} });
            let made = world.send(Call::post("/service-requests", &body).bearer(&owner.test)).await.expect(200);
            made["request_id"].as_str().unwrap().to_owned()
        }
        "teams" => world.funded_team(owner, !route.path.ends_with("/members")).await,
        "budget-requests" => {
            let team = world.funded_team(owner, true).await;
            let body = serde_json::json!({ "team_id": team, "amount_cents": 10 });
            let made = world.send(Call::post("/budget-requests", &body).bearer(&owner.pat)).await.expect(201);
            made["id"].as_str().unwrap().to_owned()
        }
        "agent-requests" => world.asked(owner).await,
        "publish-requests" => world.to_publish(owner, "org").await,
        "publications" => world.published(owner, "org").await,
        "marketplace" => world.published(owner, "marketplace").await,
        "suspensions" => {
            world.suspend(owner).await;
            "email.send".to_owned()
        }
        "me" => world.identity(owner).await,
        "personal-tokens" => {
            let made = Call::post("/personal-tokens", &serde_json::json!({ "name": "CI" })).cookie(&owner.session);
            world.send(made).await.expect(201)["personal_token"]["id"].as_str().unwrap().to_owned()
        }
        "ops" if route.path.ends_with("/acknowledge") => world.contradicted(owner).await,
        "ops" => world.lost(owner).await,
        "webhook-endpoints" => world.webhook_endpoint(owner).await,
        "approvals" => world.question(owner).await["approval_id"].as_str().unwrap().to_owned(),
        other => panic!("say in coverage.rs what the {{id}} of /{other} is"),
    };
    let mut required: Vec<String> = route.doc.parameters.iter().filter(in_query).map(sample).collect();
    let invited = match route.path {
        "/orgs/{id}/invites" | "/invites/{token}/accept" => world.invite(owner, serde_json::json!({})).await,
        _ => Value::Null,
    };
    let of_invite = |pointer: &str| invited.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    if route.path == "/orgs/{id}/invites" {
        required.push(format!("invite_id={}", of_invite("/invite/id")));
    }
    let path = parts(world, route, (&id, &task), owner).await.replace("{token}", of_invite("/token"));
    format!("/api/v1{}?{}", path.replace("{provider}", PROVIDER), required.join("&"))
}

/// What must be there before a call of the route can do anything.
async fn prepare(world: &World, route: &Route, owner: &Org) {
    if route.path == "/workspaces/switch" && owner.second.get().is_none() {
        owner.second.set(world.workspace(owner).await).unwrap();
    }
    if route.path == "/budget-requests" {
        // Who asks belongs to the team.
        let member = serde_json::json!({ "user_id": owner.user });
        world.send(Call::post(&format!("/teams/{}/members", owner.team), &member).bearer(&owner.pat)).await;
    }
    if route.path.ends_with("/skill-proposals") && owner.proposal.get().is_none() {
        let body = serde_json::json!({ "name": "Polite", "instructions": "Thank first." });
        let made = Call::post(&format!("/agents/{}/skill-proposals", owner.agent), &body).bearer(&owner.pat);
        owner.proposal.set(world.send(made).await.expect(201)["id"].as_str().unwrap().to_owned()).unwrap();
    }
    if route.path == "/ops/resume" {
        let stop = serde_json::json!({ "scope": "agent_tree", "id": owner.agent, "reason": "x" });
        world.send(Call::post("/ops/stop", &stop).bearer(&owner.pat)).await.expect(200);
    }
    if route.path == "/promo/redeem" || route.path.starts_with("/admin/promo-codes") {
        world.promo(owner, PROMO).await;
    }
    if route.path == "/admin/organizations" {
        world.platform_admin(owner).await;
    }
    if route.path == "/auth/password/reset" && owner.reset.get().is_none() {
        owner.reset.set(world.reset_token(owner).await).unwrap();
    }
}

/// A person whom the installation keeps out, or may keep out.
async fn kept_out(world: &World, route: &Route, owner: &Org) -> String {
    world.platform_admin(owner).await;
    let id = world.colleague(OrgRole::Member).await.user;
    if route.path.ends_with("/resume") {
        let why = serde_json::json!({ "reason": "for the test" });
        let suspend = Call::post(&format!("/admin/users/{id}/suspend"), &why).cookie(&owner.session);
        world.send(suspend).await.expect(200);
    }
    id
}

/// The path with ids of things that are there.
async fn parts(world: &World, route: &Route, (id, task): (&str, &str), owner: &Org) -> String {
    let mut path = route.path.to_owned();
    if path.contains("{user_id}") {
        let is_acme = owner.id == world.acme.id;
        let user = if is_acme { world.colleague(OrgRole::Member).await.user } else { owner.user.clone() };
        path = path.replace("{user_id}", &user);
    }
    if path.contains("{role_id}") {
        static GUESTS: AtomicU32 = AtomicU32::new(0);
        let name = format!("Guest {}", GUESTS.fetch_add(1, Ordering::Relaxed));
        let role = serde_json::json!({ "name": name, "permissions": [] });
        let made = Call::post(&format!("/orgs/{}/roles", owner.id), &role).bearer(&owner.pat);
        let made = world.send(made).await.expect(201);
        path = path.replace("{role_id}", made["role"]["id"].as_str().or(made["id"].as_str()).unwrap());
    }
    if path.contains("{delivery_id}") {
        path = path.replace("{delivery_id}", &world.webhook_delivery(owner, id).await);
    }
    let path = path.replace("{id}", id).replace("{task_id}", task);
    path.replace("{uid}", &owner.user).replace("{membership_id}", &owner.user)
}

/// An agent of its own with a task that it gave itself: the agent that others pay with stays free of tasks.
async fn delegated(world: &World, owner: &Org) -> (String, String) {
    let post = async |path: &str, body: Value| world.send(Call::post(path, &body).bearer(&owner.pat)).await.expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let helper = text(&post("/agents", serde_json::json!({ "name": "Helper" })).await["agent"]["id"]);
    let task = post(&format!("/agents/{helper}/delegated-tasks"), serde_json::json!({ "objective": "Write." })).await;
    (helper, text(&task["id"]))
}

fn in_query(parameter: &&upivia_http::openapi::Parameter) -> bool {
    parameter.required && parameter.place == Place::Query
}

fn sample(parameter: &upivia_http::openapi::Parameter) -> String {
    match parameter.name {
        "service_id" => "service_id=email".to_owned(),
        "invite_id" => String::new(),
        "workflow_id" => "workflow_id=wf_0000000000".to_owned(),
        "code" => format!("code={PROMO}"),
        other => panic!("say in coverage.rs what a sample of the parameter {other} is"),
    }
}

/// The promo code of the examples.
const PROMO: &str = "WELCOME-2026";

/// Stands in examples for an agent of whoever calls.
const ANY_AGENT: &str = "agt_0000000000000000000000";
/// Stands in examples for a person of the organization.
const ANY_USER: &str = "usr_0000000000000000000000";
/// Stands in examples for a team of theirs.
const ANY_TEAM: &str = "team_0000000000000000000000";

/// Stands in examples for a request that a provider has.
const ANY_REQUEST: &str = "srq_0000000000000000000000";

fn is_signed(route: &Route) -> bool {
    route.access.credentials() == [Credential::Signature]
}

/// A signed call about a request of the first organization that its provider accepted.
async fn signed(world: &World, route: &Route, sender: &str) -> Call {
    let running = world.mail("accept").await.expect(202);
    let example = route.doc.body.as_ref().map_or("{}", |body| body.example);
    sender::signed(world, sender, &example.replace(ANY_REQUEST, running["request_id"].as_str().unwrap()))
}

/// Stands in examples for the token of a mail.
const ANY_RESET: &str = "upivia_reset_…";

/// Routes that anybody may call: the token of a link says who they are.
pub fn is_by_link(route: &Route) -> bool {
    ["/invites/{token}/accept", "/auth/password/reset"].contains(&route.path)
}

/// Stand in examples for a request of whoever calls that the body names.
const ANY_NAMED: [&str; 2] = ["arq_0000000000000000000000", "prq_0000000000000000000000"];

/// Whether everybody may see what the path names, whatever organization they belong to.
pub fn is_everybodys(route: &Route) -> bool {
    route.path.starts_with("/marketplace/")
}

/// Stands in examples for an organization to go to.
const ANY_ORGANIZATION: &str = "org_0000000000000000000000";

/// Stands in examples for a skill that was proposed.
const ANY_PROPOSAL: &str = "skp_0000000000000000000000";

pub fn call(owner: &Org, route: &Route, path: &str) -> Call {
    let call = Call::new(route.method.as_str(), path);
    match &route.doc.body {
        Some(body) => {
            let second = owner.second.get().map_or(ANY_ORGANIZATION, String::as_str);
            let example = body.example.replace(ANY_AGENT, &owner.agent).replace(ANY_TEAM, &owner.team);
            let example = example.replace(ANY_USER, &owner.user).replace(ANY_ORGANIZATION, second);
            let example = example.replace(ANY_PROPOSAL, owner.proposal.get().map_or(ANY_PROPOSAL, String::as_str));
            let example = example.replace(ANY_RESET, owner.reset.get().map_or(ANY_RESET, String::as_str));
            let named = owner.named.get().map_or(ANY_NAMED[0], String::as_str);
            let example = ANY_NAMED.iter().fold(example, |example, any| example.replace(any, named));
            call.json(&serde_json::from_str::<Value>(&example).unwrap())
        }
        None => call,
    }
}

pub fn name(route: &Route) -> String {
    format!("{} {}", route.method.as_str(), route.path)
}

/// The call with the credential that the route takes.
pub fn by(org: &Org, route: &Route, call: Call) -> Call {
    match route.access.credentials() {
        [] => call,
        [Credential::AgentKey] => call.bearer(&org.test),
        [Credential::Session] => call.cookie(&org.session),
        _ => call.bearer(&org.pat),
    }
}

#[actix_web::test]
async fn without_a_credential_nobody_is_let_in() {
    let world = World::new().await;
    for (_, route) in routes().filter(|(_, route)| !route.access.credentials().is_empty()) {
        let path = path(&world, route, &world.acme).await;
        let attempts = [
            call(&world.acme, route, &path).cookie("next-auth.session-token=forged"),
            call(&world.acme, route, &path).cookie(&world.acme.session[..world.acme.session.len() - 8]),
            call(&world.acme, route, &path),
            call(&world.acme, route, &path).bearer("agent_key_test_AAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            call(&world.acme, route, &path).bearer("upivia_pat_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            call(&world.acme, route, &path).header("authorization", &format!("Basic {}", world.acme.pat)),
            call(&world.acme, route, &path).bearer(&world.acme.pat[..20]),
        ];
        let before = world.events().await.len();
        for attempt in attempts {
            let reply = world.send(attempt).await;
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{}", name(route));
            reply.refused(401, "unauthorized");
        }
        assert_eq!(world.events().await.len(), before, "{}", name(route));
    }
}

#[actix_web::test]
async fn a_credential_of_another_kind_is_not_enough() {
    let world = World::new().await;
    for (_, route) in routes() {
        let path = path(&world, route, &world.acme).await;
        let accepted = route.access.credentials();
        if accepted.is_empty() {
            continue;
        }
        if is_signed(route) {
            for token in [&world.acme.test, &world.acme.pat] {
                world.send(call(&world.acme, route, &path).bearer(token)).await.refused(401, "unauthorized");
            }
            continue;
        }
        if !accepted.contains(&Credential::AgentKey) {
            world.send(call(&world.acme, route, &path).bearer(&world.acme.test)).await.refused(403, "forbidden");
        }
        if !accepted.contains(&Credential::PersonalToken) {
            world.send(call(&world.acme, route, &path).bearer(&world.acme.pat)).await.refused(403, "forbidden");
        }
    }
}

#[actix_web::test]
async fn a_session_is_accepted_wherever_a_token_is() {
    for (_, route) in routes().filter(|(_, route)| route.access.credentials().contains(&Credential::Session)) {
        let world = World::new().await;
        let path = path(&world, route, &world.acme).await;
        let reply = world.send(call(&world.acme, route, &path).cookie(&world.acme.session)).await;
        assert!((200..300).contains(&reply.status), "{}: {} {}", name(route), reply.status, reply.body);
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{}", name(route));
        if route.method != Method::Get {
            let forged = call(&world.acme, route, &path).cookie(&world.acme.session);
            let before = world.events().await.len();
            world.send(forged.header("origin", "http://evil.test")).await.refused(403, "forbidden");
            assert_eq!(world.events().await.len(), before, "{}", name(route));
        }
    }
}

#[actix_web::test]
async fn a_role_without_the_permission_is_not_enough() {
    let world = World::new().await;
    let member = world.member().await;
    for (_, route) in routes() {
        let Some(permission) = route.access.permission() else { continue };
        let path = path(&world, route, &world.acme).await;
        let before = world.events().await.len();
        let reply = world.send(call(&world.acme, route, &path).bearer(&member)).await;
        if OrgRole::Member.grants(permission) {
            assert_ne!(reply.status, 401, "{}: {}", name(route), reply.body);
        } else {
            let message = reply.refused(403, "forbidden");
            assert!(message.contains(permission.as_str()), "{}: {message}", name(route));
            assert_eq!(world.events().await.len(), before, "{}", name(route));
        }
    }
}

/// The path with words where ids should be.
fn nothing(path: &str) -> String {
    ["{id}", "{uid}", "{membership_id}", "{task_id}", "{delivery_id}", "{user_id}", "{role_id}", "{token}"]
        .iter()
        .fold(path.to_owned(), |path, part| path.replace(part, "nothing"))
}

#[actix_web::test]
async fn things_of_others_are_not_there() {
    for (_, route) in routes().filter(|(_, route)| route.path.contains('{')) {
        let world = World::new().await;
        if is_signed(route) {
            let call = signed(&world, route, STRANGER).await;
            world.send(call).await.refused(404, "not_found");
            continue;
        }
        let path = path(&world, route, &world.acme).await;
        let strange = |path: &str| by(&world.other, route, call(&world.acme, route, path));
        if route.path.starts_with("/admin/") && !route.path.starts_with("/admin/users/") {
            // Whoever does not run the installation is told nothing of what exists.
            world.send(strange(&path)).await.refused(403, "forbidden");
            continue;
        }
        if !is_by_link(route) && !is_everybodys(route) {
            world.send(strange(&path)).await.refused(404, "not_found");
        }
        let malformed = format!("/api/v1{}?service_id=email", nothing(route.path));
        world.send(strange(&malformed)).await.refused(404, "not_found");
    }
}

#[actix_web::test]
async fn every_change_leaves_an_audit_event_of_its_author_and_nothing_else_does() {
    for (_, route) in routes() {
        let world = World::new().await;
        let path = path(&world, route, &world.acme).await;
        let call = match is_signed(route) {
            true => signed(&world, route, PROVIDER).await,
            false => by(&world.acme, route, call(&world.acme, route, &path).header("x-request-id", "walk")),
        };
        let before: HashSet<_> = world.events().await.iter().map(|event| (event.org, event.seq)).collect();
        let reply = world.send(call).await;
        assert!((200..300).contains(&reply.status), "{}: {} {}", name(route), reply.status, reply.body);
        let mut new = world.events().await;
        new.retain(|event| !before.contains(&(event.org, event.seq)));
        assert_eq!(!new.is_empty(), route.changes, "{}: {new:?}", name(route));
        let bodies: Vec<Value> = new.iter().map(|event| serde_json::from_str(&event.body).unwrap()).collect();
        assert!(bodies.iter().all(|event| event["org"] != *world.other.id), "{}: {bodies:?}", name(route));
        caused_by(&world.acme, route, &bodies);
        no_secret_in(&world, &new, &reply.body);
        world.verify().await;
    }
}

/// Events name who caused them, and by which HTTP request; those of a hold name the paid request instead, and what the
/// machinery does next about that is its own.
fn caused_by(owner: &Org, route: &Route, events: &[Value]) {
    let name = name(route);
    if is_signed(route) {
        // What a provider reports is found by the command that its message became.
        let commands = events.iter().filter_map(|event| event["detail"]["command"].as_str());
        assert!(commands.into_iter().any(|command| command.starts_with("cmd_")), "{name}: {events:?}");
        return;
    }
    let (follow, own): (Vec<_>, Vec<_>) = events.iter().partition(|event| event["actor"]["kind"] == "system");
    assert!(follow.iter().all(|event| event["request"].is_string()), "{name}: {follow:?}");
    assert_eq!(own.iter().any(|event| event["trace"] == "walk"), route.changes, "{name}: {events:?}");
    for event in own {
        assert!(event["trace"] == "walk" || event["request"].is_string(), "{name}: {event}");
        let actor = &event["actor"];
        match route.access.credentials() {
            // Whoever comes by a link is known by it.
            [] => assert_eq!(actor["kind"], "user", "{name}: {event}"),
            [Credential::AgentKey] => assert_eq!(actor["id"], *owner.agent, "{name}: {event}"),
            _ => assert_eq!(actor["id"], *owner.user, "{name}: {event}"),
        }
    }
}

/// Calls that are no reads and yet leave no event. Each has its reason; whatever else is added changes something.
const UNCHANGING: &[(Method, &str)] = &[
    // Nothing is stored: a question, and what a browser looks at.
    (Method::Post, "/simulations/policy-check"),
    (Method::Post, "/teams/switch"),
    // Skills of workflows: there are none yet to take away.
    (Method::Delete, "/agents/{id}/skills"),
    // Answers before it looks, so that nobody learns who is there. For whom a mail is written, `passwords.rs` finds the event.
    (Method::Post, "/auth/password/forgot"),
];

#[test]
fn whatever_is_no_read_is_a_change_but_for_a_few() {
    let mut unchanging: Vec<_> =
        routes().map(|(_, route)| route).filter(|r| r.method != Method::Get && !r.changes).collect();
    unchanging.retain(|route| !UNCHANGING.contains(&(route.method, route.path)));
    assert!(unchanging.is_empty(), "{:?}", unchanging.into_iter().map(name).collect::<Vec<_>>());
    for (method, path) in UNCHANGING {
        let found = routes().find(|(_, route)| (route.method, route.path) == (*method, *path));
        assert!(found.is_some_and(|(_, route)| !route.changes), "{} {path} is no exception", method.as_str());
    }
}

/// Neither the credentials that were there nor those that the answer shows.
fn no_secret_in(world: &World, events: &[JournalEvent], answer: &Value) {
    let shown =
        ["api_key", "test_api_key", "token", "secret"].map(|name| answer[name].as_str().unwrap_or("no key was shown"));
    let known = [&*world.acme.pat, &world.acme.live, &world.acme.test, &world.acme.session];
    for event in events {
        for secret in shown.iter().chain(&known) {
            assert!(!event.body.contains(secret), "{}", event.body);
        }
        for kind in [TokenKind::AgentKey(Mode::Live), TokenKind::AgentKey(Mode::Test), TokenKind::PersonalToken] {
            assert!(!event.body.contains(kind.prefix()), "{}", event.body);
        }
    }
}

#[test]
fn every_route_has_documentation_that_says_something() {
    for (group, route) in routes() {
        let doc = &route.doc;
        let name = name(route);
        assert!(
            !group.is_empty() && !doc.id.is_empty() && !doc.summary.is_empty() && !doc.details.is_empty(),
            "{name}"
        );
        assert!(
            !doc.answers.is_empty() && doc.answers.iter().all(|answer| (200..300).contains(&answer.status)),
            "{name}"
        );
        assert_eq!(doc.body.is_some(), route.method.has_body(), "{name}: the body");
        assert!(!route.changes || route.method != Method::Get, "{name}: a GET must not change anything");
        assert!(route.path.starts_with('/') && !route.path.ends_with('/'), "{name}");
        let has_author = is_by_link(route) || !route.access.credentials().is_empty();
        assert!(!route.changes || has_author, "{name}: a change without a known author");
    }
}

#[test]
fn no_route_is_there_twice() {
    let mut rows: Vec<_> = routes().map(|(_, route)| (route.method, route.path)).collect();
    let mut ids: Vec<_> = routes().map(|(_, route)| route.doc.id).collect();
    let (all, named) = (rows.len(), ids.len());
    rows.sort_unstable();
    rows.dedup();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((rows.len(), ids.len()), (all, named));
}

#[actix_web::test]
async fn a_body_may_be_absent_just_where_the_document_says_so() {
    let document = World::new().await.send(Call::get("/openapi.json")).await.expect(200);
    // Signed messages have a body by what they are, and a link may be enough for whoever is signed in.
    for (_, route) in routes().filter(|(_, route)| route.method.has_body() && !is_signed(route) && !is_by_link(route)) {
        let world = World::new().await;
        let path = path(&world, route, &world.acme).await;
        let method = route.method.as_str();
        let shown = &document["paths"][format!("/api/v1{}", route.path)][method.to_lowercase()]["requestBody"];
        let reply = world.send(by(&world.acme, route, Call::new(method, &path))).await;
        let expected = if shown["required"] == true { 400..401 } else { 200..300 };
        assert!(expected.contains(&reply.status), "{}: {} {}", name(route), reply.status, reply.body);
    }
}
