//! Rules that hold for every answer: JSON, ids, methods, sizes, types, panics.

use std::sync::Arc;

use serde_json::json;
use upivia_http::{LARGEST_BODY, PREFIXES, route::Method, routes};

use crate::support::{Call, World, mail};

#[actix_web::test]
async fn unknown_paths_are_json_and_never_redirected() {
    let world = World::new().await;
    for path in [
        "/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/agents/",
        "/v1/agents/",
        "/v2/agents",
        "/api/v1/%ff%00%zz",
    ] {
        let reply = world.send(Call::new("GET", path).bearer(&world.acme.pat)).await;
        reply.refused(404, "not_found");
        assert!(reply.header("x-request-id").is_some(), "{path}");
    }
}

#[actix_web::test]
async fn a_wrong_method_is_json_and_names_the_right_ones() {
    let world = World::new().await;
    for (method, path, allow) in [
        ("DELETE", "/api/v1/service-requests", "POST"),
        ("PUT", "/api/v1/agents", "GET, HEAD, POST"),
        ("OPTIONS", "/v1/balance", "GET, HEAD"),
        ("BREW", "/api/v1/healthz", "GET, HEAD"),
    ] {
        let reply = world.send(Call::new(method, path)).await;
        reply.refused(405, "method_not_allowed");
        assert_eq!(reply.header("allow"), Some(allow), "{method} {path}");
        assert!(reply.header("x-request-id").is_some(), "{path}");
    }
}

#[actix_web::test]
async fn both_prefixes_serve_the_same() {
    let world = World::new().await;
    for (_, route) in routes().filter(|(_, route)| route.method == Method::Get && route.access.credentials().is_empty())
    {
        let [one, two] = PREFIXES.map(|prefix| Call::new("GET", &format!("{prefix}{}", route.path)));
        assert_eq!(world.send(one).await.expect(200), world.send(two).await.expect(200), "{}", route.path);
    }
}

#[actix_web::test]
async fn head_is_get_without_a_body() {
    let world = World::new().await;
    assert_eq!(world.send(Call::new("HEAD", "/api/v1/healthz")).await.status, 200);
}

#[actix_web::test]
async fn the_request_id_is_the_callers_when_it_is_sane() {
    let world = World::new().await;
    let id_for = async |sent: &str| {
        let reply = world.send(Call::get("/healthz").header("x-request-id", sent)).await;
        reply.header("x-request-id").map(str::to_owned).unwrap()
    };
    assert_eq!(id_for("trace-1_2.3").await, "trace-1_2.3");
    for odd in ["", "two words", "a\"b", &"x".repeat(65)] {
        let minted = id_for(odd).await;
        assert!(minted.starts_with("req_") && minted.len() <= 64, "{odd:?} became {minted}");
    }
    assert_ne!(id_for("").await, id_for("").await);
}

#[actix_web::test]
async fn the_request_id_stands_in_the_audit_trail() {
    let world = World::new().await;
    let call =
        Call::post("/service-requests", &mail("hello")).bearer(&world.acme.test).header("x-request-id", "trace-7");
    world.send(call).await.expect(200);
    let logs = world.send(Call::get("/audit-logs").bearer(&world.acme.pat)).await.expect(200);
    let traced = |row: &&serde_json::Value| row["trace_id"] == "trace-7" && row["event_type"] == "request.admitted";
    assert_eq!(logs["logs"].as_array().unwrap().iter().filter(traced).count(), 1, "{logs}");
}

#[actix_web::test]
async fn an_empty_body_with_a_json_type_is_no_mistake() {
    let world = World::new().await;
    for path in ["/agents", "/balance", "/whoami", "/services", "/usage"] {
        let call = Call::get(path).header("content-type", "application/json").bearer(&world.acme.pat);
        world.send(call).await.expect(200);
    }
    let unbind = Call::new("DELETE", &format!("/api/v1/agents/{}/services?service_id=sms", world.acme.agent));
    world.send(unbind.header("content-type", "application/json").bearer(&world.acme.pat)).await.expect(200);
    let empty = Call::new("POST", "/api/v1/service-requests").header("content-type", "application/json");
    world.send(empty.bearer(&world.acme.test)).await.refused(400, "invalid_request");
}

#[actix_web::test]
async fn bodies_of_another_kind_are_refused() {
    let world = World::new().await;
    let send = async |name: &str, value: &str| {
        let call = Call::new("POST", "/api/v1/service-requests").bearer(&world.acme.test).header(name, value);
        world.send(call.bytes(mail("hello").to_string())).await
    };
    send("content-type", "text/plain").await.refused(415, "unsupported_media_type");
    send("content-type", "multipart/form-data; boundary=x").await.refused(415, "unsupported_media_type");
    send("content-encoding", "gzip").await.refused(415, "unsupported_media_type");
    for json in ["application/json", "Application/JSON; charset=utf-8", "application/vnd.upivia+json"] {
        send("content-type", json).await.expect(200);
    }
}

#[actix_web::test]
async fn a_body_that_is_too_large_is_refused_declared_or_not() {
    let world = World::new().await;
    let call = || {
        Call::new("POST", "/api/v1/service-requests")
            .bearer(&world.acme.test)
            .header("content-type", "application/json")
    };
    let declared = world.send(call().bytes("{").declared(268_435_456)).await;
    declared.refused(413, "payload_too_large");
    let sent = world.send(call().bytes(vec![b' '; LARGEST_BODY + 1])).await;
    sent.refused(413, "payload_too_large");
    let mut body = mail("hello").to_string().into_bytes();
    body.resize(LARGEST_BODY, b' ');
    world.send(call().bytes(body)).await.expect(200);
}

#[actix_web::test]
async fn nobody_is_listened_to_before_they_are_let_in() {
    let world = World::new().await;
    let call = Call::new("POST", "/api/v1/service-requests").bytes("{").declared(268_435_456);
    world.send(call).await.refused(401, "unauthorized");
}

#[actix_web::test]
async fn a_panic_is_an_answer_too() {
    let world = World::with(Arc::new(|| panic!("a defect of the process"))).await;
    let reply = world.send(Call::get("/health/readiness").header("x-request-id", "trace-8")).await;
    let message = reply.refused(500, "internal_error");
    assert!(!message.contains("defect"), "{message}");
    assert_eq!(reply.header("x-request-id"), Some("trace-8"));
    world.send(Call::get("/healthz")).await.expect(200);
}

#[actix_web::test]
async fn health_says_what_is_wrong() {
    let world = World::with(Arc::new(|| Err("the lease could not be renewed".to_owned()))).await;
    let reply = world.send(Call::get("/health/readiness")).await;
    assert!(reply.refused(503, "not_ready").contains("lease"));
    assert_eq!(reply.header("retry-after"), Some("1"));
    world.send(Call::get("/healthz")).await.expect(200);
    world.store.faults().set_unavailable(true);
    world.send(Call::get("/healthz")).await.refused(503, "not_ready");
}

#[actix_web::test]
async fn answers_to_somebody_are_kept_by_nobody() {
    let world = World::new().await;
    let reply = world.send(Call::post("/agents", &json!({ "name": "Scout" })).bearer(&world.acme.pat)).await;
    assert_eq!((reply.status, reply.header("cache-control")), (201, Some("no-store")));
}
