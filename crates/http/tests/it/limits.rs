//! Limits on callers: refused before the ledger, each caller alone, and free again afterwards.

use std::time::Duration;

use actix_web::{App, test};
use serde_json::Value;
use upivia_http::{Limits, MetricsAccess, configure};

use crate::support::{Call, World, mail};

const LIMITS: Limits = Limits { per_second: 2, burst: 3, concurrency: 0 };

/// As many paid requests as the burst allows.
async fn exhausted() -> World {
    let world = World::limited(LIMITS).await;
    for _ in 0..LIMITS.burst {
        world.mail("hello").await.expect(200);
    }
    world
}

#[actix_web::test]
async fn over_the_rate_nothing_is_stored_and_the_answer_says_when_to_come_back() {
    let world = exhausted().await;
    let before = world.journal().await.len();
    for _ in 0..10 {
        let reply = world.mail("hello").await;
        reply.refused(429, "rate_limited");
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert_eq!(reply.body["error"]["retryable"], true);
        assert!(reply.header("x-request-id").is_some());
    }
    assert_eq!(world.journal().await.len(), before);
    world.verify().await;
}

#[actix_web::test]
async fn another_credential_is_unaffected_and_tokens_refill() {
    let world = exhausted().await;
    world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    world.send(Call::post("/service-requests", &mail("hello")).bearer(&world.other.test)).await.expect(200);
    world.clock.advance_micros(499_999);
    world.mail("hello").await.refused(429, "rate_limited");
    world.clock.advance_micros(1);
    world.mail("hello").await.expect(200);
    world.mail("hello").await.refused(429, "rate_limited");
}

#[actix_web::test]
async fn guessing_is_limited_before_anything_is_looked_up() {
    let world = World::limited(LIMITS).await;
    world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    let guess = async |number: u32| {
        let token = format!("agent_key_test_{number:028}");
        world.send(Call::get("/whoami").bearer(&token)).await
    };
    for number in 0..LIMITS.burst {
        guess(number).await.refused(401, "unauthorized");
    }
    guess(99).await.refused(429, "rate_limited");
    world.send(Call::get("/whoami")).await.refused(429, "rate_limited");
    world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    world.send(Call::get("/healthz")).await.expect(200);
}

#[actix_web::test]
async fn places_are_free_again_after_every_way_out() {
    let world = World::limited(Limits { per_second: 0, burst: 0, concurrency: 1 }).await;
    let get = async |path: &str| world.send(Call::get(path).bearer(&world.acme.test)).await;
    for _ in 0..3 {
        world.mail("hello").await.expect(200);
        world.mail("reject").await.expect(200);
        get("/service-requests/nothing").await.refused(404, "not_found");
        get("/audit-logs").await.refused(403, "forbidden");
        let call = Call::new("POST", "/api/v1/service-requests").bearer(&world.acme.test);
        world.send(call.bytes("{")).await.refused(400, "invalid_request");
    }
    world.store.faults().set_unavailable(true);
    world.mail("hello").await.refused(503, "ledger_unavailable");
    world.mail("hello").await.refused(503, "ledger_unavailable");
    world.store.faults().set_unavailable(false);
    get("/whoami").await.expect(200);
}

#[actix_web::test]
async fn a_client_that_hangs_up_frees_its_place() {
    let world = World::limited(Limits { per_second: 0, burst: 0, concurrency: 1 }).await;
    world.mail("hello").await.expect(200);
    let app = test::init_service(App::new().configure(configure(world.api()))).await;
    let slow = Call::post("/service-requests", &mail("hang")).bearer(&world.acme.test);
    let mut waiting = Box::pin(test::call_service(&app, slow.0.to_request()));
    let still = tokio::time::timeout(Duration::from_millis(50), &mut waiting).await;
    assert!(still.is_err(), "the provider answered");
    let reply = world.mail("hello").await;
    reply.refused(429, "rate_limited");
    assert_eq!(reply.header("retry-after"), Some("1"));
    world.send(Call::get("/whoami").bearer(&world.acme.pat)).await.expect(200);
    drop(waiting);
    world.mail("hello").await.expect(200);
}

#[actix_web::test]
async fn a_panic_frees_its_place() {
    let world = World::made(
        std::sync::Arc::new(|| panic!("a defect of the process")),
        Limits { per_second: 0, burst: 0, concurrency: 1 },
        MetricsAccess::default(),
    )
    .await;
    for _ in 0..3 {
        world.send(Call::get("/health/readiness")).await.refused(500, "internal_error");
    }
    world.send(Call::get("/healthz")).await.expect(200);
}

#[actix_web::test]
async fn headers_are_bounded_in_number_and_size() {
    let world = World::new().await;
    let many = (0..100).fold(Call::get("/healthz"), |call, number| call.header(&format!("x-{number}"), "1"));
    world.send(many).await.refused(431, "headers_too_large");
    let large = Call::get("/healthz").header("x-large", &"a".repeat(40_000));
    world.send(large).await.refused(431, "headers_too_large");
    let usual = (0..50).fold(Call::get("/healthz"), |call, number| call.header(&format!("x-{number}"), "1"));
    let body: Value = world.send(usual).await.expect(200);
    assert_eq!(body["status"], "ok");
}
