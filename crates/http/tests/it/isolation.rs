//! The table, walked by somebody with ids of another organization: in a path, in a query, in a body. Whatever a route takes an
//! id in has to say here what a foreign one is, or the walk fails.

use std::collections::BTreeSet;

use serde_json::Value;
use upivia_http::{
    openapi::Place,
    route::{Credential, Method, Route},
    routes,
};

use crate::{
    coverage::{by, is_by_link, is_everybodys, name, path},
    support::{Call, Org, Reply, World},
};

/// What an example writes for an id of whoever calls, by its prefix.
fn foreign<'a>(world: &'a World, placeholder: &str) -> &'a str {
    let other = &world.other;
    match placeholder.split('_').next().unwrap_or_default() {
        "agt" => &other.agent,
        "team" => &other.team,
        "usr" => &other.user,
        "org" => &other.id,
        "skp" => other.proposal.get().unwrap(),
        "arq" | "prq" => other.named.get().unwrap(),
        what => panic!("say in isolation.rs what a foreign {what} is"),
    }
}

fn own<'a>(world: &'a World, placeholder: &str) -> &'a str {
    let acme = &world.acme;
    match placeholder.split('_').next().unwrap_or_default() {
        "agt" => &acme.agent,
        "team" => &acme.team,
        "usr" => &acme.user,
        "org" => &acme.id,
        "skp" => acme.proposal.get().unwrap(),
        "arq" | "prq" => acme.named.get().unwrap(),
        what => panic!("say in isolation.rs what an own {what} is"),
    }
}

/// The ids in an example: a prefix and nothing but zeros.
fn placeholders(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| placeholders(member, found)),
        Value::Array(items) => items.iter().for_each(|item| placeholders(item, found)),
        Value::String(text) => {
            let is_id =
                text.rsplit_once('_').is_some_and(|(_, rest)| rest.len() == 22 && rest.bytes().all(|b| b == b'0'));
            if is_id && !found.contains(text) {
                found.push(text.clone());
            }
        }
        _ => {}
    }
}

/// The example of a route with own ids in it, but for one that is foreign.
fn body(world: &World, route: &Route, stranger: Option<&str>) -> Option<Value> {
    let example = route.doc.body.as_ref()?.example;
    let mut found = Vec::new();
    placeholders(&serde_json::from_str(example).unwrap(), &mut found);
    let filled = found.iter().fold(example.to_owned(), |text, placeholder| {
        let id = if stranger == Some(placeholder) { foreign(world, placeholder) } else { own(world, placeholder) };
        text.replace(placeholder.as_str(), id)
    });
    Some(serde_json::from_str(&filled).unwrap())
}

/// Who runs the installation reaches every organization, and what stands in the marketplace or in a link is meant for others.
fn is_open(route: &Route) -> bool {
    route.path.starts_with("/admin/") || is_everybodys(route) || is_by_link(route)
}

fn is_signed(route: &Route) -> bool {
    route.access.credentials() == [Credential::Signature]
}

async fn send(world: &World, route: &Route, path: &str, body: Option<Value>) -> Reply {
    let call = Call::new(route.method.as_str(), path);
    let call = if let Some(body) = body { call.json(&body) } else { call };
    world.send(by(&world.acme, route, call)).await
}

/// Nothing of the other organization is told, and nothing of anybody is changed.
async fn told_nothing(world: &World, route: &Route, reply: &Reply, before: usize) {
    let text = reply.body.to_string();
    let Org { email, agent, team, user, id, .. } = &world.other;
    for theirs in [email, agent, team, user, id] {
        // What was asked for may be repeated, as an error does; what stands behind it may not.
        assert!(reply.status >= 400 || !text.contains(theirs.as_str()), "{}: {text}", name(route));
    }
    assert!(!text.contains(email.as_str()), "{}: {text}", name(route));
    assert_eq!(world.events().await.len(), before, "{} changed something", name(route));
}

/// Each part of a path that is an id, one after the other.
#[actix_web::test]
async fn a_foreign_id_in_any_place_of_a_path_is_not_found() {
    for (_, route) in routes().filter(|(_, route)| route.path.contains('{') && !is_signed(route) && !is_open(route)) {
        for (place, part) in route.path.split('/').enumerate().filter(|(_, part)| part.starts_with('{')) {
            let world = World::new().await;
            let (ours, theirs) = (path(&world, route, &world.acme).await, path(&world, route, &world.other).await);
            // Both begin with `/api/v1`, which is two parts more.
            let segment = |path: &str| path.split(['/', '?']).nth(place + 2).unwrap().to_owned();
            let (mine, foreign) = (segment(&ours), segment(&theirs));
            if mine == foreign {
                assert_eq!(route.path.split('/').nth(1), Some("suspensions"), "{}: {part} is no id?", name(route));
                continue;
            }
            let crossed = ours.replacen(&mine, &foreign, 1);
            let before = world.events().await.len();
            let reply = send(&world, route, &crossed, body(&world, route, None)).await;
            reply.refused(404, "not_found");
            told_nothing(&world, route, &reply, before).await;
        }
    }
}

/// Each id of a query: an error, or a list without anything of theirs.
#[actix_web::test]
async fn a_foreign_id_in_a_query_finds_nothing() {
    let mut walked = BTreeSet::new();
    for (_, route) in routes().filter(|(_, route)| route.method == Method::Get) {
        let in_query = route.doc.parameters.iter().filter(|parameter| parameter.place == Place::Query);
        for parameter in in_query.filter(|parameter| parameter.name.ends_with("_id")) {
            let world = World::new().await;
            let foreign = match parameter.name {
                "agent_id" => &world.other.agent,
                "team_id" => &world.other.team,
                "user_id" => &world.other.user,
                // A name of the catalogue.
                "service_id" => continue,
                what => panic!("say in isolation.rs what a foreign {what} is in a query"),
            };
            let path = path(&world, route, &world.acme).await;
            let before = world.events().await.len();
            let path = path.trim_end_matches('?');
            let sign = if path.contains('?') { '&' } else { '?' };
            let crossed = format!("{path}{sign}{}={foreign}", parameter.name);
            let reply = send(&world, route, &crossed, None).await;
            assert!(matches!(reply.status, 200 | 400 | 404), "{}: {} {}", name(route), reply.status, reply.body);
            told_nothing(&world, route, &reply, before).await;
            walked.insert(parameter.name);
        }
    }
    assert!(walked.is_superset(&BTreeSet::from(["agent_id", "team_id"])), "{walked:?}");
}

/// Each id of a body.
#[actix_web::test]
async fn a_foreign_id_in_a_body_changes_nothing() {
    let mut walked = BTreeSet::new();
    for (_, route) in routes().filter(|(_, route)| !is_signed(route)) {
        let Some(example) = route.doc.body.as_ref().map(|body| body.example) else { continue };
        let mut found = Vec::new();
        placeholders(&serde_json::from_str(example).unwrap(), &mut found);
        for placeholder in found {
            let world = World::new().await;
            // Theirs first, so that there is something to name.
            path(&world, route, &world.other).await;
            let path = path(&world, route, &world.acme).await;
            let before = world.events().await.len();
            let reply = send(&world, route, &path, body(&world, route, Some(&placeholder))).await;
            assert!(matches!(reply.status, 400 | 403 | 404), "{}: {} {}", name(route), reply.status, reply.body);
            told_nothing(&world, route, &reply, before).await;
            walked.insert(placeholder);
        }
    }
    let kinds: BTreeSet<_> = walked.iter().filter_map(|id| id.split('_').next()).collect();
    assert!(kinds.is_superset(&BTreeSet::from(["agt", "org", "team", "usr"])), "{kinds:?}");
}

/// What an agent asks about is itself or descends from it.
#[actix_web::test]
async fn a_budget_check_tells_nothing_of_strangers() {
    let world = World::new().await;
    for stranger in [&*world.other.agent, "agt_0000000000000000000000", "nobody"] {
        let body = serde_json::json!({ "operation": "platform.check_budget", "payload": { "agent_id": stranger } });
        let before = world.events().await.len();
        let reply = world.send(Call::post("/service-requests", &body).bearer(&world.acme.test)).await;
        reply.refused(404, "not_found");
        assert_eq!(world.events().await.len(), before);
    }
}
