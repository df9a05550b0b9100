//! Providers report outcomes: believed only when signed, heard once, and never more than evidence.

use serde_json::{Value, json};
use upivia_domain::dispatch::Reference;

use crate::support::{
    Reply, World,
    sender::{self, PROVIDER, STRANGER, report, signed},
};

/// Price of a mail in these tests.
const HELD: &str = "0.0125";

async fn running(world: &World) -> String {
    let running = world.mail("accept").await.expect(202);
    assert_eq!((&running["status"], &running["initial_cost_usd"]), (&json!("running"), &json!(HELD)), "{running}");
    assert_eq!((&running["provider"], &running["external_id"]), (&json!(PROVIDER), &json!("ext_2")), "{running}");
    running["request_id"].as_str().unwrap().to_owned()
}

fn executed(event: &str, request: &str, cost: &str) -> Value {
    json!({ "event_id": event, "request_id": request, "status": "executed", "cost_usd": cost, "result": { "done": true } })
}

async fn stands(world: &World, request: &str) -> Value {
    let call = crate::support::Call::get(&format!("/service-requests/{request}")).bearer(&world.acme.test);
    world.send(call).await.expect(200)
}

async fn tell(world: &World, body: &Value) -> Value {
    world.send(report(world, body)).await.expect(200)
}

async fn balance(world: &World) -> Value {
    let call = crate::support::Call::get("/balance?mode=test").bearer(&world.acme.pat);
    world.send(call).await.expect(200)
}

#[actix_web::test]
async fn a_report_ends_a_running_request_with_its_real_cost() {
    let world = World::new().await;
    let id = running(&world).await;
    let heard = tell(&world, &executed("evt_1", &id, "0.0325")).await;
    assert_eq!((&heard["received"], &heard["duplicate"]), (&json!(true), &json!(false)), "{heard}");
    let request = &heard["request"];
    assert_eq!((&request["status"], &request["cost_usd"]), (&json!("executed"), &json!("0.0325")), "{heard}");
    assert_eq!(request["settlement_basis"], "provider_usage");
    let now = stands(&world, &id).await;
    assert_eq!(
        (&now["status"], &now["cost_usd"], &now["result"]["done"]),
        (&json!("executed"), &json!("0.0325"), &json!(true))
    );
    world.verify().await;
}

#[actix_web::test]
async fn the_same_message_is_heard_once_and_another_under_its_id_not_at_all() {
    let world = World::new().await;
    let id = running(&world).await;
    let body = executed("evt_1", &id, "0.01");
    tell(&world, &body).await;
    let events = world.journal().await.len();
    let again = tell(&world, &body).await;
    assert_eq!((&again["duplicate"], &again["request"]["status"]), (&json!(true), &json!("executed")));
    world.send(report(&world, &executed("evt_1", &id, "0.02"))).await.refused(409, "event_id_payload_mismatch");
    assert_eq!((world.journal().await.len(), &stands(&world, &id).await["cost_usd"]), (events, &json!("0.01")));
    world.verify().await;
}

#[actix_web::test]
async fn another_cost_corrects_the_charge() {
    let world = World::new().await;
    let id = running(&world).await;
    tell(&world, &executed("evt_1", &id, "0.01")).await;
    let before = balance(&world).await;
    tell(&world, &executed("evt_2", &id, "0.01")).await;
    assert_eq!(balance(&world).await, before, "the same cost is no news");
    let corrected = tell(&world, &executed("evt_3", &id, "0.05")).await;
    assert_eq!(corrected["request"]["cost_usd"], "0.05");
    let late = json!({ "event_id": "evt_4", "request_id": id, "status": "executed" });
    assert_eq!(tell(&world, &late).await["request"]["cost_usd"], "0.05", "no cost is no correction");
    world.verify().await;
}

#[actix_web::test]
async fn a_failure_after_an_execution_moves_no_money_and_is_written_down() {
    let world = World::new().await;
    let id = running(&world).await;
    tell(&world, &executed("evt_1", &id, "0.01")).await;
    let before = balance(&world).await;
    let failed = json!({ "event_id": "evt_2", "request_id": id, "status": "failed", "detail": "busy" });
    assert_eq!(tell(&world, &failed).await["request"]["status"], "executed");
    assert_eq!(balance(&world).await, before);
    assert_eq!(world.journal().await.first().unwrap().kind, "request.contradicted");
    world.verify().await;
}

#[actix_web::test]
async fn a_failure_frees_the_hold_and_a_later_execution_is_charged() {
    let world = World::new().await;
    let (before, id) = (balance(&world).await, running(&world).await);
    let failed = json!({ "event_id": "evt_1", "request_id": id, "status": "failed", "detail": "no line", "reason": "provider_unavailable" });
    tell(&world, &failed).await;
    let now = stands(&world, &id).await;
    assert_eq!((&now["status"], &now["reason_code"]), (&json!("failed"), &json!("provider_unavailable")), "{now}");
    assert_eq!(balance(&world).await, before);
    let late = tell(&world, &executed("evt_2", &id, "0.01")).await;
    assert_eq!((&late["request"]["status"], &late["request"]["cost_usd"]), (&json!("failed"), &json!("0.01")));
    assert_eq!(stands(&world, &id).await["result"]["late_result"], json!({ "done": true }));
    world.verify().await;
}

#[actix_web::test]
async fn a_report_before_our_own_commit_counts_and_reordering_changes_nothing() {
    let world = World::new().await;
    // The provider hangs: the request stays in dispatching.
    let open = world.mail("hang").await.expect(202);
    let id = open["request_id"].as_str().unwrap();
    tell(&world, &executed("evt_2", id, "0.01")).await;
    let late = json!({ "event_id": "evt_1", "request_id": id, "status": "running", "external_id": "ext_9" });
    assert_eq!(tell(&world, &late).await["request"]["status"], "executed");
    assert_eq!(stands(&world, id).await["cost_usd"], "0.01");
    world.verify().await;
}

#[actix_web::test]
async fn a_lost_answer_is_found_by_a_report() {
    let world = World::new().await;
    let lost = world.mail("lose").await.expect(202);
    let id = lost["request_id"].as_str().unwrap();
    let accepted = json!({ "event_id": "evt_1", "request_id": id, "status": "running", "external_id": "ext_9" });
    assert_eq!(tell(&world, &accepted).await["request"]["external_id"], "ext_9");
    assert_eq!(stands(&world, id).await["external_id"], "ext_9");
    let org = world.journal().await.first().unwrap().org;
    let reference = Reference { org: Some(org), request: id.parse().unwrap() };
    let named = tell(&world, &executed("evt_2", &reference.to_string(), "0.01")).await;
    assert_eq!(named["request"]["status"], "executed", "the reference that the provider was given");
    world.verify().await;
}

#[actix_web::test]
async fn nobody_is_believed_without_a_fresh_signature_of_these_bytes() {
    let world = World::new().await;
    let id = running(&world).await;
    let body = executed("evt_1", &id, "0.01").to_string();
    let events = world.journal().await.len();
    let header = |at: i64| upivia_webhooks::sign(sender::secret(PROVIDER).as_bytes(), body.as_bytes(), at);
    let now = upivia_domain::ports::Clock::now(&*world.clock).micros() / 1_000_000;
    let with = |provider: &str, header: &str| sender::sent(provider, &body).header(upivia_webhooks::HEADER, header);
    let attempts = [
        sender::sent(PROVIDER, &body),
        with(PROVIDER, ""),
        with(PROVIDER, &header(now - 301)),
        with(PROVIDER, &header(now + 301)),
        with(PROVIDER, &header(now).replace("v1=", "v0=")),
        with(STRANGER, &header(now)),
        with("nobody", &header(now)),
        with(PROVIDER, &header(now)).header(upivia_webhooks::HEADER, &header(now - 1)),
        sender::sent(PROVIDER, &format!("{body} ")).header(upivia_webhooks::HEADER, &header(now)),
    ];
    for attempt in attempts {
        world.send(attempt).await.refused(401, "unauthorized");
    }
    assert_eq!((world.journal().await.len(), &stands(&world, &id).await["status"]), (events, &json!("running")));
    world.send(with(PROVIDER, &header(now - 300))).await.expect(200);
}

#[actix_web::test]
async fn what_a_provider_was_not_given_is_not_there() {
    let world = World::new().await;
    let id = running(&world).await;
    let blocked = world
        .send(crate::support::Call::post("/service-requests", &crate::support::mail("x")).bearer(&world.acme.live));
    let blocked = blocked.await.expect(200)["request_id"].as_str().unwrap().to_owned();
    let foreign = signed(&world, STRANGER, &executed("evt_1", &id, "0.01").to_string());
    world.send(foreign).await.refused(404, "not_found");
    for named in [&blocked, "srq_0000000000000000000000", "org_0000000000000000000007.srq_0000000000000000000000"] {
        world.send(report(&world, &executed("evt_2", named, "0.01"))).await.refused(404, "not_found");
    }
    assert_eq!(stands(&world, &id).await["status"], "running");
    world.verify().await;
}

fn field(reply: &Reply) -> Option<&str> {
    reply.refused(400, "invalid_request");
    reply.body["error"]["field"].as_str()
}

#[actix_web::test]
async fn a_wrong_member_is_named_and_changes_nothing() {
    let world = World::new().await;
    let id = running(&world).await;
    let events = world.journal().await.len();
    let wrong = [
        ("event_id", json!(null)),
        ("event_id", json!("")),
        ("event_id", json!("x".repeat(256))),
        ("event_id", json!(7)),
        ("request_id", json!(null)),
        ("request_id", json!("agt_0000000000000000000000")),
        ("status", json!(null)),
        ("status", json!("blocked")),
        ("external_id", json!(5)),
        ("cost_usd", json!("0.0000000001")),
        ("cost_usd", json!("-1")),
        ("cost_usd", json!(0.01)),
        ("cost_usd", json!("99999999999999")),
        ("cost_cents", json!(1.5)),
        ("cost_cents", json!(-1)),
        ("result", json!("text")),
    ];
    for (member, value) in wrong {
        let mut body = executed("evt_1", &id, "0.01");
        if member == "cost_cents" {
            body.as_object_mut().unwrap().remove("cost_usd");
        }
        body[member] = value;
        assert_eq!(field(&world.send(report(&world, &body)).await), Some(member), "{body}");
    }
    let mut both = executed("evt_1", &id, "0.01");
    both["cost_cents"] = json!(1);
    assert_eq!(field(&world.send(report(&world, &both)).await), Some("cost_usd"));
    for (member, value) in [("reason", json!("policy_violation")), ("detail", json!("x".repeat(2_001)))] {
        let mut body = json!({ "event_id": "evt_1", "request_id": id, "status": "failed" });
        body[member] = value;
        assert_eq!(field(&world.send(report(&world, &body)).await), Some(member), "{body}");
    }
    let running = json!({ "event_id": "evt_1", "request_id": id, "status": "running" });
    assert_eq!(field(&world.send(report(&world, &running)).await), Some("external_id"));
    for bytes in ["", "[]", "{", "null"] {
        world.send(signed(&world, PROVIDER, bytes)).await.refused(400, "invalid_request");
    }
    assert_eq!(world.journal().await.len(), events);
}

#[actix_web::test]
async fn a_store_that_is_away_is_no_answer_and_the_message_can_be_sent_again() {
    let world = World::new().await;
    let id = running(&world).await;
    let body = executed("evt_1", &id, "0.01");
    world.store.faults().set_unavailable(true);
    world.send(report(&world, &body)).await.refused(503, "ledger_unavailable");
    world.store.faults().set_unavailable(false);
    let heard = tell(&world, &body).await;
    assert_eq!((&heard["duplicate"], &heard["request"]["status"]), (&json!(false), &json!("executed")));
    world.verify().await;
}
