//! Permissions: each guards something, and whoever lacks one is refused what it guards. Their document is made from the code.

use std::{fmt::Write, fs, path::Path};

use serde_json::{Value, json};
use upivia_domain::identity::{Holders, OrgRole, Permission, PermissionSet};
use upivia_http::{
    FIELD_GUARDS, FieldGuard,
    route::{Credential, Method, Route},
    routes,
};

use crate::{
    coverage::{call, name, path},
    support::{Call, Colleague, Reply, World},
};

/// Everything but that permission, and but what includes it.
fn all_but(permission: Permission) -> PermissionSet {
    let all = Permission::ALL.iter().copied();
    all.filter(|one| *one != permission && Some(*one) != permission.included_in()).collect()
}

async fn lacking(world: &World, permission: Permission) -> Colleague {
    let set = all_but(permission);
    assert!(!set.contains(permission), "{permission}");
    world.colleague(OrgRole::Custom(world.role(set).await)).await
}

fn by(person: &Colleague, route: &Route, call: Call) -> Call {
    let takes_tokens = route.access.credentials().contains(&Credential::PersonalToken);
    if takes_tokens { call.bearer(&person.pat) } else { call.cookie(&person.session) }
}

fn routes_of(permission: Permission) -> impl Iterator<Item = &'static Route> {
    routes().map(|(_, route)| route).filter(move |route| route.access.permission() == Some(permission))
}

fn guards_of(permission: Permission) -> impl Iterator<Item = &'static FieldGuard> {
    FIELD_GUARDS.iter().filter(move |guard| guard.permission == permission)
}

#[test]
fn every_permission_guards_something() {
    for permission in Permission::ALL.iter().copied() {
        let guards = routes_of(permission).count() + guards_of(permission).count();
        assert!(guards > 0, "{permission} guards no route and no field");
    }
}

#[test]
fn every_field_guard_is_of_a_route() {
    for guard in FIELD_GUARDS {
        let known = routes().any(|(_, route)| route.method == guard.method && route.path == guard.path);
        assert!(known, "{} {} does not exist", guard.method.as_str(), guard.path);
    }
}

#[actix_web::test]
async fn every_other_permission_together_is_not_enough_for_a_route() {
    let world = World::new().await;
    for (_, route) in routes() {
        let Some(permission) = route.access.permission() else { continue };
        let path = path(&world, route, &world.acme).await;
        let person = lacking(&world, permission).await;
        let before = world.events().await.len();
        let reply = world.send(by(&person, route, call(&world.acme, route, &path))).await;
        let message = reply.refused(403, "forbidden");
        assert!(message.contains(permission.as_str()), "{}: {message}", name(route));
        assert_eq!(world.events().await.len(), before, "{}: something was changed", name(route));
    }
}

/// A call that meets the guard.
async fn guarded(world: &World, guard: &FieldGuard) -> Call {
    let team = format!("/teams/{}", world.acme.team);
    match (guard.permission, guard.method, guard.path) {
        (_, Method::Post, "/agents") => Call::post("/agents", &json!({ "name": "Scout", "services": ["email.send"] })),
        (_, Method::Post, "/agents/{id}/clone") => {
            Call::post(&format!("/agents/{}/clone", world.acme.agent), &json!({}))
        }
        (_, Method::Post, "/teams/switch") => Call::post("/teams/switch", &json!({ "team_id": world.acme.team })),
        (_, Method::Post, "/teams") => Call::post("/teams", &json!({ "name": "Field", "monthly_limit_cents": 5 })),
        (Permission::TeamCapAny, Method::Patch, "/teams/{id}") => {
            Call::patch(&team, &json!({ "monthly_limit_cents": 5 }))
        }
        (Permission::TeamPoolAny, Method::Patch, "/teams/{id}") => Call::patch(&team, &json!({ "has_pool": true })),
        (permission, method, "/agent-requests/{id}") => {
            let path = format!("/agent-requests/{}", world.asked(&world.acme).await);
            match permission {
                Permission::AgentRequestReadAny => Call::new(method.as_str(), &format!("/api/v1{path}")),
                _ => Call::patch(&path, &json!({ "action": "resolve", "response": "Paris." })),
            }
        }
        (permission, _, "/publish-requests/{id}") => {
            let scope = if permission == Permission::MarketplacePublish { "marketplace" } else { "org" };
            let path = format!("/publish-requests/{}", world.to_publish(&world.acme, scope).await);
            Call::patch(&path, &json!({ "action": "approve", "reason": "Well tested." }))
        }
        (Permission::AgentReadAny, Method::Get, _) => Call::get(&format!("/agents/{}", world.acme.agent)),
        (_, Method::Get, path) => Call::get(&path.replace("/teams/{id}", &team)),
        other => panic!("say in permissions.rs what meets the guard {other:?}"),
    }
}

#[actix_web::test]
async fn every_other_permission_together_is_not_enough_for_a_field() {
    let world = World::new().await;
    let all = world.colleague(OrgRole::Custom(world.role(PermissionSet::all()).await)).await;
    for guard in FIELD_GUARDS {
        let person = lacking(&world, guard.permission).await;
        let refused = world.send(guarded(&world, guard).await.bearer(&person.pat)).await;
        let reply = world.send(guarded(&world, guard).await.bearer(&all.pat)).await;
        assert!((200..300).contains(&reply.status), "{guard:?}: {}", reply.body);
        match (guard.permission, guard.path) {
            // Whoever may not bind gets the copy without bindings.
            (_, "/agents/{id}/clone") => {
                let bound = |reply: &Reply| reply.body["services"].as_array().map(Vec::len);
                assert_eq!((bound(&refused), bound(&reply).is_some_and(|bound| bound > 0)), (Some(0), true));
            }
            (Permission::AgentReadAny | Permission::AgentRequestReadAny | Permission::PublishManage, _) => {
                drop(refused.refused(404, "not_found"))
            }
            _ => {
                let message = refused.refused(403, "forbidden");
                assert!(message.contains(guard.permission.as_str()), "{guard:?}: {message}");
            }
        }
    }
}

#[actix_web::test]
async fn a_permission_that_is_included_in_another_comes_with_it_and_alone() {
    let world = World::new().await;
    for (held, pauses, changes) in [(Permission::AgentManageAny, 200, 200), (Permission::AgentPauseAny, 200, 403)] {
        let role = world.role(PermissionSet::from_iter([held])).await;
        let person = world.colleague(OrgRole::Custom(role)).await;
        let (agent, none) = (format!("/agents/{}", world.acme.agent), json!({}));
        for action in ["pause", "resume"] {
            let call = Call::post(&format!("{agent}/{action}"), &none).bearer(&person.pat);
            world.send(call).await.expect(pauses);
        }
        let change = Call::patch(&agent, &json!({ "status": "disabled" })).bearer(&person.pat);
        world.send(change).await.expect(changes);
        if changes == 200 {
            let resume = Call::post(&format!("{agent}/resume"), &none).bearer(&person.pat);
            world.send(resume).await.refused(400, "invalid_request");
            world.send(Call::patch(&agent, &json!({ "status": "active" })).bearer(&person.pat)).await.expect(200);
        }
    }
}

#[actix_web::test]
async fn a_person_learns_which_permissions_there_are_and_which_are_theirs() {
    let world = World::new().await;
    let role = world.role([Permission::OrganizationRead, Permission::UsageRead].into_iter().collect()).await;
    let person = world.colleague(OrgRole::Custom(role)).await;
    let path = format!("/orgs/{}/permissions", world.acme.id);
    let listed = world.send(Call::get(&path).bearer(&person.pat)).await.expect(200);
    let all = listed["permissions"].as_array().unwrap();
    assert_eq!(all.len(), Permission::ALL.len());
    let held: Vec<_> = all.iter().filter(|one| one["held"] == true).map(|one| one["name"].clone()).collect();
    assert_eq!(Value::from(held.clone()), json!(["organization.read", "usage.read"]));
    let whoami = world.send(Call::get("/whoami").bearer(&person.pat)).await.expect(200);
    assert_eq!((&whoami["role"], &whoami["role_id"]), (&json!("custom"), &json!(role.to_string())));
    assert_eq!(whoami["permissions"], Value::from(held));
}

const HEAD: &str = "# Permissions

What a role or a personal token may include. Made from the code by `UPIVIA_WRITE_DOCS=1 cargo test -p upivia-http permissions`; a
test fails when it is stale.

Owners and admins have all of them; only an owner makes or removes owners. Members have those that say so. An organization makes
roles of its own out of them (`POST /orgs/{id}/roles`) and gives them to members (`PATCH /orgs/{id}/members/{user_id}`) or, in a
team, to its members (`PATCH /teams/{id}/members/{membership_id}`). Nobody gives or takes a permission that they lack. A personal
token may be bound to some of them; it never may more than its owner's present role.

Those of managers and workers only count in teams whose role for the person includes them, too: everybody's role in the
organization has them, and `team.manageAny` makes them count in every team.

| permission | what it allows | what it guards | who has it by default |
|---|---|---|---|
";

fn document() -> String {
    Permission::ALL.iter().fold(HEAD.to_owned(), |mut text, permission| {
        let included = permission.included_in().map(|whole| format!(" Included in `{whole}`.")).unwrap_or_default();
        let (allows, guards, holders) = (permission.allows(), guarded_by(*permission), holders(permission.holders()));
        writeln!(text, "| `{permission}` | {allows}{included} | {guards} | {holders} |").unwrap();
        text
    })
}

fn guarded_by(permission: Permission) -> String {
    let routes = routes_of(permission).map(|route| format!("`{}`", name(route)));
    let fields = guards_of(permission).map(|guard| {
        let FieldGuard { method, path, what, .. } = guard;
        let route = format!("`{} {path}`", method.as_str());
        if what.starts_with('`') { format!("{what} of {route}") } else { format!("{route} {what}") }
    });
    routes.chain(fields).collect::<Vec<_>>().join(", ")
}

const fn holders(holders: Holders) -> &'static str {
    match holders {
        Holders::Admins => "owner, admin",
        Holders::Everyone => "owner, admin, member",
        Holders::Managers => "owner, admin; managers in their teams",
        Holders::Workers => "owner, admin; managers and workers in their teams",
    }
}

#[test]
fn the_document_of_permissions_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    if std::env::var_os("UPIVIA_WRITE_DOCS").is_some() {
        fs::write(&file, document()).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == document(),
        "docs/permissions.md is stale: UPIVIA_WRITE_DOCS=1 cargo test -p upivia-http permissions"
    );
}
