//! Agents that make agents: over HTTP, with keys of either mode.

use serde_json::{Value, json};

use crate::support::{Call, Reply, World, mail};

async fn spawn(world: &World, key: &str, body: Value) -> Reply {
    world.send(Call::post("/agents/spawn", &body).bearer(key)).await
}

/// A child that may send mails; its id and its key.
async fn child(world: &World, key: &str, cents: i64) -> (String, String) {
    let body = json!({ "name": "Helper", "services": ["email.send"], "budget_cents": cents });
    let made = spawn(world, key, body).await.expect(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("agent_id"), text("api_key"))
}

async fn buys(world: &World, key: &str, order: &str) -> Value {
    world.send(Call::post("/service-requests", &mail(order)).bearer(key)).await.body
}

async fn delete(world: &World, key: &str, id: &str) -> Reply {
    world.send(Call::new("DELETE", &format!("/api/v1/agents/{id}")).bearer(key)).await
}

async fn wallet(world: &World, mode: &str) -> Value {
    let call = Call::get(&format!("/balance?mode={mode}")).bearer(&world.acme.pat);
    world.send(call).await.expect(200)["posted_usd"].clone()
}

async fn listed(world: &World, key: &str) -> Vec<String> {
    let agents = world.send(Call::get("/agents").bearer(key)).await.expect(200);
    agents["agents"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn kinds(world: &World) -> Vec<String> {
    world.journal().await.iter().map(|event| event.kind.to_string()).collect()
}

#[actix_web::test]
async fn a_child_has_its_parents_money_and_one_key_of_its_mode() {
    let world = World::new().await;
    let body = json!({
        "name": "Helper", "description": null, "category": "Post", "icon": null, "services": ["email"], "budget_cents": 250,
    });
    let made = spawn(&world, &world.acme.test, body).await.expect(201);
    assert_eq!(
        (&made["mode"], &made["budget_cents"], &made["budget_usd"]),
        (&json!("test"), &json!(250), &json!("2.50"))
    );
    assert!(made["api_key"].as_str().unwrap().starts_with("agent_key_test_"), "{made}");
    assert!(made.get("test_api_key").is_none() && !made.to_string().contains("agent_key_live_"), "{made}");
    let agent = &made["agent"];
    for (member, value) in [
        ("kind", json!("spawned")),
        ("status", json!("active")),
        ("category", json!("Post")),
        ("parent_id", json!(world.acme.agent)),
        ("owner_id", json!(world.acme.user)),
        ("team_id", json!(world.acme.team)),
    ] {
        assert_eq!(agent[member], value, "{member}");
    }
    assert_eq!(made["services"][0]["operation"], "send");
    assert_eq!((wallet(&world, "test").await, wallet(&world, "live").await), (json!("97.50"), json!("5.00")));
    let kinds = kinds(&world).await;
    assert_eq!(kinds[..4], ["agent.spawned", "credential.created", "binding.created", "agent.created"]);
    assert_eq!(buys(&world, made["api_key"].as_str().unwrap(), "hello").await["status"], "executed");
    assert_eq!(wallet(&world, "test").await, json!("97.50"), "the child pays");
    world.verify().await;
}

#[actix_web::test]
async fn a_test_key_gets_no_live_key_and_no_live_money() {
    let world = World::new().await;
    let (own, key) = child(&world, &world.acme.test, 100).await;
    let (live, live_key) = child(&world, &world.acme.live, 100).await;
    assert!(live_key.starts_with("agent_key_live_"));
    assert_eq!((wallet(&world, "live").await, wallet(&world, "test").await), (json!("4.00"), json!("99.00")));
    // Nothing that a caller could add to the body makes it otherwise.
    for extra in [json!({ "mode": "live" }), json!({ "api_key": true }), json!({ "month_cap": 1 })] {
        let mut body = json!({ "name": "Sly", "services": ["email.send"], "budget_cents": 1 });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let made = spawn(&world, &key, body).await.expect(201);
        assert!(!made.to_string().contains("agent_key_live_"), "{made}");
        assert_eq!(made["mode"], "test");
    }
    let message = delete(&world, &world.acme.test, &live).await.refused(404, "not_found");
    assert!(message.contains("agent"), "{message}");
    delete(&world, &key, &own).await.refused(404, "not_found");
    assert_eq!(wallet(&world, "live").await, json!("4.00"));
    // A person neither: a child has keys of its money's mode alone.
    let rotate = |body: Value| Call::patch(&format!("/agents/{own}/key"), &body).bearer(&world.acme.pat);
    let refused = world.send(rotate(json!({ "confirm": true, "mode": "live" }))).await;
    assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!("mode")), "{}", refused.body);
    let both = world.send(rotate(json!({ "confirm": true }))).await.expect(200);
    assert!(both.get("api_key").is_none() && both["test_api_key"].is_string(), "{both}");
    let given = Call::patch(&format!("/agents/{own}/transfer"), &json!({ "user_id": world.acme.user }));
    let given = world.send(given.bearer(&world.acme.pat)).await.expect(200);
    assert!(given.get("api_key").is_none() && given["test_api_key"].is_string(), "{given}");
    world.verify().await;
}

#[actix_web::test]
async fn nobody_spawns_wider_deeper_or_dearer() {
    let world = World::new().await;
    let binding = json!({ "operation": "email.send", "monthly_budget_cents": 50, "approval_threshold_cents": 20 });
    let (_, key) = world.agent(binding).await;
    let before = world.journal().await.len();
    for (services, field) in [
        (json!(["sms.send"]), "services"),
        (json!(["email.send", "sms"]), "services"),
        (json!(["no such thing."]), "services"),
        (json!("email"), "services"),
        (json!([{ "service": "email", "monthly_budget_cents": -1 }]), "monthly_budget_cents"),
    ] {
        let refused = spawn(&world, &key, json!({ "name": "X", "services": services })).await;
        assert_eq!((refused.status, &refused.body["error"]["field"]), (400, &json!(field)), "{}", refused.body);
    }
    for (member, value) in
        [("name", json!("")), ("budget_cents", json!(-1)), ("budget_cents", json!(1.5)), ("icon", json!(7))]
    {
        let mut body = json!({ "name": "X" });
        body[member] = value;
        assert_eq!(spawn(&world, &key, body).await.body["error"]["field"], member);
    }
    let dear = spawn(&world, &key, json!({ "name": "X", "budget_cents": 10_001 })).await;
    let message = dear.refused(409, "insufficient_balance");
    assert!(message.contains("balance") && dear.body["error"]["reasons"][0]["limit_cents"] == 10_000, "{}", dear.body);
    assert_eq!(world.journal().await.len(), before, "nothing of it stays");

    // Narrower terms are kept; wider ones are those of the parent.
    let services = json!([{ "operation": "email.send", "monthly_budget_cents": 70, "daily_request_limit": 1 }]);
    let made = spawn(&world, &key, json!({ "name": "X", "services": services, "budget_cents": 30 })).await.expect(201);
    let bound = &made["services"][0];
    assert_eq!((&bound["monthly_budget_cents"], &bound["daily_request_limit"]), (&json!(50), &json!(1)));
    assert_eq!(bound["approval_threshold_cents"], 20);
    let own = made["api_key"].as_str().unwrap();
    assert_eq!(buys(&world, own, "hello").await["status"], "executed");
    assert_eq!(buys(&world, own, "hello").await["reason_code"], "daily_limit_exceeded");
    let (_, second) = child(&world, own, 20).await;
    let (_, third) = child(&world, &second, 10).await;
    spawn(&world, &third, json!({ "name": "X" })).await.refused(403, "forbidden");
    world.verify().await;
}

#[actix_web::test]
async fn what_holds_above_holds_below() {
    let world = World::new().await;
    let (root, root_key) = world.agent(json!({ "operation": "email.send" })).await;
    let (id, key) = child(&world, &root_key, 100).await;
    let (_, last) = child(&world, &key, 50).await;
    for above in [&root, &id] {
        let status = |status: &str| Call::patch(&format!("/agents/{above}"), &json!({ "status": status }));
        world.send(status("paused").bearer(&world.acme.pat)).await.expect(200);
        assert_eq!(buys(&world, &last, "hello").await["reason_code"], "agent_disabled");
        let stopped = spawn(&world, &last, json!({ "name": "X" })).await;
        stopped.refused(409, "agent_disabled");
        world.send(status("active").bearer(&world.acme.pat)).await.expect(200);
        let unbind = Call::new("DELETE", &format!("/api/v1/agents/{above}/services?service_id=email"));
        world.send(unbind.bearer(&world.acme.pat)).await.expect(200);
        assert_eq!(buys(&world, &last, "hello").await["reason_code"], "policy_violation");
        let bind = Call::post(&format!("/agents/{above}/services"), &json!({ "operation": "email.send" }));
        world.send(bind.bearer(&world.acme.pat)).await.expect(200);
    }
    let bind = json!({ "operation": "email.send", "approval_threshold_cents": 0 });
    world.send(Call::post(&format!("/agents/{root}/services"), &bind).bearer(&world.acme.pat)).await.expect(200);
    assert_eq!(buys(&world, &last, "hello").await["status"], "approval_required");
    world.verify().await;
}

#[actix_web::test]
async fn an_agent_ends_its_own_and_has_the_rest_back() {
    let world = World::new().await;
    let (id, key) = child(&world, &world.acme.test, 100).await;
    let (below, last) = child(&world, &key, 50).await;
    assert_eq!(buys(&world, &last, "hello").await["status"], "executed");
    assert_eq!(wallet(&world, "test").await, json!("99.00"));
    delete(&world, &last, &id).await.refused(404, "not_found");
    delete(&world, &key, &world.acme.agent).await.refused(404, "not_found");
    delete(&world, &world.acme.test, &world.acme.agent).await.refused(404, "not_found");
    let gone = delete(&world, &world.acme.test, &id).await.expect(200);
    assert_eq!(gone, json!({ "agent_id": id, "status": "deleted" }));
    assert_eq!(wallet(&world, "test").await, json!("99.9875"), "all but one mail");
    for dead in [&key, &last] {
        world.send(Call::post("/service-requests", &mail("x")).bearer(dead)).await.refused(401, "unauthorized");
        spawn(&world, dead, json!({ "name": "X" })).await.refused(401, "unauthorized");
    }
    assert_eq!(listed(&world, &world.acme.test).await, std::slice::from_ref(&world.acme.agent));
    let told = world.journal().await;
    let of = |agent: &str| {
        let about = |event: &&upivia_domain::audit::JournalEvent| event.agent.is_some_and(|id| id.to_string() == agent);
        told.iter().find(about).map(|event| event.kind.to_string())
    };
    assert_eq!((of(&id).as_deref(), of(&below).as_deref()), (Some("agent.deleted"), Some("agent.deleted")));
    assert!(
        told.iter()
            .any(|event| event.kind == "agent.unspent_returned" && event.mode == Some(upivia_domain::Mode::Test))
    );
    delete(&world, &world.acme.test, &id).await.refused(404, "not_found");
    world.verify().await;
}

#[actix_web::test]
async fn a_family_with_a_request_on_its_way_ends_with_it() {
    let world = World::new().await;
    let (root, root_key) = world.agent(json!({ "operation": "email.send" })).await;
    let (id, key) = child(&world, &root_key, 100).await;
    let (below, last) = child(&world, &key, 50).await;
    let sent = buys(&world, &last, "lose").await;
    let request = sent["request_id"].as_str().unwrap();
    let ending = delete(&world, &world.acme.pat, &root).await.expect(200);
    assert_eq!(ending["status"], "ending", "its grandchild has something open");
    assert_eq!(wallet(&world, "test").await, json!("99.9875"), "what nobody holds is back at once");
    assert_eq!(world.end_agents().await, 0);
    for dead in [&root_key, &key, &last] {
        world.send(Call::get("/agents").bearer(dead)).await.refused(401, "unauthorized");
    }
    world.clock.advance_seconds(3_600);
    let release = json!({ "release": true, "reason": "Nothing was sent." });
    let call = Call::post(&format!("/ops/unresolved/{request}/resolve"), &release).bearer(&world.acme.pat);
    world.send(call).await.expect(200);
    assert_eq!((world.end_agents().await, world.end_agents().await), (3, 0), "the youngest first, in one look");
    let all = listed(&world, &world.acme.pat).await;
    assert!([&root, &id, &below].iter().all(|gone| !all.contains(gone)), "{all:?}");
    assert_eq!(wallet(&world, "test").await, json!("100.00"));
    world.verify().await;
}

#[actix_web::test]
async fn a_large_family_ends_a_part_at_a_time() {
    let world = World::new().await;
    let (root, root_key) = world.agent(json!({ "operation": "email.send" })).await;
    for _ in 0..20 {
        let (_, key) = child(&world, &root_key, 10).await;
        child(&world, &key, 5).await;
    }
    assert_eq!(wallet(&world, "test").await, json!("98.00"));
    assert_eq!(delete(&world, &world.acme.pat, &root).await.expect(200)["status"], "ending");
    for _ in 0..6 {
        world.end_agents().await;
    }
    assert_eq!(wallet(&world, "test").await, json!("100.00"));
    world.send(Call::get(&format!("/agents/{root}")).bearer(&world.acme.pat)).await.refused(404, "not_found");
    world.verify().await;
}

#[actix_web::test]
async fn an_estimate_says_what_is_needed_and_what_is_left() {
    let world = World::new().await;
    let (id, key) = world.agent(json!({ "service": "email", "daily_request_limit": 4 })).await;
    let estimate = async |query: &str| world.send(Call::get(&format!("/agents/spawn{query}")).bearer(&key)).await;
    let events = world.journal().await.len();
    let told = estimate("?operations=email.send,sms.send,%20text_generation,platform.check_budget").await.expect(200);
    let of = |place: usize| &told["operations"][place];
    assert_eq!(
        (&of(0)["operation"], &of(0)["bound"], &of(0)["estimated_cost_usd"]),
        (&json!("send"), &json!(true), &json!("0.0125"))
    );
    assert_eq!((&of(0)["daily_request_limit"], &of(0)["estimated_cost_cents"]), (&json!(4), &json!(2)));
    assert_eq!((&of(1)["service"], &of(1)["pricing"]), (&json!("platform"), &json!("free")));
    assert_eq!(
        (&of(2)["service"], &of(2)["bound"], &of(2)["estimated_cost_usd"]),
        (&json!("sms"), &json!(false), &json!("0.02"))
    );
    // 1,000 tokens at 150 nanos and 1,024 at 600.
    assert_eq!((&of(3)["pricing"], &of(3)["estimated_cost_usd"]), (&json!("tokens"), &json!("0.0007644")));
    assert_eq!((&told["estimated_usd"], &told["estimated_cents"]), (&json!("0.0332644"), &json!(4)));
    assert_eq!(
        (&told["available_cents"], &told["sufficient"], &told["mode"]),
        (&json!(10_000), &json!(true), &json!("test"))
    );
    assert_eq!((&told["depth"], &told["max_depth"], &told["can_spawn"]), (&json!(1), &json!(3), &json!(true)));
    let own = estimate("").await.expect(200);
    assert_eq!((own["operations"].as_array().unwrap().len(), &own["operations"][0]["service"]), (1, &json!("email")));
    for wrong in ["?operations=no.such", "?operations=nothing", "?operations=email.send,."] {
        assert_eq!(estimate(wrong).await.body["error"]["field"], "operations", "{wrong}");
    }
    assert_eq!(world.journal().await.len(), events, "an estimate writes nothing");
    let budget = Call::patch(&format!("/agents/{id}/budget"), &json!({ "monthly_budget_cents": 3 }));
    world.send(budget.bearer(&world.acme.pat)).await.expect(200);
    let less = estimate("?operations=email.send").await.expect(200);
    assert_eq!((&less["available_cents"], &less["sufficient"]), (&json!(3), &json!(true)));
    child(&world, &key, 2).await;
    let least = estimate("?operations=email.send").await.expect(200);
    assert_eq!((&least["available_cents"], &least["sufficient"]), (&json!(1), &json!(false)));
    let status = Call::patch(&format!("/agents/{id}"), &json!({ "status": "paused" })).bearer(&world.acme.pat);
    world.send(status).await.expect(200);
    let none = estimate("").await.expect(200);
    assert_eq!((&none["available_cents"], &none["can_spawn"]), (&json!(0), &json!(false)));
}

#[actix_web::test]
async fn a_store_that_fails_spawns_nobody() {
    let world = World::new().await;
    world.store.faults().lose_next_commit_answer();
    spawn(&world, &world.acme.test, json!({ "name": "X", "budget_cents": 1 })).await.refused(503, "ledger_unavailable");
    world.store.faults().set_unavailable(true);
    spawn(&world, &world.acme.test, json!({ "name": "X" })).await.refused(503, "ledger_unavailable");
    world.store.faults().set_unavailable(false);
    world.verify().await;
}

async fn once(world: &World, key: &str, name: &str, body: &Value) -> Reply {
    world.send(Call::post("/agents/spawn", body).bearer(key).key(name)).await
}

fn replayed(reply: &Reply) -> bool {
    reply.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

#[actix_web::test]
async fn a_child_is_made_once_under_a_key() {
    let world = World::new().await;
    let body = json!({ "name": "Helper", "services": ["email.send"], "budget_cents": 100 });
    let (one, two) =
        tokio::join!(once(&world, &world.acme.test, "first", &body), once(&world, &world.acme.test, "first", &body));
    let (made, again) = if one.status == 201 { (one, two) } else { (two, one) };
    assert!(!replayed(&made) && replayed(&again));
    let (made, mut again) = (made.expect(201), again.expect(200));
    assert!(made["api_key"].is_string() && again["api_key"].is_null());
    again["api_key"] = made["api_key"].clone();
    assert_eq!(again, made);
    assert_eq!(wallet(&world, "test").await, json!("99.00"));
    let same = json!({ "services": ["email.send"], "budgetCents": 100, "name": "Helper", "icon": null });
    assert_eq!(once(&world, &world.acme.test, "first", &same).await.expect(200)["agent_id"], made["agent_id"]);

    let before = world.journal().await.len();
    for (member, value) in [("name", json!("Other")), ("budget_cents", json!(101)), ("services", json!([]))] {
        let mut other = body.clone();
        other[member] = value;
        let refused = once(&world, &world.acme.test, "first", &other).await;
        refused.refused(409, "idempotency_key_payload_mismatch");
    }
    let nameless = once(&world, &world.acme.test, "", &body).await;
    nameless.refused(400, "invalid_request");
    assert_eq!(world.journal().await.len(), before);
    world.verify().await;
}

#[actix_web::test]
async fn a_key_is_the_agents_own_in_each_mode() {
    let world = World::new().await;
    let body = json!({ "name": "Helper", "services": ["email.send"] });
    let (_, sibling) = world.agent(json!({ "operation": "email.send" })).await;
    let mut made = Vec::new();
    for key in [&world.acme.test, &world.acme.live, &sibling] {
        made.push(once(&world, key, "k", &body).await.expect(201)["agent_id"].as_str().unwrap().to_owned());
    }
    let without = spawn(&world, &world.acme.test, body.clone()).await.expect(201);
    made.push(without["agent_id"].as_str().unwrap().to_owned());
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 4);
}

#[actix_web::test]
async fn a_repeat_is_answered_whatever_changed_since() {
    let world = World::new().await;
    let (parent, key) = world.agent(json!({ "operation": "email.send" })).await;
    let body = json!({ "name": "Helper", "services": ["email.send"], "budget_cents": 10 });
    let made = once(&world, &key, "k", &body).await.expect(201);
    let unbind =
        Call::new("DELETE", &format!("/api/v1/agents/{parent}/services?service_id=email")).bearer(&world.acme.pat);
    world.send(unbind).await.expect(200);
    delete(&world, &key, made["agent_id"].as_str().unwrap()).await.expect(200);
    let (funds, events) = (wallet(&world, "test").await, world.journal().await.len());
    let again = once(&world, &key, "k", &body).await;
    assert!(replayed(&again));
    let again = again.expect(200);
    assert_eq!((&again["agent_id"], &again["agent"]["status"]), (&made["agent_id"], &json!("deleted")));
    assert_eq!((wallet(&world, "test").await, world.journal().await.len()), (funds, events));
    // A refusal takes no name: what fits later is made under it.
    let dear = json!({ "name": "Dear", "budget_cents": 20_000 });
    once(&world, &key, "later", &dear).await.refused(409, "insufficient_balance");
    let top_up = Call::post("/balance/top-up", &json!({ "amount_cents": 30_000, "mode": "test" }));
    world.send(top_up.bearer(&world.acme.pat)).await.expect(200);
    once(&world, &key, "later", &dear).await.expect(201);
    world.verify().await;
}

#[actix_web::test]
async fn an_agent_has_a_hundred_living_children_at_most() {
    let world = World::new().await;
    let (_, key) = world.agent(json!({ "operation": "email.send" })).await;
    let body = json!({ "name": "Helper", "services": ["email.send"] });
    let mut first = None;
    for _ in 0..100 {
        let made = spawn(&world, &key, body.clone()).await.expect(201);
        first.get_or_insert((made["agent_id"].clone(), made["api_key"].clone()));
    }
    let (events, (child, of_child)) = (world.journal().await.len(), first.unwrap());
    let why = spawn(&world, &key, body.clone()).await.refused(409, "limit_reached");
    assert!(why.contains("100 living children"), "{why}");
    assert_eq!(world.journal().await.len(), events, "nothing of it stays");
    let estimate = world.send(Call::get("/agents/spawn").bearer(&key)).await.expect(200);
    assert_eq!((&estimate["can_spawn"], &estimate["available_cents"]), (&json!(false), &json!(0)));
    // A child has its own; one that is gone makes room.
    spawn(&world, of_child.as_str().unwrap(), body.clone()).await.expect(201);
    delete(&world, &key, child.as_str().unwrap()).await.expect(200);
    spawn(&world, &key, body.clone()).await.expect(201);
    spawn(&world, &key, body).await.refused(409, "limit_reached");
}
