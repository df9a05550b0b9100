//! Delegated tasks over HTTP: who may give and advance them, what their caps refuse, and what is told about it.

use std::slice;

use serde_json::{Value, json};

use crate::support::{Call, World, tidy};

/// What one mail costs at most, in cents: one and a quarter.
const THREE_MAILS: i64 = 4;

struct Pair {
    world: World,
    parent: (String, String),
    child: (String, String),
}

impl Pair {
    /// Two agents of one owner, each with its test key.
    async fn new() -> Self {
        let world = World::new().await;
        let mail = json!({ "operation": "email.send" });
        let (parent, child) = (world.agent(mail.clone()).await, world.agent(mail).await);
        Self { world, parent, child }
    }

    async fn give(&self, body: Value) -> Value {
        let path = format!("/agents/{}/delegated-tasks", self.parent.0);
        self.world.send(Call::post(&path, &body).bearer(&self.parent.1)).await.expect(201)
    }

    /// A task of the parent for the child, with that cap; its id.
    async fn task(&self, cap: Value) -> String {
        let body = json!({ "child_agent_id": self.child.0, "objective": "Write.", "budget_cap_cents": cap });
        self.give(body).await["id"].as_str().unwrap().to_owned()
    }

    async fn step(&self, side: &(String, String), task: &str, body: Value) -> crate::support::Reply {
        let path = format!("/agents/{}/delegated-tasks/{task}", side.0);
        self.world.send(Call::patch(&path, &body).bearer(&side.1)).await
    }

    async fn mail(&self, task: Option<&str>) -> crate::support::Reply {
        let body = json!({
            "operation": "email.send",
            "payload": { "to": "a@b.c", "subject": "please", "body": "x" },
            "metadata": { "delegated_task_id": task },
        });
        self.world.send(Call::post("/service-requests", &body).bearer(&self.child.1)).await
    }

    async fn rehearse(&self, task: Option<&str>) -> crate::support::Reply {
        let body = json!({
            "agent_id": self.child.0,
            "operation": "email.send",
            "payload": { "to": "a@b.c", "subject": "please", "body": "x" },
            "metadata": { "delegated_task_id": task },
            "mode": "test",
        });
        self.world.send(Call::post("/simulations/policy-check", &body).bearer(&self.world.acme.pat)).await
    }

    async fn shown(&self, task: &str) -> Value {
        let path = format!("/agents/{}/delegated-tasks/{task}?mode=test", self.child.0);
        self.world.send(Call::get(&path).bearer(&self.world.acme.pat)).await.expect(200)
    }
}

#[actix_web::test]
async fn a_task_is_given_and_shown_to_both_sides() {
    let pair = Pair::new().await;
    let body = json!({
        "child_agent_id": pair.child.0,
        "objective": "Write to three customers.",
        "budget_cap_cents": 50,
        "permissions": ["email"],
        "model_id": "openai/gpt-4o-mini",
        "execute_now": null,
    });
    let given = pair.give(body).await;
    insta::assert_json_snapshot!(tidy(&given));
    let list = async |side: &(String, String), query: &str| {
        let path = format!("/agents/{}/delegated-tasks{query}", side.0);
        let listed = pair.world.send(Call::get(&path).bearer(&side.1)).await.expect(200);
        listed["delegated_tasks"].as_array().unwrap().clone()
    };
    assert_eq!(list(&pair.parent, "").await, slice::from_ref(&given));
    assert_eq!(list(&pair.parent, "?direction=created&status=pending").await, slice::from_ref(&given));
    assert_eq!(list(&pair.child, "?direction=received").await, slice::from_ref(&given));
    for (side, query) in [(&pair.parent, "?direction=received"), (&pair.child, ""), (&pair.parent, "?status=failed")] {
        assert_eq!(list(side, query).await, Vec::<Value>::new(), "{query}");
    }
    assert_eq!(pair.shown(given["id"].as_str().unwrap()).await, given);
}

#[actix_web::test]
async fn a_cap_is_kept_and_its_refusal_says_so() {
    let pair = Pair::new().await;
    let task = pair.task(json!(THREE_MAILS)).await;
    for name in [None, Some(&*task), None] {
        assert_eq!(pair.mail(name).await.expect(200)["status"], "executed");
    }
    let (foreseen, refused) = (pair.rehearse(None).await.expect(200), pair.mail(None).await.expect(200));
    assert_eq!((&refused["status"], &refused["reason_code"]), (&json!("blocked"), &json!("agent_budget_exceeded")));
    assert_eq!(refused["reasons"][0]["scope"], "delegation");
    assert!(refused["message"].as_str().unwrap().contains("The delegated task has $0.04 in all"), "{refused}");
    assert_eq!((&foreseen["decision"], &foreseen["reasons"]), (&refused["status"], &refused["reasons"]));
    let closed: Vec<_> = foreseen["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false).collect();
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["name"], "delegation");
    let shown = pair.shown(&task).await;
    assert_eq!((&shown["spent_usd"], &shown["remaining_cents"]), (&json!("0.0375"), &json!(0)));
    pair.world.verify().await;
}

#[actix_web::test]
async fn of_several_open_tasks_one_is_named() {
    let pair = Pair::new().await;
    let (one, two) = (pair.task(json!(2)).await, pair.task(Value::Null).await);
    for refused in [pair.mail(None).await, pair.mail(Some("nothing")).await, pair.rehearse(None).await] {
        refused.refused(400, "invalid_request");
        assert_eq!(refused.body["error"]["field"], "metadata.delegated_task_id");
    }
    assert_eq!(pair.mail(Some(&one)).await.expect(200)["status"], "executed");
    assert_eq!(pair.mail(Some(&one)).await.expect(200)["reason_code"], "agent_budget_exceeded");
    assert_eq!(pair.rehearse(Some(&one)).await.expect(200)["reason_code"], "agent_budget_exceeded");
    assert_eq!(pair.mail(Some(&two)).await.expect(200)["status"], "executed");
    assert_eq!(pair.rehearse(Some(&two)).await.expect(200)["decision"], "allowed");
    let own = pair.give(json!({ "objective": "Mine." })).await["id"].as_str().unwrap().to_owned();
    pair.mail(Some(&own)).await.refused(400, "invalid_request");
}

#[actix_web::test]
async fn an_ended_task_has_no_room() {
    for (side, status) in [(0, "cancelled"), (1, "completed"), (1, "failed")] {
        let pair = Pair::new().await;
        let task = pair.task(json!(500)).await;
        let side = if side == 0 { &pair.parent } else { &pair.child };
        pair.step(&pair.child, &task, json!({ "status": "in_progress" })).await.expect(200);
        let ended = pair.step(side, &task, json!({ "status": status })).await.expect(200);
        assert_eq!((&ended["status"], &ended["remaining_cents"]), (&json!(status), &json!(0)));
        let refused = pair.mail(Some(&task)).await.expect(200);
        assert_eq!(
            (&refused["reason_code"], &refused["reasons"][0]["scope"]),
            (&json!("agent_budget_exceeded"), &json!("delegation"))
        );
        assert_eq!(refused["reasons"][0]["retryable"], false);
        assert_eq!(pair.rehearse(Some(&task)).await.expect(200)["reasons"], refused["reasons"]);
        assert_eq!(pair.mail(None).await.expect(200)["status"], "executed", "its own money is its own again");
        pair.world.verify().await;
    }
}

#[actix_web::test]
async fn each_side_says_its_own_and_never_goes_back() {
    let pair = Pair::new().await;
    let task = pair.task(Value::Null).await;
    pair.step(&pair.parent, &task, json!({ "status": "accepted" })).await.refused(403, "forbidden");
    pair.step(&pair.child, &task, json!({ "status": "cancelled" })).await.refused(403, "forbidden");
    let accepted = pair.step(&pair.child, &task, json!({ "status": "accepted" })).await.expect(200);
    let before = pair.world.journal().await.len();
    assert_eq!(pair.step(&pair.child, &task, json!({ "status": "accepted" })).await.expect(200), accepted);
    assert_eq!(pair.world.journal().await.len(), before, "the same step again changes nothing");
    for (body, field) in [
        (json!({}), "status"),
        (json!({ "status": "pending" }), "status"),
        (json!({ "status": "gone" }), "status"),
        (json!({ "status": "in_progress", "result": "early" }), "result"),
    ] {
        let refused = pair.step(&pair.child, &task, body).await;
        refused.refused(400, "invalid_request");
        assert_eq!(refused.body["error"]["field"], field);
    }
    let done = json!({ "status": "completed", "result": "Three letters." });
    let done = pair.step(&pair.child, &task, done).await.expect(200);
    assert_eq!((&done["result"], done["ended_at"].is_string()), (&json!("Three letters."), true));
    for status in ["in_progress", "failed"] {
        pair.step(&pair.child, &task, json!({ "status": status })).await.refused(409, "task_state_conflict");
    }
    pair.step(&pair.parent, &task, json!({ "status": "cancelled" })).await.refused(409, "task_state_conflict");
}

#[actix_web::test]
async fn a_task_narrows_and_never_grants() {
    let pair = Pair::new().await;
    let path = format!("/agents/{}/delegated-tasks", pair.parent.0);
    let ask = async |permissions: Value| {
        let body = json!({ "child_agent_id": pair.child.0, "objective": "Write.", "permissions": permissions });
        pair.world.send(Call::post(&path, &body).bearer(&pair.parent.1)).await
    };
    for wrong in [json!(["sms.send"]), json!(["nothing"]), json!("email"), json!([1])] {
        let refused = ask(wrong).await;
        refused.refused(400, "invalid_request");
        assert_eq!(refused.body["error"]["field"], "permissions");
    }
    let given = ask(json!([])).await.expect(201);
    assert_eq!(given["permissions"], json!([]));
    let refused = pair.mail(None).await.expect(200);
    assert_eq!(
        (&refused["reason_code"], &refused["reasons"][0]["scope"]),
        (&json!("policy_violation"), &json!("delegation"))
    );
    assert!(refused["message"].as_str().unwrap().starts_with("The delegated task does not allow"), "{refused}");
    assert_eq!(pair.rehearse(None).await.expect(200)["reasons"], refused["reasons"]);
}

#[actix_web::test]
async fn an_agent_delegates_only_as_far_as_it_reaches() {
    let pair = Pair::new().await;
    let give = async |from: &(String, String), to: &str| {
        let body = json!({ "child_agent_id": to, "objective": "Write." });
        let path = format!("/agents/{}/delegated-tasks", from.0);
        pair.world.send(Call::post(&path, &body).bearer(&pair.parent.1)).await
    };
    give(&pair.child, &pair.parent.0).await.refused(404, "not_found");
    give(&pair.parent, &pair.world.other.agent).await.refused(404, "not_found");
    give(&pair.parent, "nobody").await.refused(404, "not_found");
    let own = give(&pair.parent, &pair.parent.0).await.expect(201)["id"].as_str().unwrap().to_owned();
    let message = give(&pair.parent, &pair.child.0).await.refused(403, "forbidden");
    assert!(message.contains("would not count"), "{message}");
    give(&pair.parent, &pair.parent.0).await.expect(201);
    let path = format!("/agents/{}/delegated-tasks/{own}", pair.child.0);
    pair.world.send(Call::get(&path).bearer(&pair.child.1)).await.refused(404, "not_found");
    let path = format!("/agents/{}/delegated-tasks", pair.parent.0);
    pair.world.send(Call::get(&path).bearer(&pair.child.1)).await.refused(404, "not_found");
}

#[actix_web::test]
async fn what_cannot_be_is_told_by_its_field() {
    let pair = Pair::new().await;
    let path = format!("/agents/{}/delegated-tasks", pair.parent.0);
    for (body, field) in [
        (json!({}), "objective"),
        (json!({ "objective": "  " }), "objective"),
        (json!({ "objective": "x".repeat(10_001) }), "objective"),
        (json!({ "objective": "x", "budget_cap_cents": -1 }), "budget_cap_cents"),
        (json!({ "objective": "x", "budget_cap_cents": 1.5 }), "budget_cap_cents"),
        (json!({ "objective": "x", "execute_now": true }), "execute_now"),
        (json!({ "objective": "x", "model_id": 7 }), "model_id"),
    ] {
        let refused = pair.world.send(Call::post(&path, &body).bearer(&pair.parent.1)).await;
        refused.refused(400, "invalid_request");
        assert_eq!(refused.body["error"]["field"], field, "{body}");
    }
    let listed = Call::get(&format!("{path}?direction=sideways")).bearer(&pair.parent.1);
    pair.world.send(listed).await.refused(400, "invalid_request");
    assert_eq!(pair.give(json!({ "objective": "x", "budget_cap_cents": 0 })).await["remaining_cents"], 0);
}

#[actix_web::test]
async fn somebody_looks_again() {
    let pair = Pair::new().await;
    let task = pair.task(json!(10)).await;
    let look = async |query: &str| {
        let path = format!("/delegated-tasks/{task}{query}");
        pair.world.send(Call::get(&path).bearer(&pair.world.acme.pat)).await
    };
    let first = look("").await.expect(200);
    assert_eq!((&first["changed"], &first["file_writes"]), (&json!(true), &json!([])));
    let since = format!("?since={}", first["seq"]);
    assert_eq!(look(&since).await.expect(200)["changed"], false);
    pair.step(&pair.child, &task, json!({ "status": "accepted" })).await.expect(200);
    let activity = Call::get(&format!("/agents/{}/activity", pair.child.0)).bearer(&pair.world.acme.pat);
    assert_eq!(pair.world.send(activity).await.expect(200)["delegations"][0]["id"], json!(task));
    let again = look(&since).await.expect(200);
    assert_eq!((&again["changed"], &again["status"]), (&json!(true), &json!("accepted")));
    look("?since=-1").await.refused(400, "invalid_request");
}

#[actix_web::test]
async fn what_was_asked_for_is_approved_for_the_same_task() {
    let pair = Pair::new().await;
    let binding = json!({ "operation": "email.send", "approval_threshold_cents": 0 });
    let bind = Call::post(&format!("/agents/{}/services", pair.child.0), &binding).bearer(&pair.world.acme.pat);
    pair.world.send(bind).await.expect(200);
    let (one, _) = (pair.task(json!(2)).await, pair.task(json!(500)).await);
    let asked = pair.mail(Some(&one)).await.expect(200);
    assert_eq!(asked["status"], "approval_required", "{asked}");
    let path = format!("/approvals/{}/approve", asked["approval_id"].as_str().unwrap());
    let approved = pair.world.send(Call::post(&path, &json!({})).bearer(&pair.world.acme.pat)).await.expect(200);
    assert_eq!(approved["status"], "executed", "{approved}");
    assert_eq!(pair.shown(&one).await["spent_usd"], "0.0125");
    pair.world.verify().await;
}

/// The status of a task, and the events about it, the newest first.
async fn end_of(world: &World, task: &str, by: &str) -> (Value, Vec<(String, Value)>) {
    let shown =
        world.send(Call::get(&format!("/agents/{by}/delegated-tasks/{task}?mode=test")).bearer(&world.acme.pat)).await;
    let events = world.journal().await.into_iter().filter(|event| event.body.contains(task));
    let told = events.map(|event| {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        (event.kind.to_string(), body["detail"]["because"].clone())
    });
    (shown.body["status"].clone(), told.collect())
}

#[actix_web::test]
async fn who_ends_leaves_no_open_task() {
    for ends in ["parent", "child"] {
        let pair = Pair::new().await;
        let (open, done) = (pair.task(json!(50)).await, pair.task(json!(50)).await);
        pair.step(&pair.child, &done, json!({ "status": "completed" })).await.expect(200);
        let (gone, stays) = if ends == "parent" { (&pair.parent, &pair.child) } else { (&pair.child, &pair.parent) };
        let delete = || Call::new("DELETE", &format!("/api/v1/agents/{}", gone.0)).bearer(&pair.world.acme.pat);
        pair.world.send(delete()).await.expect(200);
        let (status, events) = end_of(&pair.world, &open, &stays.0).await;
        assert_eq!(status, "cancelled", "{ends}");
        let told: Vec<_> = events.iter().map(|(kind, because)| (kind.as_str(), because.clone())).collect();
        let cancelled = ("delegation.cancelled", json!("agent_ended"));
        assert_eq!(told, [cancelled, ("delegation.created", Value::Null)], "{ends}");
        assert_eq!(end_of(&pair.world, &done, &stays.0).await.0, "completed");
        if ends == "parent" {
            assert_eq!(pair.mail(None).await.expect(200)["status"], "executed", "without a cap");
            pair.mail(Some(&open)).await.expect(200);
        }
        pair.world.verify().await;
    }
}

#[actix_web::test]
async fn a_family_that_ends_leaves_no_open_task() {
    let pair = Pair::new().await;
    let body = json!({ "name": "Helper", "services": ["email.send"], "budget_cents": 20 });
    let made = pair.world.send(Call::post("/agents/spawn", &body).bearer(&pair.parent.1)).await.expect(201);
    let (helper, key) = (made["agent_id"].as_str().unwrap(), made["api_key"].as_str().unwrap());
    let ask = |to: &str| json!({ "child_agent_id": to, "objective": "Write." });
    let below = pair.give(ask(helper)).await["id"].as_str().unwrap().to_owned();
    let path = format!("/agents/{helper}/delegated-tasks");
    let own = pair.world.send(Call::post(&path, &ask(helper)).bearer(key)).await.expect(201);
    let own = own["id"].as_str().unwrap().to_owned();
    let path = format!("/agents/{}", pair.parent.0);
    let beside = pair.give(ask(&pair.child.0)).await["id"].as_str().unwrap().to_owned();
    pair.world.send(Call::new("DELETE", &format!("/api/v1{path}")).bearer(&pair.world.acme.pat)).await.expect(200);
    for task in [&below, &own, &beside] {
        let (_, events) = end_of(&pair.world, task, &pair.child.0).await;
        let cancelled = events.iter().filter(|(kind, _)| kind == "delegation.cancelled").count();
        assert_eq!(cancelled, 1, "{events:?}");
    }
    assert_eq!(pair.shown(&beside).await["status"], "cancelled");
    pair.world.verify().await;
}
