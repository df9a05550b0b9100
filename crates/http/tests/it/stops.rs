//! The stop switch over HTTP.

use serde_json::{Value, json};

use crate::support::{Call, Org, Reply, World, mail};

async fn post(world: &World, path: &str, body: &Value) -> Reply {
    world.send(Call::post(path, body).bearer(&world.acme.pat)).await
}

async fn stops(world: &World, of: &Org) -> Value {
    world.send(Call::get("/ops/stops").bearer(&of.pat)).await.expect(200)
}

async fn pay(world: &World, key: &str) -> Value {
    world.send(Call::post("/service-requests", &mail("please")).bearer(key)).await.expect(200)
}

#[actix_web::test]
async fn whatever_is_stopped_is_blocked_until_it_is_resumed() {
    let world = World::new().await;
    let acme = &world.acme;
    let expected = json!({ "organization": { "status": "active", "reason": null, "changed_at": null }, "stops": [] });
    assert_eq!(stops(&world, acme).await, expected);
    let cases = [
        (json!({ "scope": "org" }), "organization", &acme.id),
        (json!({ "scope": "team", "id": acme.team }), "team", &acme.team),
        (json!({ "scope": "agent_tree", "id": acme.agent }), "agent_tree", &acme.agent),
    ];
    for (scope, told, id) in cases {
        let mut order = scope.clone();
        order["reason"] = json!("  it loops ");
        let stopped = post(&world, "/ops/stop", &order).await.expect(200);
        assert_eq!((&stopped["id"], &stopped["reason"]), (&json!(id), &json!("it loops")));
        assert_eq!((&stopped["stopped_by"], &stopped["stopped_by_email"]), (&json!(acme.user), &json!(acme.email)));
        let listed = stops(&world, acme).await;
        assert_eq!(listed["stops"], json!([stopped]));

        let before = world.journal().await.len();
        order["reason"] = json!("another reason");
        assert_eq!(post(&world, "/ops/stop", &order).await.expect(200), stopped, "stopping twice is the same");
        assert_eq!(world.journal().await.len(), before, "and leaves no event");

        let refused = pay(&world, &acme.test).await;
        assert_eq!(
            (&refused["status"], &refused["reason_code"]),
            (&json!("blocked"), &json!("organization_suspended"))
        );
        assert_eq!(refused["reasons"][0]["scope"], told);
        assert!(refused["message"].as_str().unwrap().contains("stopped"), "{refused}");
        assert_eq!(pay(&world, &world.other.test).await["status"], "executed");

        let resumed = post(&world, "/ops/resume", &scope).await.expect(200);
        assert_eq!((&resumed["resumed"], &resumed["was"]), (&json!(true), &stopped));
        let again = post(&world, "/ops/resume", &scope).await.expect(200);
        assert_eq!((&again["resumed"], &again["was"]), (&json!(false), &json!(null)));
        assert_eq!(pay(&world, &acme.test).await["status"], "executed");
    }
    let kinds: Vec<_> = world.journal().await.iter().map(|event| event.kind.to_string()).collect();
    for kind in ["spending.stopped", "spending.resumed"] {
        assert_eq!(kinds.iter().filter(|one| *one == kind).count(), 3, "{kind}");
    }
    world.verify().await;
}

#[actix_web::test]
async fn an_approval_during_a_stop_stays_pending_and_says_why() {
    let world = World::new().await;
    let asked = world.question(&world.acme).await;
    let path = format!("/approvals/{}/approve", asked["approval_id"].as_str().unwrap());
    post(&world, "/ops/stop", &json!({ "scope": "org", "reason": "x" })).await.expect(200);
    let answer = post(&world, &path, &json!({})).await.expect(200);
    assert_eq!(
        (&answer["status"], &answer["reasons"][0]["code"]),
        (&json!("approval_required"), &json!("organization_suspended"))
    );
    let pending = world.send(Call::get("/approvals?status=pending").bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(pending["approvals"].as_array().unwrap().len(), 1);
    post(&world, "/ops/resume", &json!({ "scope": "org" })).await.expect(200);
    assert_eq!(post(&world, &path, &json!({})).await.expect(200)["status"], "executed");
}

#[actix_web::test]
async fn what_cannot_be_stopped_changes_nothing() {
    let world = World::new().await;
    let before = world.journal().await.len();
    for (body, field) in [
        (json!({ "reason": "x" }), "scope"),
        (json!({ "scope": "everything", "reason": "x" }), "scope"),
        (json!({ "scope": 7, "reason": "x" }), "scope"),
        (json!({ "scope": "team", "reason": "x" }), "id"),
        (json!({ "scope": "team", "id": world.acme.agent, "reason": "x" }), "id"),
        (json!({ "scope": "agent_tree", "id": "nothing", "reason": "x" }), "id"),
        (json!({ "scope": "org" }), "reason"),
        (json!({ "scope": "org", "reason": "  " }), "reason"),
        (json!({ "scope": "org", "reason": "x".repeat(501) }), "reason"),
    ] {
        let message = post(&world, "/ops/stop", &body).await.refused(400, "invalid_request");
        assert!(message.starts_with(field), "{message}");
    }
    let foreign = [
        json!({ "scope": "org", "id": world.other.id, "reason": "x" }),
        json!({ "scope": "team", "id": world.other.team, "reason": "x" }),
        json!({ "scope": "agent_tree", "id": world.other.agent, "reason": "x" }),
    ];
    for body in foreign {
        post(&world, "/ops/stop", &body).await.refused(404, "not_found");
        post(&world, "/ops/resume", &body).await.refused(404, "not_found");
    }
    assert_eq!(world.journal().await.len(), before);
}

#[actix_web::test]
async fn a_member_sees_what_is_stopped_and_stops_nothing() {
    let world = World::new().await;
    let member = world.member().await;
    post(&world, "/ops/stop", &json!({ "scope": "org", "reason": "x" })).await.expect(200);
    let seen = world.send(Call::get("/ops/stops").bearer(&member)).await.expect(200);
    assert_eq!(seen["stops"].as_array().unwrap().len(), 1);
    for path in ["/ops/stop", "/ops/resume"] {
        let order = json!({ "scope": "org", "reason": "x" });
        world.send(Call::post(path, &order).bearer(&member)).await.refused(403, "forbidden");
    }
}
