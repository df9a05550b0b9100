//! The metrics: what they count, that nothing a caller sends adds a series, and who may read them.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{
    App,
    test::{self, TestRequest},
};
use serde_json::json;
use upivia_http::{Api, Limits, MetricsAccess, configure};

use crate::support::{Call, World, mail};

/// A reader at that address, perhaps behind a proxy; the status and the text.
async fn read(api: &Arc<Api>, from: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let app = test::init_service(App::new().configure(configure(Arc::clone(api)))).await;
    let request = TestRequest::get().uri("/metrics").peer_addr(from.parse().unwrap());
    let request = headers.iter().fold(request, |request, header| request.insert_header(*header));
    let response = test::call_service(&app, request.to_request()).await;
    let status = response.status().as_u16();
    let body = test::read_body(response).await;
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Every series with its value, as a reader of the format sees them.
async fn series(api: &Arc<Api>) -> BTreeMap<String, String> {
    let (status, text) = read(api, "127.0.0.1:5000", &[]).await;
    assert_eq!(status, 200, "{text}");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|line| line.rsplit_once(' ').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
        .collect()
}

fn requests(route: &str, method: &str, status: &str) -> String {
    format!(r#"upivia_http_requests_total{{route="{route}",method="{method}",status="{status}"}}"#)
}

fn answers(status: &str, reason: &str) -> String {
    format!(r#"upivia_dispatch_answers_total{{status="{status}",reason_code="{reason}"}}"#)
}

#[actix_web::test]
async fn what_happens_is_counted() {
    let world = World::limited(Limits { per_second: 1, burst: 5, concurrency: 0 }).await;
    world.mail("hello").await.expect(200);
    world.mail("reject").await.expect(200);
    let (_, capped) = world.agent(json!({ "service": "email", "monthly_budget_cents": 1 })).await;
    world.send(Call::post("/service-requests", &mail("hello")).bearer(&capped)).await.expect(200);
    for _ in 0..2 {
        world
            .send(Call::post("/service-requests", &mail("hello")).bearer(&world.other.test).key("one"))
            .await
            .expect(200);
    }
    world.store.faults().set_unavailable(true);
    world.mail("hello").await.refused(503, "ledger_unavailable");
    world.store.faults().set_unavailable(false);
    for _ in 0..2 {
        world.send(Call::get("/service-requests/nothing").bearer(&world.acme.test)).await.refused(404, "not_found");
    }
    world.mail("hello").await.refused(429, "rate_limited");
    let counted = series(&world.api()).await;
    for (name, value) in [
        (requests("/service-requests", "POST", "2xx"), "5"),
        (requests("/service-requests", "POST", "4xx"), "1"),
        (requests("/service-requests", "POST", "5xx"), "1"),
        (requests("/service-requests/{id}", "GET", "4xx"), "2"),
        (requests("/agents", "POST", "2xx"), "1"),
        (answers("executed", "none"), "2"),
        (answers("failed", "adapter_error"), "1"),
        (answers("blocked", "monthly_budget_exceeded"), "1"),
        ("upivia_dispatch_replays_total".to_owned(), "1"),
        ("upivia_ledger_unavailable_total".to_owned(), "1"),
        ("upivia_rate_limited_total".to_owned(), "1"),
        ("upivia_store_commits_total".to_owned(), "3"),
        ("upivia_store_rows_written_total".to_owned(), "7"),
        ("upivia_http_requests_under_way".to_owned(), "0"),
        ("upivia_requests_in_hand".to_owned(), "0"),
        (r#"upivia_http_request_duration_seconds_count{route="/agents",method="POST"}"#.to_owned(), "1"),
    ] {
        assert_eq!(counted.get(&name).map(String::as_str), Some(value), "{name}");
    }
}

#[actix_web::test]
async fn ten_thousand_junk_paths_and_names_add_no_series() {
    let world = World::new().await;
    let api = world.api();
    let before = series(&api).await;
    let app = test::init_service(App::new().configure(configure(Arc::clone(&api)))).await;
    for number in 0_u32..10_000 {
        let call = match number % 5 {
            0 => Call::new("GET", &format!("/api/v1/junk{number}/%22{number}%0A")),
            1 => Call::new(&format!("JUNK{number}"), &format!("/api/v1/agents/{number}")),
            2 => Call::new("GET", &format!("/v1/service-requests/req_{number}?a{number}={number}"))
                .bearer(&world.acme.test),
            3 => Call::post("/service-requests", &json!({ "operation": format!("junk.name{number}"), "payload": {} }))
                .bearer(&world.acme.test),
            _ => Call::post("/agents", &json!({ "name": "", "services": [{ "service": format!("junk{number}") }] }))
                .bearer(&world.acme.pat)
                .header("x-request-id", &format!("junk{number}")),
        };
        let status = test::call_service(&app, call.0.to_request()).await.status().as_u16();
        assert!((400..500).contains(&status), "{number}: {status}");
    }
    let after = series(&api).await;
    assert!(before.keys().eq(after.keys()), "a series was added or lost");
    assert_eq!(after[&requests("unmatched", "GET", "4xx")], "2000");
    assert_eq!(after[&requests("unmatched", "other", "4xx")], "2000");
    assert_eq!(after[&requests("/service-requests", "POST", "4xx")], "2000");
    let (_, text) = read(&api, "127.0.0.1:5000", &[]).await;
    assert!(!text.to_lowercase().contains("junk"), "{text}");
}

#[actix_web::test]
async fn every_family_says_what_it_is_and_no_series_is_there_twice() {
    let world = World::new().await;
    let (_, text) = read(&world.api(), "127.0.0.1:5000", &[]).await;
    let mut names: Vec<&str> = text.lines().filter_map(|line| line.rsplit_once(' ')).map(|(name, _)| name).collect();
    let typed: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        let family = name.split('{').next().unwrap();
        let known =
            ["", "_bucket", "_sum", "_count"].map(|end| family.strip_suffix(end).is_some_and(|f| typed.contains(&f)));
        assert!(known.contains(&true), "{line} has no type");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(text.ends_with('\n'));
}

#[actix_web::test]
async fn only_who_may_can_read_them() {
    let near = World::new().await.api();
    for from in ["127.0.0.1:5000", "127.8.8.8:5000", "[::1]:5000", "[::ffff:127.0.0.1]:5000"] {
        assert_eq!(read(&near, from, &[]).await.0, 200, "{from}");
    }
    for from in ["10.0.0.1:5000", "[2001:db8::1]:5000", "0.0.0.0:5000"] {
        let (status, text) = read(&near, from, &[]).await;
        assert!(status == 404 && text.contains("not_found"), "{from}: {text}");
    }
    for header in ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"] {
        assert_eq!(read(&near, "127.0.0.1:5000", &[(header, "for=10.0.0.1")]).await.0, 404, "{header}");
    }
    let open = World::watched(MetricsAccess::Open).await.api();
    assert_eq!(read(&open, "10.0.0.1:5000", &[("Via", "1.1 proxy")]).await.0, 200);
    let off = World::watched(MetricsAccess::Off).await.api();
    assert_eq!(read(&off, "127.0.0.1:5000", &[]).await.0, 404);
}

#[actix_web::test]
async fn they_are_at_the_root_only_and_only_read() {
    let world = World::watched(MetricsAccess::Open).await;
    for (method, path) in
        [("GET", "/api/v1/metrics"), ("GET", "/v1/metrics"), ("POST", "/metrics"), ("GET", "/metrics/")]
    {
        world.send(Call::new(method, path)).await.refused(404, "not_found");
    }
}
