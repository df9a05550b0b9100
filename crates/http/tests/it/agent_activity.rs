//! What an agent did, whether the chain says so, and how the agent is.

use serde_json::{Value, json};

use crate::support::{Call, World, mail};

async fn get(world: &World, path: &str) -> Value {
    world.send(Call::get(path).bearer(&world.acme.pat)).await.expect(200)
}

async fn send(world: &World, key: &str, order: &str) -> Value {
    let reply = world.send(Call::post("/service-requests", &mail(order)).bearer(key)).await;
    assert!((200..300).contains(&reply.status), "{}", reply.body);
    reply.body
}

#[actix_web::test]
async fn activity_is_the_agents_own_in_pages() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "operation": "email.send" })).await;
    for _ in 0..3 {
        send(&world, &key, "hello").await;
        world.mail("hello").await.expect(200);
    }
    let all = get(&world, &format!("/agents/{id}/activity?limit=200")).await;
    let logs = all["logs"].as_array().unwrap();
    assert!(logs.iter().all(|row| row["agent_id"] == *id) && logs.len() >= 10, "{all}");
    assert_eq!((&all["nextCursor"], &all["hasMore"], &all["delegations"]), (&Value::Null, &json!(false), &json!([])));
    assert_eq!(all["service_requests"].as_array().unwrap().len(), 3);
    assert_eq!(all["service_requests"][0]["status"], "executed");
    assert_eq!((&all["stats"]["calls"], &all["stats"]["health"]), (&json!(3), &json!("healthy")));
    assert_eq!(all["verification"], Value::Null);

    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&world, &format!("/agents/{id}/activity?limit=3&verify=1{cursor}")).await;
        assert_eq!(page["verification"]["verified"], true, "{page}");
        found.extend(page["logs"].as_array().unwrap().clone());
        assert_eq!(page["hasMore"], !page["nextCursor"].is_null());
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(&found, logs);
    let executed = get(&world, &format!("/agents/{id}/activity?type=request.executed")).await;
    assert_eq!(executed["logs"].as_array().unwrap().len(), 3);
    for wrong in ["limit=0", "cursor=x", "type=A%20b", "verify=perhaps"] {
        let call = Call::get(&format!("/agents/{id}/activity?{wrong}")).bearer(&world.acme.pat);
        world.send(call).await.refused(400, "invalid_request");
    }
}

#[actix_web::test]
async fn verification_walks_every_event_between_the_ends_of_the_page() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "operation": "email.send" })).await;
    send(&world, &key, "hello").await;
    world.mail("hello").await.expect(200);
    send(&world, &key, "hello").await;
    let page = get(&world, &format!("/agents/{id}/activity?type=request.executed&verify=1")).await;
    let seqs: Vec<_> = page["logs"].as_array().unwrap().iter().map(|row| row["seq"].as_i64().unwrap()).collect();
    let checked = page["verification"]["checked"].as_i64().unwrap();
    assert_eq!(checked, seqs[0] - seqs[1] + 1, "{page}");
    assert!(checked > 2, "the events of the other agent are between them");
    let none = get(&world, &format!("/agents/{id}/activity?type=request.voided&verify=1")).await;
    assert_eq!((&none["verification"]["verified"], &none["verification"]["checked"]), (&json!(true), &json!(0)));
}

#[actix_web::test]
async fn health_follows_the_calls_of_the_last_day() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "operation": "email.send" })).await;
    let health = async || get(&world, &format!("/agents/{id}/health")).await;
    assert_eq!(health().await["health"], "idle");
    // Refused before anything was sent: no illness of the agent.
    let pause =
        |status: &str| Call::patch(&format!("/agents/{id}"), &json!({ "status": status })).bearer(&world.acme.pat);
    world.send(pause("paused")).await.expect(200);
    assert_eq!(send(&world, &key, "hello").await["status"], "failed");
    assert_eq!(health().await["health"], "idle");
    world.send(pause("active")).await.expect(200);

    for _ in 0..3 {
        send(&world, &key, "hello").await;
    }
    let well = health().await;
    assert_eq!(
        (&well["health"], &well["calls"], &well["error_rate_percent"]),
        (&json!("healthy"), &json!(3), &json!(0))
    );
    assert_eq!((&well["latency_p50_ms"], &well["latency_max_ms"]), (&json!(0), &json!(0)), "the clock stands still");
    assert_eq!(send(&world, &key, "reject").await["status"], "failed");
    let worse = health().await;
    assert_eq!(
        (&worse["health"], &worse["failed"], &worse["error_rate_percent"]),
        (&json!("degraded"), &json!(1), &json!(25))
    );
    for _ in 0..2 {
        send(&world, &key, "reject").await;
    }
    assert_eq!(health().await["health"], "failing");
    world.clock.advance_seconds(86_401);
    assert_eq!(health().await["health"], "idle", "yesterday is over");
}

#[actix_web::test]
async fn the_fleet_is_no_agent_and_counts_everybody() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "operation": "email.send" })).await;
    send(&world, &key, "reject").await;
    world.mail("hello").await.expect(200);
    let fleet = get(&world, "/agents/health").await;
    let summary = json!({ "total": 3, "healthy": 1, "degraded": 0, "failing": 1, "idle": 1 });
    assert_eq!(fleet["summary"], summary);
    let mine = fleet["agents"].as_array().unwrap().iter().find(|agent| agent["agent_id"] == *id).unwrap();
    let alone = get(&world, &format!("/agents/{id}/health")).await;
    for figure in ["health", "calls", "failed", "error_rate_percent", "latency_p50_ms"] {
        assert_eq!(mine[figure], alone[figure], "{figure}");
    }
    assert_eq!(
        world.send(Call::get("/agents/health").bearer(&world.other.pat)).await.expect(200)["summary"]["total"],
        2
    );
}
