//! Every reason code, reached over HTTP: the table below has an arm for each one, so a new code does not compile until
//! somebody says how it is reached. Those of the decision order are also asked in their order.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    CommandId, NodeId, RequestId, Uuid,
    budget::ReasonCode,
    identity::Actor,
    ledger::{Command, Evidence, Fail, Resolution, Resolve},
    ports::{Applied, ApplyMode, LedgerStore, LockWait, RequestQueries},
};
use upivia_http::routes;

use crate::support::{Call, Org, Reply, World, mail};

/// Stops everything of an organization. Until there is such a route, its code cannot be reached from outside.
const STOP: &str = "/ops/stop";

async fn owner(world: &World, method: &str, path: &str, body: Value) -> Value {
    let call = Call::new(method, &format!("/api/v1{path}")).json(&body);
    let reply: Reply = world.send(call.bearer(&world.acme.pat)).await;
    assert!((200..300).contains(&reply.status), "{method} {path}: {} {}", reply.status, reply.body);
    reply.body
}

async fn post(world: &World, path: &str, body: Value) -> Value {
    owner(world, "POST", path, body).await
}

async fn send(world: &World, key: &str) -> Value {
    world.send(Call::post("/service-requests", &mail("hello")).bearer(key)).await.expect(200)
}

/// A mail of a new agent with that binding.
async fn bound(world: &World, terms: Value) -> Value {
    let mut binding = json!({ "operation": "email.send" });
    binding.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    let (_, key) = world.agent(binding).await;
    send(world, &key).await
}

/// The request of a question, after that answer.
async fn answered(world: &World, verb: &str) -> Value {
    let asked = world.question(&world.acme).await;
    post(world, &format!("/approvals/{}/{verb}", asked["approval_id"].as_str().unwrap()), json!({})).await
}

async fn seen(world: &World, id: &str) -> Value {
    world.send(Call::get(&format!("/service-requests/{id}")).bearer(&world.acme.test)).await.expect(200)
}

/// A command of the machinery, which no caller can give.
async fn apply(world: &World, command: Command) {
    let mode = ApplyMode { lock: LockWait::Wait, again: false };
    let applied = world.store.apply(&[Arc::new(command)], mode).await.unwrap();
    assert!(applied.iter().all(|one| matches!(one, Applied::Done(Ok(_)))), "{applied:?}");
}

/// An answer with that code; `None` where nothing reaches it yet.
async fn reach(world: &World, code: ReasonCode) -> Option<Value> {
    let Org { agent, team, test, live, .. } = &world.acme;
    Some(match code {
        ReasonCode::PolicyViolation => {
            let (_, key) = world.agent(json!({ "operation": "sms.send" })).await;
            send(world, &key).await
        }
        ReasonCode::MonthlyBudgetExceeded => bound(world, json!({ "monthly_budget_cents": 1 })).await,
        ReasonCode::DailyLimitExceeded => bound(world, json!({ "daily_request_limit": 0 })).await,
        ReasonCode::AgentBudgetExceeded => {
            owner(world, "PATCH", &format!("/agents/{agent}/budget"), json!({ "monthly_budget_cents": 1 })).await;
            send(world, test).await
        }
        ReasonCode::WorkerBudgetExceeded => {
            dry_worker(world).await;
            send(world, test).await
        }
        ReasonCode::TeamBudgetExceeded => {
            post(world, &format!("/teams/{team}/budget"), json!({ "amount_cents": 1, "mode": "test" })).await;
            send(world, test).await
        }
        ReasonCode::InsufficientBalance => {
            let elsewhere = post(world, "/teams", json!({ "name": "Elsewhere" })).await;
            let path = format!("/teams/{}/budget", elsewhere["id"].as_str().unwrap());
            post(world, &path, json!({ "amount_cents": 10_000, "mode": "test" })).await;
            send(world, test).await
        }
        ReasonCode::OrganizationSuspended => {
            routes().find(|(_, route)| route.path == STOP)?;
            post(world, STOP, json!({ "scope": "org", "reason": "Stop." })).await;
            send(world, test).await
        }
        // Only play money has a provider in these tests.
        ReasonCode::ServiceNotConfigured => send(world, live).await,
        ReasonCode::OperationSuspended => {
            world.suspend(&world.acme).await;
            send(world, test).await
        }
        ReasonCode::ApprovalQueueFull => full_queue(world).await,
        ReasonCode::ApprovalThreshold => bound(world, json!({ "approval_threshold_cents": 0 })).await,
        ReasonCode::ApprovalRejected => answered(world, "reject").await,
        ReasonCode::ApprovalExpired => {
            let asked = world.question(&world.acme).await;
            world.clock.advance_seconds(3_600);
            post(world, &format!("/approvals/{}/approve", asked["approval_id"].as_str().unwrap()), json!({})).await
        }
        ReasonCode::CredentialRevoked => revoked_asker(world).await,
        ReasonCode::AgentDisabled => {
            owner(world, "PATCH", &format!("/agents/{agent}"), json!({ "status": "paused" })).await;
            send(world, test).await
        }
        ReasonCode::AdapterError => world.mail("reject").await.expect(200),
        ReasonCode::ProviderUnavailable => world.mail("unsent").await.expect(200),
        ReasonCode::DispatchAborted => aborted(world).await,
        ReasonCode::ReleasedByOperator => {
            let id = world.lost(&world.acme).await;
            post(world, &format!("/ops/unresolved/{id}/resolve"), json!({ "release": true, "reason": "Lost." })).await
        }
        ReasonCode::ReleasedAtDeadline => {
            let id = world.lost(&world.acme).await;
            let (org, request) = (world.org_of(&world.acme.pat).await, id.parse().unwrap());
            let actor = Actor::System { node: NodeId::new(Uuid::from_u128(8)) };
            let (command, reason) = (CommandId::new(Uuid::from_u128(7)), "its deadline passed".to_owned());
            let resolution = Resolution::Release;
            apply(world, Command::Resolve(Resolve { id: command, org, request, actor, resolution, reason })).await;
            seen(world, &id).await
        }
    })
}

/// The first agent belongs to a worker without money.
async fn dry_worker(world: &World) {
    let (team, user) = (&world.acme.team, &world.acme.user);
    post(world, &format!("/teams/{team}/budget"), json!({ "amount_cents": 50, "mode": "test" })).await;
    post(world, &format!("/teams/{team}/members"), json!({ "user_id": user })).await;
    let path = format!("/teams/{team}/workers/{user}/budget/allocate");
    post(world, &path, json!({ "amount_cents": 1, "mode": "test" })).await;
}

async fn full_queue(world: &World) -> Value {
    let (_, key) = world.agent(json!({ "operation": "email.send", "approval_threshold_cents": 0 })).await;
    let mut last = Value::Null;
    for _ in 0..21 {
        last = send(world, &key).await;
    }
    last
}

/// Its key is replaced while its question waits.
async fn revoked_asker(world: &World) -> Value {
    let asked = world.question(&world.acme).await;
    let list = world.send(Call::get("/approvals").bearer(&world.acme.pat)).await.expect(200);
    let agent = list["approvals"][0]["agent_id"].as_str().unwrap();
    owner(world, "PATCH", &format!("/agents/{agent}/key"), json!({ "confirm": true })).await;
    post(world, &format!("/approvals/{}/approve", asked["approval_id"].as_str().unwrap()), json!({})).await
}

/// The process finds that its lease is stale before it sends: only its clock knows when.
async fn aborted(world: &World) -> Value {
    let id = world.mail("hang").await.expect(202)["request_id"].as_str().unwrap().to_owned();
    let (org, request): (_, RequestId) = (world.org_of(&world.acme.pat).await, id.parse().unwrap());
    let owner = world.store.request(org, request).await.unwrap().unwrap().owner.unwrap();
    let (code, detail) = (ReasonCode::DispatchAborted, "the lease was stale".to_owned());
    let evidence = Evidence::Owner(owner);
    let command = CommandId::new(Uuid::from_u128(7));
    let fail = Fail { id: command, org, request, evidence, code, detail, charge: None, never_sent: true };
    apply(world, Command::Fail(fail)).await;
    seen(world, &id).await
}

#[actix_web::test]
async fn every_reason_code_is_reached() {
    let mut unreached = Vec::new();
    for code in ReasonCode::ALL {
        let world = World::new().await;
        let Some(body) = reach(&world, *code).await else {
            unreached.push(*code);
            continue;
        };
        assert_eq!(body["reason_code"], code.as_str(), "{body}");
        let status = match code {
            ReasonCode::ApprovalThreshold => "approval_required",
            ReasonCode::AgentDisabled
            | ReasonCode::AdapterError
            | ReasonCode::ProviderUnavailable
            | ReasonCode::DispatchAborted
            | ReasonCode::ReleasedByOperator
            | ReasonCode::ReleasedAtDeadline => "failed",
            _ => "blocked",
        };
        assert_eq!(body["status"], status, "{body}");
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        world.verify().await;
    }
    let stops = routes().any(|(_, route)| route.path == STOP);
    let expected: &[ReasonCode] = if stops { &[] } else { &[ReasonCode::OrganizationSuspended] };
    assert_eq!(unreached, expected, "this list may only shrink");
}

/// The decision order: everything that can fail at once does, and one thing after the other is mended. Each time the first
/// of those that are left is the reason.
#[actix_web::test]
async fn the_first_failing_check_is_the_reason() {
    let world = World::new().await;
    let acme = &world.acme;
    let (agent, team, user) = (&acme.agent, &acme.team, &acme.user);
    // Three bills above their holds suspend mail; everything else is taken away afterwards.
    world.suspend(acme).await;
    dry_worker(&world).await;
    let worker = format!("/teams/{team}/workers/{user}/budget/allocate");
    owner(&world, "PATCH", &format!("/agents/{agent}/budget"), json!({ "monthly_budget_cents": 1 })).await;
    let binding = json!({
        "operation": "email.send", "monthly_budget_cents": 0, "daily_request_limit": 0, "approval_threshold_cents": 0,
    });
    owner(&world, "PATCH", &format!("/agents/{agent}"), json!({ "status": "paused" })).await;
    let unbind = Call::new("DELETE", &format!("/api/v1/agents/{agent}/services?service_id=email"));
    world.send(unbind.bearer(&acme.pat)).await.expect(200);
    let code = async || send(&world, &acme.test).await["reason_code"].as_str().unwrap_or("executed").to_owned();

    assert_eq!(code().await, "agent_disabled");
    owner(&world, "PATCH", &format!("/agents/{agent}"), json!({ "status": "active" })).await;
    assert_eq!(code().await, "policy_violation");
    post(&world, &format!("/agents/{agent}/services"), binding).await;
    assert_eq!(send(&world, &acme.live).await["reason_code"], "service_not_configured");
    assert_eq!(code().await, "operation_suspended");
    post(&world, "/suspensions/email.send/lift", json!({ "mode": "test", "reason": "Repaired." })).await;
    let rebind = async |terms: Value| post(&world, &format!("/agents/{agent}/services"), terms).await;
    assert_eq!(code().await, "monthly_budget_exceeded");
    rebind(json!({ "operation": "email.send", "daily_request_limit": 0, "approval_threshold_cents": 0 })).await;
    assert_eq!(code().await, "daily_limit_exceeded");
    rebind(json!({ "operation": "email.send", "approval_threshold_cents": 0 })).await;
    assert_eq!(code().await, "agent_budget_exceeded");
    owner(&world, "PATCH", &format!("/agents/{agent}/budget"), json!({ "monthly_budget_cents": null })).await;
    assert_eq!(code().await, "worker_budget_exceeded");
    post(&world, &worker, json!({ "amount_cents": 40, "mode": "test" })).await;
    owner(&world, "PATCH", &format!("/teams/{team}"), json!({ "monthly_limit_cents": 1 })).await;
    assert_eq!(code().await, "team_budget_exceeded");
    owner(&world, "PATCH", &format!("/teams/{team}"), json!({ "monthly_limit_cents": null })).await;
    assert_eq!(code().await, "approval_threshold");
    rebind(json!({ "operation": "email.send" })).await;
    assert_eq!(code().await, "executed");
    world.verify().await;
}
