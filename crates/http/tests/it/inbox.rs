//! What agents want from people, from the question to the one answer, with and without money.

use serde_json::{Value, json};

use crate::{
    support::{Call, Reply, World},
    teams::Field,
};

async fn ask(world: &World, token: &str, body: Value) -> Reply {
    world.send(Call::post("/agent-requests", &body).bearer(token)).await
}

async fn answer(world: &World, token: &str, body: Value) -> Reply {
    world.send(Call::patch("/agent-requests", &body).bearer(token)).await
}

/// The ids of a list.
async fn listed(world: &World, token: &str, query: &str) -> Vec<String> {
    let found = world.send(Call::get(&format!("/agent-requests{query}")).bearer(token)).await.expect(200);
    found["requests"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn id(asked: &Value) -> String {
    asked["request"]["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn an_agent_asks_and_finds_the_one_answer() {
    let world = World::new().await;
    let (agent, key) = world.agent_of(&world.acme).await;
    let body = json!({
        "request_type": "secret_needed", "body": "  The key of the CRM.\nIt expired.", "agent_id": null, "title": null,
        "link": "https://crm.example/keys",
    });
    let asked = ask(&world, &key, body).await.expect(201);
    let request = &asked["request"];
    assert_eq!((&request["title"], &request["agent_name"]), (&json!("The key of the CRM."), &json!("Scout")));
    assert_eq!((&request["agent_id"], &request["requested_by"]), (&json!(agent), &Value::Null));
    let id = id(&asked);
    assert_eq!(listed(&world, &world.acme.pat, "").await, std::slice::from_ref(&id));
    let resolve = json!({ "request_id": id, "id": id, "action": "resolve", "response": "It is in the vault." });
    let resolved = answer(&world, &world.acme.pat, resolve.clone()).await.expect(200);
    assert_eq!(resolved["request"]["status"], "resolved");
    let before = world.journal().await.len();
    for same in [resolve, json!({ "request_id": id, "action": "resolve" })] {
        assert_eq!(answer(&world, &world.acme.pat, same).await.expect(200), resolved);
    }
    for other in [json!({ "id": id, "action": "reject" }), json!({ "id": id, "action": "resolve", "response": "No." })]
    {
        answer(&world, &world.acme.pat, other).await.refused(409, "agent_request_resolved");
    }
    assert_eq!(world.journal().await.len(), before, "only the first answer is an event");
    let seen = world.send(Call::get(&format!("/agent-requests/{id}")).bearer(&key)).await.expect(200);
    assert_eq!(seen["request"]["response"], "It is in the vault.");
    assert_eq!(listed(&world, &key, "").await, Vec::<String>::new());
    for all in ["?status=all", "?status=resolved", "?status=resolved&type=secret_needed"] {
        assert_eq!(listed(&world, &key, all).await, std::slice::from_ref(&id), "{all}");
    }
    for event in world.journal().await {
        assert!(!event.body.contains("CRM") && !event.body.contains("vault"), "{}", event.body);
    }
    world.verify().await;
}

#[actix_web::test]
async fn what_cannot_be_is_named_and_leaves_nothing() {
    let world = World::new().await;
    let (_, key) = world.agent_of(&world.acme).await;
    let before = world.journal().await.len();
    let fine = json!({ "request_type": "blocked", "body": "x" });
    for (field, wrong) in [
        ("request_type", json!("money")),
        ("request_type", Value::Null),
        ("body", json!("  ")),
        ("body", json!("x".repeat(10_001))),
        ("title", json!("x".repeat(201))),
        ("link", json!("javascript:alert(1)")),
        ("amount_cents", json!(5)),
        ("mode", json!("test")),
    ] {
        let mut body = fine.clone();
        body[field] = wrong;
        let message = ask(&world, &key, body).await.refused(400, "invalid_request");
        assert!(message.starts_with(field), "{field}: {message}");
    }
    let foreign = json!({ "request_type": "blocked", "body": "x", "agent_id": world.other.agent });
    for token in [&key, &world.acme.pat] {
        ask(&world, token, foreign.clone()).await.refused(404, "not_found");
    }
    let nothing = json!({ "action": "resolve" });
    let message = answer(&world, &world.acme.pat, nothing).await.refused(400, "invalid_request");
    assert!(message.starts_with("request_id"), "{message}");
    assert_eq!(world.journal().await.len(), before);
}

#[actix_web::test]
async fn a_queue_is_bounded_and_drains() {
    let world = World::new().await;
    let (agent, key) = world.agent_of(&world.acme).await;
    let body = json!({ "request_type": "blocked", "body": "Help." });
    let first = id(&ask(&world, &key, body.clone()).await.expect(201));
    for _ in 1..20 {
        ask(&world, &key, body.clone()).await.expect(201);
    }
    ask(&world, &key, body.clone()).await.refused(409, "limit_reached");
    let for_it = json!({ "request_type": "blocked", "body": "Help it.", "agent_id": agent });
    ask(&world, &world.acme.pat, for_it).await.refused(409, "limit_reached");
    ask(&world, &world.acme.pat, body.clone()).await.expect(201);
    answer(&world, &world.acme.pat, json!({ "id": first, "action": "reject" })).await.expect(200);
    ask(&world, &key, body).await.expect(201);
    let page = world.send(Call::get("/agent-requests?limit=15").bearer(&world.acme.pat)).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = listed(&world, &world.acme.pat, &format!("?limit=15&cursor={cursor}")).await;
    assert_eq!((page["requests"].as_array().unwrap().len(), rest.len()), (15, 6));
}

#[actix_web::test]
async fn members_see_and_answer_what_is_theirs() {
    let field = Field::new().await;
    let world = &field.world;
    let (eves, key) = field.eves_agent().await;
    let by_agent = id(&ask(world, &key, json!({ "request_type": "blocked", "body": "Help." })).await.expect(201));
    let own = id(&ask(world, &field.eve, json!({ "request_type": "approval", "body": "May I?" })).await.expect(201));
    let ours = json!({ "request_type": "blocked", "body": "x", "agent_id": world.acme.agent });
    ask(world, &field.eve, ours.clone()).await.refused(404, "not_found");
    let ours = id(&ask(world, &world.acme.pat, ours).await.expect(201));
    assert_eq!(listed(world, &field.eve, "").await, [own.clone(), by_agent.clone()]);
    assert_eq!(listed(world, &world.acme.pat, "").await, [ours.clone(), own.clone(), by_agent.clone()]);
    assert_eq!(listed(world, &key, "").await, std::slice::from_ref(&by_agent));
    world.send(Call::get(&format!("/agent-requests/{ours}")).bearer(&field.eve)).await.refused(404, "not_found");
    world.send(Call::get(&format!("/agent-requests/{own}")).bearer(&key)).await.refused(404, "not_found");
    let resolve = |id: &str| json!({ "id": id, "action": "resolve" });
    answer(world, &field.eve, resolve(&ours)).await.refused(404, "not_found");
    let message = answer(world, &field.eve, resolve(&own)).await.refused(403, "forbidden");
    assert!(message.contains("agentRequest.answerAny"), "{message}");
    assert_eq!(answer(world, &field.eve, resolve(&by_agent)).await.expect(200)["request"]["agent_id"], json!(eves));
    answer(world, &world.acme.pat, resolve(&own)).await.expect(200);
    for token in [&world.other.pat, &world.other.test] {
        assert_eq!(listed(world, token, "?status=all").await, Vec::<String>::new());
    }
    answer(world, &world.other.pat, resolve(&ours)).await.refused(404, "not_found");
}

#[actix_web::test]
async fn a_revoked_key_asks_nothing_and_a_paused_agent_asks_still() {
    let world = World::new().await;
    let (agent, key) = world.agent_of(&world.acme).await;
    let pause = Call::patch(&format!("/agents/{agent}"), &json!({ "status": "paused" })).bearer(&world.acme.pat);
    world.send(pause).await.expect(200);
    let body = json!({ "request_type": "blocked", "body": "Why am I paused?" });
    ask(&world, &key, body.clone()).await.expect(201);
    let rotate = Call::patch(&format!("/agents/{agent}/key"), &json!({ "confirm": true })).bearer(&world.acme.pat);
    world.send(rotate).await.expect(200);
    ask(&world, &key, body).await.refused(401, "unauthorized");
}

/// Eve's agent wants that much test money.
async fn wish(field: &Field, key: &str, cents: i64) -> Value {
    let body = json!({ "request_type": "budget_increase", "body": "The survey grew.", "amount_cents": cents });
    ask(&field.world, key, body).await.expect(201)
}

#[actix_web::test]
async fn a_wish_for_money_is_one_with_its_budget_request() {
    let field = Field::new().await;
    let world = &field.world;
    let (_, key) = field.eves_agent().await;
    let body = json!({ "request_type": "budget_increase", "body": "More.", "amount_cents": 50 });
    let message = ask(world, &key, body.clone()).await.refused(400, "invalid_request");
    assert!(message.starts_with("amount_cents"), "{message}");
    field.eve_is("worker").await;
    field.pool(100, "test").await;
    let mut live = body;
    live["mode"] = json!("live");
    assert!(ask(world, &key, live).await.refused(400, "invalid_request").starts_with("mode"));

    let asked = wish(&field, &key, 60).await;
    let budget = &asked["budget_request"];
    assert_eq!(
        (&budget["status"], &budget["mode"], &budget["amount_cents"]),
        (&json!("pending"), &json!("test"), &json!(60))
    );
    assert_eq!((&budget["user_id"], &asked["request"]["budget_request_id"]), (&json!(field.eve_id), &budget["id"]));
    let resolve = json!({ "id": id(&asked), "action": "resolve", "response": "Spend it well." });
    let message = answer(world, &field.eve, resolve.clone()).await.refused(403, "forbidden");
    assert!(message.contains("team.manageAny"), "its rules are those of the budget request: {message}");
    let done = answer(world, &world.acme.pat, resolve.clone()).await.expect(200);
    assert_eq!(
        (&done["request"]["status"], &done["budget_request"]["status"]),
        (&json!("resolved"), &json!("approved"))
    );
    assert_eq!(answer(world, &world.acme.pat, resolve).await.expect(200), done, "money moves once");
    let standing = field.budget("test").await;
    assert_eq!(
        (&standing["pool"]["available_cents"], &standing["allocations"][0]["available_cents"]),
        (&json!(40), &json!(60))
    );

    let too_much = wish(&field, &key, 41).await;
    let resolve = json!({ "id": id(&too_much), "action": "resolve" });
    answer(world, &world.acme.pat, resolve).await.refused(409, "insufficient_balance");
    assert_eq!(listed(world, &key, "").await, [id(&too_much)], "it stays open");
    world.verify().await;
}

#[actix_web::test]
async fn a_budget_request_that_is_answered_answers_the_agent() {
    let field = Field::new().await;
    let world = &field.world;
    let (_, key) = field.eves_agent().await;
    field.eve_is("worker").await;
    field.pool(100, "test").await;
    for (action, status, response) in [("approve", "resolved", "resolve"), ("reject", "rejected", "reject")] {
        let asked = wish(&field, &key, 10).await;
        let path = format!("/budget-requests/{}", asked["budget_request"]["id"].as_str().unwrap());
        let answered = Call::patch(&path, &json!({ "action": action })).bearer(&world.acme.pat);
        world.send(answered).await.expect(200);
        let path = format!("/agent-requests/{}", id(&asked));
        let seen = world.send(Call::get(&path).bearer(&key)).await.expect(200);
        assert_eq!(seen["request"]["status"], status);
        let same = Call::patch(&path, &json!({ "action": response })).bearer(&world.acme.pat);
        assert_eq!(world.send(same).await.expect(200)["request"]["status"], status);
    }
    world.verify().await;
}
