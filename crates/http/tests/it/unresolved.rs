//! Outcomes that nobody knows: what people see, and how they end them.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use upivia_domain::{
    CommandId, NodeId, RequestId, Uuid,
    ledger::{Command, TakeOver},
    ports::{ApplyMode, LedgerStore, LockWait, RequestQueries},
};

use crate::support::{Call, Reply, World, tidy};

const REASON: &str = "The provider's invoice lists the message.";

async fn list(world: &World, query: &str) -> Vec<Value> {
    let page = world.send(Call::get(&format!("/ops/unresolved?{query}")).bearer(&world.acme.pat)).await.expect(200);
    page["unresolved"].as_array().unwrap().clone()
}

async fn detail(world: &World, id: &str) -> Reply {
    world.send(Call::get(&format!("/ops/unresolved/{id}")).bearer(&world.acme.pat)).await
}

fn resolution(id: &str, body: &Value) -> Call {
    Call::post(&format!("/ops/unresolved/{id}/resolve"), body)
}

async fn resolve(world: &World, id: &str, body: &Value) -> Reply {
    world.send(resolution(id, body).bearer(&world.acme.pat)).await
}

async fn test_balance(world: &World) -> (Value, Value) {
    let balance = world.send(Call::get("/balance?mode=test").bearer(&world.acme.pat)).await.expect(200);
    (balance["posted_usd"].clone(), balance["held_usd"].clone())
}

#[actix_web::test]
async fn a_lost_answer_is_shown_with_all_that_helps_decide() {
    let world = World::new().await;
    let id = world.lost(&world.acme).await;
    world.clock.advance_seconds(90);
    let page = world.send(Call::get("/ops/unresolved").bearer(&world.acme.pat)).await.expect(200);
    assert_json_snapshot!("page", tidy(&page));
    assert_json_snapshot!("detail", tidy(&detail(&world, &id).await.expect(200)));
}

#[actix_web::test]
async fn the_list_is_filtered_and_paged() {
    let world = World::new().await;
    let old = world.lost(&world.acme).await;
    world.clock.advance_seconds(60);
    let running = world.mail("accept").await.expect(202)["request_id"].as_str().unwrap().to_owned();
    world.mail("hello").await.expect(200);
    let ids = async |query: &str| {
        let rows = list(&world, query).await;
        rows.iter().map(|row| row["request_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [&*running, &*old]);
    assert_eq!(ids("state=unknown").await, [&*old]);
    assert_eq!(ids("state=running&mode=test").await, [&*running]);
    assert_eq!(ids("mode=live").await, [""; 0]);
    assert_eq!(ids("older_than_seconds=60").await, [&*old]);
    assert_eq!(ids("older_than_seconds=61").await, [""; 0]);
    assert_eq!(ids("flagged=true").await, [""; 0]);
    assert_eq!(ids("flagged=false").await.len(), 2);
    assert_eq!(ids(&format!("agent_id={}", world.other.agent)).await, [""; 0]);
    let first = world.send(Call::get("/ops/unresolved?limit=1").bearer(&world.acme.pat)).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(ids(&format!("limit=1&cursor={cursor}")).await, [&*old]);
    for (query, field) in
        [("state=executed", "state"), ("flagged=1", "flagged"), ("older_than_seconds=-1", "older_than_seconds")]
    {
        let reply = world.send(Call::get(&format!("/ops/unresolved?{query}")).bearer(&world.acme.pat)).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field);
    }
}

#[actix_web::test]
async fn a_charge_ends_the_request_and_frees_the_rest() {
    let world = World::new().await;
    let before = test_balance(&world).await;
    assert_eq!(before.0, "100.00");
    let id = world.lost(&world.acme).await;
    assert_eq!(test_balance(&world).await, (json!("100.00"), json!("0.0125")));
    let ended = resolve(&world, &id, &json!({ "charge_usd": "0.011", "reason": REASON })).await.expect(200);
    assert_json_snapshot!("charged", tidy(&ended));
    assert_eq!(test_balance(&world).await, (json!("99.989"), json!("0.00")));
    let seen = world.send(Call::get(&format!("/service-requests/{id}")).bearer(&world.acme.test)).await.expect(200);
    assert_eq!((&seen["status"], &seen["settlement_basis"]), (&json!("executed"), &json!("resolution")));
    assert_eq!(list(&world, "").await, [Value::Null; 0]);
    let events = world.journal().await;
    let event = |kind: &str| events.iter().find(|event| event.kind == kind).unwrap_or_else(|| panic!("no {kind}"));
    let (asked, done) = (event("outcome.resolved"), event("request.resolved"));
    assert!(asked.body.contains(&id) && asked.body.contains("\"kind\":\"user\""), "{}", asked.body);
    assert!(done.body.contains(&id) && done.body.contains("\"kind\":\"user\""), "{}", done.body);
    assert!(events.iter().all(|event| !event.body.contains("invoice")), "the reason is sealed, not in the chain");
    let shown = detail(&world, &id).await.expect(200);
    assert_eq!((&shown["state"], &shown["why"]["code"]), (&json!("executed"), &json!("ended")));
    assert_eq!(shown["resolutions"]["charge"]["possible"], false);
    world.verify().await;
}

#[actix_web::test]
async fn a_release_frees_all_of_it() {
    let world = World::new().await;
    let id = world.lost(&world.acme).await;
    let ended = resolve(&world, &id, &json!({ "release": true, "reason": "They never got it." })).await.expect(200);
    assert_eq!((&ended["status"], &ended["reason_code"]), (&json!("failed"), &json!("released_by_operator")));
    assert_eq!(test_balance(&world).await, (json!("100.00"), json!("0.00")));
    world.verify().await;
}

#[actix_web::test]
async fn what_is_no_decision_changes_nothing() {
    let world = World::new().await;
    let id = world.lost(&world.acme).await;
    let before = world.journal().await.len();
    let long = "x".repeat(501);
    for (body, field) in [
        (json!({ "reason": REASON }), "charge_cents"),
        (json!({ "release": false, "reason": REASON }), "charge_cents"),
        (json!({ "charge_cents": 1, "release": true, "reason": REASON }), "release"),
        (json!({ "charge_cents": 1, "charge_usd": "0.01", "reason": REASON }), "charge_usd"),
        (json!({ "charge_cents": -1, "reason": REASON }), "charge_cents"),
        (json!({ "charge_cents": 1.5, "reason": REASON }), "charge_cents"),
        (json!({ "charge_cents": 2, "reason": REASON }), "charge_cents"),
        (json!({ "charge_usd": "0.012500001", "reason": REASON }), "charge_usd"),
        (json!({ "charge_usd": "much", "reason": REASON }), "charge_usd"),
        (json!({ "release": "yes", "reason": REASON }), "release"),
        (json!({ "release": true }), "reason"),
        (json!({ "release": true, "reason": "  " }), "reason"),
        (json!({ "release": true, "reason": long }), "reason"),
        (json!({ "release": true, "reason": 1 }), "reason"),
    ] {
        let reply = resolve(&world, &id, &body).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{body}");
    }
    let call = resolution(&id, &json!({ "release": true, "reason": REASON })).bearer(&world.acme.pat).key("");
    assert_eq!(world.send(call).await.body["error"]["field"], "Idempotency-Key");
    assert_eq!(world.journal().await.len(), before);
    assert_eq!(test_balance(&world).await.1, "0.0125");
}

#[actix_web::test]
async fn only_who_may_decides_and_only_about_their_own() {
    let world = World::new().await;
    let id = world.lost(&world.acme).await;
    let body = json!({ "release": true, "reason": REASON });
    let member = world.member().await;
    let refused = world.send(resolution(&id, &body).bearer(&member)).await.refused(403, "forbidden");
    assert!(refused.contains("outcome.resolve"), "{refused}");
    world.send(Call::get("/ops/unresolved").bearer(&member)).await.expect(200);
    world.send(resolution(&id, &body).bearer(&world.other.pat)).await.refused(404, "not_found");
    let theirs = world.send(Call::get("/ops/unresolved").bearer(&world.other.pat)).await.expect(200);
    assert_eq!(theirs["unresolved"], json!([]));
    let usual = world.mail("hello").await.expect(200)["request_id"].as_str().unwrap().to_owned();
    detail(&world, &usual).await.refused(404, "not_found");
    detail(&world, &id).await.expect(200);
}

#[actix_web::test]
async fn the_same_decision_is_answered_again_and_another_one_is_told() {
    let world = World::new().await;
    let id = world.lost(&world.acme).await;
    let keyed = |body: Value| resolution(&id, &body).bearer(&world.acme.pat).key("ticket-7");
    let charge = json!({ "charge_cents": 1, "reason": REASON });
    let first = world.send(keyed(charge.clone())).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    let events = world.journal().await.len();
    world.clock.advance_seconds(5);
    let again = world.send(keyed(charge.clone())).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(again.body, first.body);
    for other in [
        keyed(json!({ "release": true, "reason": REASON })),
        keyed(json!({ "charge_cents": 1, "reason": "Another reason." })),
        resolution(&id, &charge).bearer(&world.acme.pat),
        resolution(&id, &charge).bearer(&world.acme.pat).key("ticket-8"),
    ] {
        let told = world.send(other).await;
        told.refused(409, "already_resolved");
        assert_eq!(told.body["request"], first.body);
        assert_eq!(told.body["error"]["request_id"], json!(id));
    }
    assert_eq!(world.journal().await.len(), events);
    let executed = world.mail("hello").await.expect(200);
    let usual = executed["request_id"].as_str().unwrap();
    let told = resolve(&world, usual, &charge).await;
    told.refused(409, "already_resolved");
    assert_eq!(told.body["request"]["status"], "executed");
    world.verify().await;
}

#[actix_web::test]
async fn what_is_being_sent_is_nobodys_to_decide() {
    let world = World::new().await;
    let sent = world.mail("hang").await.expect(202);
    let told =
        resolve(&world, sent["request_id"].as_str().unwrap(), &json!({ "release": true, "reason": REASON })).await;
    told.refused(409, "still_dispatching");
    assert_eq!(told.header("retry-after"), Some("1"));
}

#[actix_web::test]
async fn a_hold_is_not_released_while_the_dead_may_still_send() {
    let world = World::new().await;
    let sent = world.mail("hang").await.expect(202);
    let id = sent["request_id"].as_str().unwrap();
    take_over(&world, id).await;
    let release = json!({ "release": true, "reason": REASON });
    let told = resolve(&world, id, &release).await;
    told.refused(409, "too_early");
    assert_eq!(told.header("retry-after"), Some("30"));
    let row = &list(&world, "").await[0];
    assert_eq!(row["why"]["code"], "crash_while_dispatching");
    assert_eq!(told.body["error"]["retry_at"], row["can_release_at"]);
    world.clock.advance_seconds(30);
    assert_eq!(resolve(&world, id, &release).await.expect(200)["status"], "failed");
    world.verify().await;
}

/// As another process does when it believes this one dead; the call may be on its way for thirty seconds.
async fn take_over(world: &World, id: &str) {
    let org = world.org_of(&world.acme.pat).await;
    let request: RequestId = id.parse().unwrap();
    let from = world.store.request(org, request).await.unwrap().unwrap().owner.unwrap();
    let (command, to) = (CommandId::new(Uuid::from_u128(7)), NodeId::new(Uuid::from_u128(8)));
    let take_over = TakeOver { id: command, org, request, from, to, send_timeout_micros: 30_000_000 };
    let mode = ApplyMode { lock: LockWait::Wait, again: false };
    world.store.apply(&[std::sync::Arc::new(Command::TakeOver(take_over))], mode).await.unwrap();
}

#[actix_web::test]
async fn late_evidence_is_acknowledged_with_a_reason_until_more_comes() {
    let world = World::new().await;
    let id = world.contradicted(&world.acme).await;
    let acknowledge = |id: &str, body: Value| {
        world.send(Call::post(&format!("/ops/unresolved/{id}/acknowledge"), &body).bearer(&world.acme.pat))
    };
    for body in [json!({}), json!({ "reason": " " }), json!({ "reason": "x".repeat(501) })] {
        let reply = acknowledge(&id, body).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], "reason");
    }
    let usual = world.mail("hello").await.expect(200)["request_id"].as_str().unwrap().to_owned();
    acknowledge(&usual, json!({ "reason": REASON })).await.refused(404, "not_found");
    assert_eq!(list(&world, "flagged=true").await.len(), 1);
    let before = detail(&world, &id).await.expect(200);

    let first = acknowledge(&id, json!({ "reason": REASON })).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(first.expect(200), json!({ "request_id": id, "acknowledged": true }));
    let events = world.journal().await;
    assert_eq!(events[0].kind, "outcome.acknowledged");
    assert!(events[0].body.contains(REASON), "{}", events[0].body);
    assert_eq!(list(&world, "flagged=true").await.len(), 0);
    let after = detail(&world, &id).await.expect(200);
    assert_eq!((&after["state"], &after["request"]), (&before["state"], &before["request"]));
    let again = acknowledge(&id, json!({ "reason": REASON })).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(world.journal().await.len(), events.len());

    world.corrected(&id, 3).await;
    assert_eq!(list(&world, "flagged=true").await[0]["request_id"], id.as_str());
    acknowledge(&id, json!({ "reason": REASON })).await.expect(200);
    world.verify().await;
}
