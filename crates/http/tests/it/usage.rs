//! Usage and the audit trail as people use them: filters, labels, a glance at fourteen days, files.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::support::{Call, Reply, World, mail, tidy};

async fn ask(world: &World, path: &str) -> Reply {
    world.send(Call::get(path).bearer(&world.acme.pat)).await
}

async fn get(world: &World, path: &str) -> Value {
    ask(world, path).await.expect(200)
}

/// A mail with test money and these labels.
async fn labelled(world: &World, order: &str, tags: Value) -> Reply {
    let body = json!({
        "operation": "email.send",
        "payload": { "to": "ada@example.com", "subject": order, "body": "Hello." },
        "metadata": { "tags": tags },
    });
    world.send(Call::post("/service-requests", &body).bearer(&world.acme.test)).await
}

/// What something cost, from its exact decimal.
fn nanos(one: &Value) -> i64 {
    let (dollars, rest) = one["cost_usd"].as_str().unwrap().split_once('.').unwrap();
    dollars.parse::<i64>().unwrap() * 1_000_000_000 + format!("{rest:0<9}").parse::<i64>().unwrap()
}

fn rows<'a>(body: &'a Value, list: &str) -> &'a [Value] {
    body[list].as_array().unwrap()
}

#[actix_web::test]
async fn a_glance_shows_every_day_and_adds_up() {
    let world = World::new().await;
    for order in ["hello", "reject", "overrun", "accept"] {
        world.mail(order).await;
        world.clock.advance_seconds(86_400);
    }
    world.question(&world.acme).await;
    let glance = get(&world, "/usage?mode=test&include_chart=1&limit=1").await;
    assert_json_snapshot!(tidy(&glance));
    assert_eq!(rows(&glance, "chart").len(), 14);
    for part in ["chart", "by_agent", "by_operation"] {
        for figure in ["requests", "executed", "blocked", "failed"] {
            let sum: i64 = rows(&glance, part).iter().map(|one| one[figure].as_i64().unwrap()).sum();
            assert_eq!(json!(sum), glance["totals"][figure], "{part} {figure}");
        }
        let sum: i64 = rows(&glance, part).iter().map(nanos).sum();
        assert_eq!(sum, nanos(&glance["totals"]), "{part}: to the last digit");
    }
    assert_eq!(glance["balance"], get(&world, "/balance?mode=test").await);
    let plain = get(&world, "/usage?mode=test").await;
    assert_eq!((&plain["chart"], &plain["balance"], &plain["by_agent"]), (&Value::Null, &Value::Null, &Value::Null));
}

#[actix_web::test]
async fn a_glance_ends_before_its_end() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    let dates = async |query: &str| {
        let glance = get(&world, &format!("/usage?mode=test&include_chart=1&{query}")).await;
        let chart = rows(&glance, "chart");
        let text = |day: &Value| day["date"].as_str().unwrap().to_owned();
        (text(&chart[0]), text(&chart[13]), glance["totals"]["requests"].as_i64().unwrap())
    };
    let day = |first: &str, last: &str, requests| (first.to_owned(), last.to_owned(), requests);
    assert_eq!(dates("").await, day("2026-01-02", "2026-01-15", 1));
    assert_eq!(dates("to=2026-01-15").await, day("2026-01-01", "2026-01-14", 0));
    assert_eq!(dates("to=2026-01-16").await, day("2026-01-02", "2026-01-15", 1));
    assert_eq!(dates("from=2026-01-15T09:00:00.000001Z").await, day("2026-01-02", "2026-01-15", 0));
    assert_eq!(dates("service=sms").await.2, 0);
    assert_eq!(dates("operation=email.send&status=executed").await.2, 1);
    assert_eq!(dates("status=blocked").await.2, 0);
}

#[actix_web::test]
async fn labels_come_back_and_find_their_requests() {
    let world = World::new().await;
    labelled(&world, "hello", json!({ "project": "apollo", "cost-center": "a:1" })).await.expect(200);
    labelled(&world, "hello", json!({ "project": "gemini" })).await.expect(200);
    world.mail("hello").await.expect(200);
    let usage = get(&world, "/usage?mode=test&tag=project:apollo").await;
    assert_eq!(rows(&usage, "usage").len(), 1);
    assert_eq!(usage["usage"][0]["tags"], json!({ "project": "apollo", "cost-center": "a:1" }));
    assert_eq!(rows(&get(&world, "/usage?mode=test&tag=cost-center:a:1").await, "usage").len(), 1);
    assert_eq!(rows(&get(&world, "/usage?mode=test&tag=project:none").await, "usage").len(), 0);
    assert_eq!(get(&world, "/usage?mode=test").await["usage"][0]["tags"], json!({}));
    let trail = get(&world, "/audit-logs?tag=project:apollo").await;
    assert_eq!(rows(&trail, "logs").len(), 2, "admitted and executed");
    assert!(rows(&trail, "logs").iter().all(|event| event["tags"]["project"] == "apollo"));
    assert_eq!(rows(&get(&world, "/audit-logs?event_type=agent.created").await, "logs")[0]["tags"], Value::Null);
}

#[actix_web::test]
async fn labels_never_enter_the_chain() {
    let world = World::new().await;
    labelled(&world, "hello", json!({ "secret-project": "codename-apollo" })).await.expect(200);
    for event in world.journal().await {
        assert!(!event.body.contains("secret-project") && !event.body.contains("codename"), "{}", event.body);
    }
}

#[actix_web::test]
async fn labels_of_another_form_are_refused_and_change_nothing() {
    let world = World::new().await;
    let before = world.journal().await.len();
    let many: serde_json::Map<_, _> = (0..11).map(|n| (format!("k{n}"), json!("v"))).collect();
    for (tags, field) in [
        (json!(["a"]), "metadata.tags"),
        (Value::Object(many), "metadata.tags"),
        (json!({ "Upper": "v" }), "metadata.tags"),
        (json!({ "n": 1 }), "metadata.tags.n"),
        (json!({ "n": "x".repeat(101) }), "metadata.tags.n"),
    ] {
        let reply = labelled(&world, "hello", tags).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field);
    }
    assert_eq!(world.journal().await.len(), before);
    labelled(&world, "hello", Value::Null).await.expect(200);
}

#[actix_web::test]
async fn labels_do_not_change_what_a_repeat_is() {
    let world = World::new().await;
    let attempt = async |tags: Value| {
        let body = json!({
            "operation": "email.send",
            "payload": { "to": "ada@example.com", "subject": "hello", "body": "Hello." },
            "metadata": { "tags": tags },
        });
        world.send(Call::post("/service-requests", &body).bearer(&world.acme.test).key("once")).await
    };
    let first = attempt(json!({ "try": "1" })).await.expect(200);
    let again = attempt(json!({ "try": "2" })).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body["request_id"], first["request_id"]);
    let usage = get(&world, "/usage?mode=test&tag=try:1").await;
    assert_eq!(rows(&usage, "usage").len(), 1, "the labels of the first attempt stay");
}

#[actix_web::test]
async fn pages_of_usage_leave_no_gap() {
    let world = World::new().await;
    for _ in 0..7 {
        world.mail("hello").await.expect(200);
    }
    let all = get(&world, "/usage?mode=test").await;
    assert_eq!((&all["next_cursor"], &all["has_more"]), (&Value::Null, &json!(false)));
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&world, &format!("/usage?mode=test&limit=3&cursor={cursor}")).await;
        paged.extend(rows(&page, "usage").iter().cloned());
        world.mail("hello").await.expect(200);
        assert_eq!(page["has_more"], json!(page["next_cursor"].is_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(paged, rows(&all, "usage"));
}

#[actix_web::test]
async fn what_is_no_filter_is_named() {
    let world = World::new().await;
    for path in ["/usage", "/usage.csv", "/audit-logs", "/audit-logs.csv"] {
        for (query, field) in [
            ("from=2026-13-01", "from"),
            ("to=tomorrow", "to"),
            ("from=2026-01-02&to=2026-01-01", "to"),
            ("from=2026-01-01&to=2026-01-01", "to"),
            ("operation=send", "operation"),
            ("operation=email.send&service=sms", "operation"),
            ("service=%00", "service"),
            ("tag=project", "tag"),
            ("tag=Project:x", "tag"),
            ("agent_id=x", "agent_id"),
            ("mode=x", "mode"),
        ] {
            let reply = ask(&world, &format!("{path}?{query}")).await;
            reply.refused(400, "invalid_request");
            assert_eq!(reply.body["error"]["field"], field, "{path}?{query}");
        }
    }
    for (path, field) in [
        ("/usage?status=odd", "status"),
        ("/usage?limit=501", "limit"),
        ("/usage?cursor=x", "cursor"),
        ("/usage?include_chart=yes", "include_chart"),
        ("/usage?include_chart=1&tag=a:b", "tag"),
        ("/audit-logs?event_type=%25", "event_type"),
    ] {
        let reply = ask(&world, path).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{path}");
    }
}

#[actix_web::test]
async fn the_trail_has_filters_of_its_own() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    let count = async |query: &str| rows(&get(&world, &format!("/audit-logs?{query}")).await, "logs").len();
    assert_eq!(count("event_type=request.executed").await, 1);
    assert_eq!(count("operation=email.send").await, count("service=email").await);
    assert_eq!(count("operation=sms.send&event_type=request.executed").await, 0);
    assert_eq!(count("from=2026-01-15T09:00:00.000001Z").await, 0);
}

#[actix_web::test]
async fn a_file_has_all_rows_and_no_formula() {
    let world = World::new().await;
    let named = json!({ "name": "=cmd|' /C calc'!A0", "services": [{ "operation": "email.send" }] });
    let made = world.send(Call::post("/agents", &named).bearer(&world.acme.pat)).await.expect(201);
    let key = made["test_api_key"].as_str().unwrap();
    world.send(Call::post("/service-requests", &mail("hello")).bearer(key)).await.expect(200);
    labelled(&world, "hello", json!({ "note": "say \"hi\", all" })).await.expect(200);
    world.clock.advance_seconds(60);
    world.mail("overrun").await.expect(200);
    let file = ask(&world, "/usage.csv?mode=test").await;
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"usage.csv\""));
    assert_snapshot!("usage_file", tidy(&file.expect(200)).as_str().unwrap());
    let trail = ask(&world, "/audit-logs.csv?event_type=request.executed").await.expect(200);
    assert_snapshot!("trail_file", tidy(&trail).as_str().unwrap());
    let empty = ask(&world, "/usage.csv").await.expect(200);
    assert_eq!(empty.as_str().unwrap().lines().count(), 1, "the names of the columns");
}

#[actix_web::test]
async fn a_file_is_longer_than_a_page() {
    let world = World::new().await;
    let (_, key) = world.agent(json!({ "operation": "platform.check_budget" })).await;
    let check = json!({ "operation": "platform.check_budget" });
    for _ in 0..1_203 {
        world.send(Call::post("/service-requests", &check).bearer(&key)).await.expect(200);
    }
    let file = ask(&world, "/audit-logs.csv?event_type=budget.reported").await.expect(200);
    let mut lines: Vec<_> =
        file.as_str().unwrap().lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(lines.len(), 1_203);
    lines.dedup();
    let seqs: Vec<i64> = lines.iter().map(|seq| seq.parse().unwrap()).collect();
    assert!(seqs.len() == 1_203 && seqs.is_sorted_by(|a, b| a > b));
}

#[actix_web::test]
async fn files_are_for_those_who_may_read_the_list() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    for path in ["/usage.csv?mode=test", "/audit-logs.csv"] {
        world.send(Call::get(path)).await.refused(401, "unauthorized");
        world.send(Call::get(path).bearer(&world.acme.test)).await.refused(403, "forbidden");
        let theirs = world.send(Call::get(path).bearer(&world.other.pat)).await.expect(200);
        assert!(!theirs.as_str().unwrap().contains(&world.acme.agent), "{theirs}");
    }
}
