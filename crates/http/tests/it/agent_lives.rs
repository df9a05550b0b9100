//! Agents change, are copied, change hands, and end.

use serde_json::{Value, json};

use crate::support::{Call, Reply, World, mail};

async fn patch(world: &World, agent: &str, body: Value) -> Reply {
    world.send(Call::patch(&format!("/agents/{agent}"), &body).bearer(&world.acme.pat)).await
}

async fn delete(world: &World, agent: &str) -> Reply {
    world.send(Call::new("DELETE", &format!("/api/v1/agents/{agent}")).bearer(&world.acme.pat)).await
}

async fn get(world: &World, path: &str) -> Reply {
    world.send(Call::get(path).bearer(&world.acme.pat)).await
}

async fn listed(world: &World) -> Vec<Value> {
    get(world, "/agents").await.expect(200)["agents"].as_array().unwrap().clone()
}

async fn yupi(world: &World) -> String {
    let all = listed(world).await;
    let found = all.iter().find(|agent| agent["kind"] == "yupi").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

async fn buys(world: &World, key: &str) -> Reply {
    world.send(Call::post("/service-requests", &mail("hello")).bearer(key)).await
}

#[actix_web::test]
async fn every_field_changes_in_both_spellings_and_null_clears() {
    let world = World::new().await;
    let id = &world.acme.agent;
    let full = json!({
        "name": " Clerk ", "description": "Reads", "icon": "📮", "category": "Post", "personality": "Calm",
        "voiceConfig": { "pitch": -2 }, "defaultModelId": "openai/gpt-4o-mini", "systemPrompt": "Be brief.",
        "memoryMode": "long_term", "status": "paused",
    });
    let agent = patch(&world, id, full).await.expect(200)["agent"].clone();
    for (member, value) in [
        ("name", json!("Clerk")),
        ("description", json!("Reads")),
        ("icon", json!("📮")),
        ("category", json!("Post")),
        ("personality", json!("Calm")),
        ("voice_config", json!({ "pitch": -2 })),
        ("default_model_id", json!("openai/gpt-4o-mini")),
        ("system_prompt", json!("Be brief.")),
        ("memory_mode", json!("long_term")),
        ("status", json!("paused")),
    ] {
        assert_eq!(agent[member], value, "{member}");
    }
    assert_eq!(get(&world, &format!("/agents/{id}")).await.expect(200)["agent"], agent);
    let cleared = json!({
        "description": null, "icon": null, "category": " ", "personality": null, "voice_config": null,
        "default_model_id": null, "system_prompt": null, "memory_mode": null,
    });
    let agent = patch(&world, id, cleared.clone()).await.expect(200)["agent"].clone();
    assert!(cleared.as_object().unwrap().keys().all(|member| agent[member].is_null()), "{agent}");
    assert_eq!((&agent["name"], &agent["status"]), (&json!("Clerk"), &json!("paused")));
}

#[actix_web::test]
async fn what_cannot_be_changed_so_names_the_member_and_changes_nothing() {
    let world = World::new().await;
    let (id, before) = (&world.acme.agent, world.journal().await.len());
    for (wrong, field) in [
        (json!({ "name": null }), "name"),
        (json!({ "name": "" }), "name"),
        (json!({ "status": null }), "status"),
        (json!({ "status": "ending" }), "status"),
        (json!({ "status": "deleted" }), "status"),
        (json!({ "status": "gone" }), "status"),
        (json!({ "status": true }), "status"),
        (json!({ "description": 5 }), "description"),
        (json!({ "icon": "x".repeat(201) }), "icon"),
        (json!({ "personality": "\u{1b}" }), "personality"),
        (json!({ "voiceConfig": "loud" }), "voice_config"),
        (json!({ "voice_config": { "x": "y".repeat(10_000) } }), "voice_config"),
        (json!({ "memoryMode": "Long Term" }), "memory_mode"),
        (json!({ "systemPrompt": ["x"] }), "system_prompt"),
        (json!({ "defaultModelId": "a", "default_model_id": "a" }), "default_model_id"),
        (json!({ "kind": "yupi" }), "kind"),
        (json!({ "owner_id": "usr_x" }), "owner_id"),
    ] {
        // Something that could be changed beside it stays as it was.
        let mut body = wrong.clone();
        body.as_object_mut().unwrap().entry("category").or_insert(json!("Changed"));
        let reply = patch(&world, id, body).await;
        let message = reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{wrong}: {message}");
    }
    assert_eq!(world.journal().await.len(), before);
    assert_eq!(get(&world, &format!("/agents/{id}")).await.expect(200)["agent"]["category"], Value::Null);
}

#[actix_web::test]
async fn a_status_holds_from_the_next_request_on() {
    let world = World::new().await;
    let (id, key) = (&world.acme.agent, &world.acme.test);
    for status in ["paused", "disabled"] {
        patch(&world, id, json!({ "status": status })).await.expect(200);
        let refused = buys(&world, key).await.expect(200);
        assert_eq!((&refused["status"], &refused["reason_code"]), (&json!("failed"), &json!("agent_disabled")));
        patch(&world, id, json!({ "status": "active" })).await.expect(200);
        assert_eq!(buys(&world, key).await.expect(200)["status"], "executed");
    }
}

#[actix_web::test]
async fn a_change_is_told_without_its_texts_and_no_change_is_not_told() {
    let world = World::new().await;
    let id = &world.acme.agent;
    patch(&world, id, json!({ "name": "Clerk", "system_prompt": "The secret recipe.", "status": "paused" }))
        .await
        .expect(200);
    let told = world.journal().await;
    assert_eq!(told[0].kind, "agent.updated");
    assert!(!told[0].body.contains("recipe"), "{}", told[0].body);
    let body: Value = serde_json::from_str(&told[0].body).unwrap();
    let (old, new) = (&body["detail"]["old"], &body["detail"]["new"]);
    assert_eq!((&old["name"], &new["name"]), (&json!("First agent"), &json!("Clerk")));
    assert_eq!((&old["status"], &new["status"]), (&json!("active"), &json!("paused")));
    assert!(old["system_prompt"].is_null() && new["system_prompt"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(new.as_object().unwrap().len(), 3, "{new}");
    for same in [json!({}), json!({ "name": "Clerk" }), json!({ "icon": null })] {
        patch(&world, id, same).await.expect(200);
    }
    assert_eq!(world.journal().await.len(), told.len());
    world.verify().await;
}

#[actix_web::test]
async fn yupi_can_be_paused_and_renamed_but_neither_disabled_nor_deleted() {
    let world = World::new().await;
    let id = yupi(&world).await;
    let message = patch(&world, &id, json!({ "status": "disabled" })).await.refused(403, "forbidden");
    assert!(message.contains("Yupi"), "{message}");
    let message = delete(&world, &id).await.refused(403, "forbidden");
    assert!(message.contains("Yupi"), "{message}");
    let changed = patch(&world, &id, json!({ "status": "paused", "name": "Maestro" })).await.expect(200);
    assert_eq!((&changed["agent"]["status"], &changed["agent"]["kind"]), (&json!("paused"), &json!("yupi")));
    delete(&world, &id).await.refused(403, "forbidden");
    assert!(listed(&world).await.iter().any(|agent| agent["id"] == *id));
}

#[actix_web::test]
async fn a_deleted_agent_is_gone_and_its_past_remains() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "operation": "email.send" })).await;
    let sent = buys(&world, &key).await.expect(200);
    let gone = delete(&world, &id).await.expect(200);
    assert_eq!(gone, json!({ "agent_id": id, "status": "deleted" }));
    buys(&world, &key).await.refused(401, "unauthorized");
    world.send(Call::get("/agents").bearer(&key)).await.refused(401, "unauthorized");
    assert!(listed(&world).await.iter().all(|agent| agent["id"] != *id));
    for path in ["", "/skills", "/activity", "/health"] {
        get(&world, &format!("/agents/{id}{path}")).await.refused(404, "not_found");
    }
    delete(&world, &id).await.refused(404, "not_found");
    patch(&world, &id, json!({ "status": "active" })).await.refused(404, "not_found");
    let usage = get(&world, &format!("/usage?agent_id={id}&mode=test")).await.expect(200);
    assert!(usage.to_string().contains(sent["request_id"].as_str().unwrap()), "{usage}");
    let kinds: Vec<_> = world.journal().await.iter().map(|event| event.kind.to_string()).collect();
    assert_eq!(&kinds[..4], ["agent.deleted", "binding.removed", "credential.revoked", "credential.revoked"]);
    world.verify().await;
}

#[actix_web::test]
async fn an_agent_with_a_request_on_its_way_ends_with_it() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "operation": "email.send" })).await;
    let sent = world.send(Call::post("/service-requests", &mail("lose")).bearer(&key)).await.expect(202);
    let request = sent["request_id"].as_str().unwrap();
    for _ in 0..2 {
        assert_eq!(delete(&world, &id).await.expect(200)["status"], "ending");
    }
    buys(&world, &key).await.refused(401, "unauthorized");
    assert_eq!(world.end_agents().await, 0, "the request still holds money");
    let shown = get(&world, &format!("/agents/{id}")).await.expect(200);
    assert_eq!((&shown["agent"]["status"], &shown["services"]), (&json!("ending"), &json!([])));
    for (path, body) in [
        ("", json!({ "status": "active" })),
        ("/key", json!({ "confirm": true })),
        ("/transfer", json!({ "user_id": world.acme.user })),
    ] {
        let call = Call::patch(&format!("/agents/{id}{path}"), &body).bearer(&world.acme.pat);
        assert_eq!(world.send(call).await.body["error"]["field"], "status", "{path}");
    }
    for (path, body) in [("clone", json!({})), ("services", json!({ "operation": "email.send" }))] {
        let call = Call::post(&format!("/agents/{id}/{path}"), &body).bearer(&world.acme.pat);
        world.send(call).await.refused(400, "invalid_request");
    }
    let resolve = json!({ "action": "release", "release": true, "reason": "Nothing was sent." });
    world.clock.advance_seconds(3_600);
    let call = Call::post(&format!("/ops/unresolved/{request}/resolve"), &resolve).bearer(&world.acme.pat);
    world.send(call).await.expect(200);
    assert_eq!((world.end_agents().await, world.end_agents().await), (1, 0));
    get(&world, &format!("/agents/{id}")).await.refused(404, "not_found");
    let last = world.journal().await;
    assert!(
        last[0].kind == "agent.deleted" && last[0].body.contains(r#""actor":{"kind":"system""#),
        "{}",
        last[0].body
    );
    world.verify().await;
}

#[actix_web::test]
async fn a_clone_has_everything_but_the_past() {
    let world = World::new().await;
    let binding = json!({ "operation": "email.send", "monthly_budget_cents": 100, "daily_request_limit": 3 });
    let (id, key) = world.agent(binding).await;
    patch(&world, &id, json!({ "system_prompt": "Be brief.", "voice_config": { "pitch": 1 } })).await.expect(200);
    world
        .send(
            Call::patch(&format!("/agents/{id}/budget"), &json!({ "monthly_budget_cents": 700 }))
                .bearer(&world.acme.pat),
        )
        .await
        .expect(200);
    let pattern = get(&world, &format!("/agents/{id}")).await.expect(200);
    let path = format!("/agents/{id}/clone");
    let clone = world.send(Call::post(&path, &json!({})).bearer(&world.acme.pat)).await.expect(201);
    assert_eq!(clone["agent"]["name"], "Scout (copy)");
    assert_eq!(clone["services"], pattern["services"]);
    for same in ["system_prompt", "voice_config", "monthly_budget_cents", "team_id", "kind"] {
        assert_eq!(clone["agent"][same], pattern["agent"][same], "{same}");
    }
    let new = clone["test_api_key"].as_str().unwrap();
    assert!(new != key && clone["api_key"].as_str().unwrap().starts_with("agent_key_live_"));
    for key in [new, &key] {
        assert_eq!(buys(&world, key).await.expect(200)["status"], "executed");
    }
    let named = world.send(Call::post(&path, &json!({ "name": "Other" })).bearer(&world.acme.pat)).await.expect(201);
    assert_eq!(named["agent"]["name"], "Other");
    world
        .send(Call::post(&path, &json!({ "name": " " })).bearer(&world.acme.pat))
        .await
        .refused(400, "invalid_request");
    let member = world.member().await;
    world.send(Call::post(&path, &json!({})).bearer(&member)).await.refused(404, "not_found");
    let who = world.send(Call::get("/whoami").bearer(&member)).await.expect(200);
    let hand_over = json!({ "user_id": who["user"]["id"] });
    let hand_over = Call::patch(&format!("/agents/{id}/transfer"), &hand_over).bearer(&world.acme.pat);
    world.send(hand_over).await.expect(200);
    let message = world.send(Call::post(&path, &json!({})).bearer(&member)).await.refused(403, "forbidden");
    assert!(message.contains("service.toggle"), "no services by way of a copy: {message}");
}

#[actix_web::test]
async fn a_transfer_kills_the_keys_and_names_a_member() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "operation": "email.send" })).await;
    let path = format!("/agents/{id}/transfer");
    let to = async |body: Value| world.send(Call::patch(&path, &body).bearer(&world.acme.pat)).await;
    to(json!({})).await.refused(400, "invalid_request");
    to(json!({ "user_id": 5 })).await.refused(400, "invalid_request");
    for nobody in [&*world.other.user, "nobody", &world.acme.agent] {
        to(json!({ "user_id": nobody })).await.refused(404, "not_found");
    }
    assert_eq!(buys(&world, &key).await.expect(200)["status"], "executed", "nothing has changed");
    let member = world.member().await;
    let who = world.send(Call::get("/whoami").bearer(&member)).await.expect(200);
    let eve = who["user"]["id"].as_str().unwrap_or_else(|| panic!("{who}"));
    let done = to(json!({ "userId": eve })).await.expect(200);
    assert_eq!(done["agent"]["owner_id"], eve);
    buys(&world, &key).await.refused(401, "unauthorized");
    assert_eq!(buys(&world, done["test_api_key"].as_str().unwrap()).await.expect(200)["status"], "executed");
    world.verify().await;
}

#[actix_web::test]
async fn skills_are_services_and_an_unknown_workflow_is_gone_already() {
    let world = World::new().await;
    let (id, _) = world.agent(json!({ "operation": "email.send" })).await;
    let skills = get(&world, &format!("/agents/{id}/skills")).await.expect(200);
    let detail = get(&world, &format!("/agents/{id}")).await.expect(200);
    assert_eq!((&skills["services"], &skills["workflows"]), (&detail["services"], &json!([])));
    let remove = async |query: &str| {
        let path = format!("/api/v1/agents/{id}/skills{query}");
        world.send(Call::new("DELETE", &path).bearer(&world.acme.pat)).await
    };
    for _ in 0..2 {
        assert_eq!(remove("?workflow_id=wf_1").await.expect(200)["removed"], false);
    }
    assert_eq!(remove("").await.body["error"]["field"], "workflow_id");
}

#[actix_web::test]
async fn a_store_that_fails_deletes_nothing() {
    let world = World::new().await;
    world.store.faults().set_unavailable(true);
    delete(&world, &world.acme.agent).await.refused(503, "ledger_unavailable");
    patch(&world, &world.acme.agent, json!({ "status": "paused" })).await.refused(503, "ledger_unavailable");
    world.store.faults().set_unavailable(false);
    assert_eq!(buys(&world, &world.acme.test).await.expect(200)["status"], "executed");
}
