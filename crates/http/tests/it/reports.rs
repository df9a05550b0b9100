//! Balance, usage, audit trail, and who is asking.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::support::{Call, World, tidy};

async fn get(world: &World, path: &str) -> Value {
    world.send(Call::get(path).bearer(&world.acme.pat)).await.expect(200)
}

#[actix_web::test]
async fn the_balance_is_live_once_there_was_live_money() {
    let world = World::new().await;
    assert_json_snapshot!("live", get(&world, "/balance").await);
    let never = world.send(Call::get("/balance").bearer(&world.other.pat)).await.expect(200);
    assert_json_snapshot!("never_live", never);
}

#[actix_web::test]
async fn what_is_held_cannot_be_spent_and_is_rounded_against_the_spender() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    world.mail("hang").await.expect(202);
    assert_json_snapshot!(get(&world, "/balance?mode=test").await);
}

#[actix_web::test]
async fn a_team_without_a_pool_has_nothing_of_its_own() {
    let world = World::new().await;
    let balance = get(&world, &format!("/balance?team_id={}", world.acme.team)).await;
    assert_json_snapshot!(tidy(&balance));
    for team in [&*world.other.team, "nothing"] {
        world
            .send(Call::get(&format!("/balance?team_id={team}")).bearer(&world.acme.pat))
            .await
            .refused(404, "not_found");
    }
    let wrong = world.send(Call::get("/balance?mode=both").bearer(&world.acme.pat)).await;
    assert_eq!(wrong.body["error"]["field"], "mode");
}

#[actix_web::test]
async fn usage_lists_what_was_bought_and_its_sum() {
    let world = World::new().await;
    for order in ["hello", "reject", "charge", "overrun", "free", "accept"] {
        world.mail(order).await;
        world.clock.advance_seconds(60);
    }
    let usage = get(&world, "/usage?mode=test").await;
    assert_json_snapshot!(tidy(&usage));
    let first = get(&world, "/usage?mode=test&limit=1").await;
    assert_eq!((first["usage"].as_array().unwrap().len(), &first["has_more"]), (1, &json!(true)));
    assert_eq!(get(&world, "/usage").await["usage"], json!([]), "live usage is another world");
    let later = get(&world, "/usage?mode=test&from=2099-01-01T00:00:00Z&include_chart=1").await;
    assert_eq!((&later["usage"], &later["total_cents"]), (&json!([]), &json!(0)));
}

#[actix_web::test]
async fn the_window_of_usage_includes_its_beginning_and_not_its_end() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    let rows =
        async |query: &str| get(&world, &format!("/usage?mode=test&{query}")).await["usage"].as_array().unwrap().len();
    assert_eq!(rows("from=2026-01-15T09:00:00Z").await, 1);
    assert_eq!(rows("to=2026-01-15T09:00:00Z").await, 0);
    assert_eq!(rows("from=2026-01-15&to=2026-01-16").await, 1);
    assert_eq!(rows(&format!("agent_id={}", world.acme.agent)).await, 1);
    assert_eq!(rows(&format!("agent_id={}", world.other.agent)).await, 0);
}

#[actix_web::test]
async fn many_failures_do_not_hide_usage() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    for _ in 0..520 {
        world.mail("reject").await.expect(200);
    }
    let usage = get(&world, "/usage?mode=test&limit=5").await;
    assert_eq!((usage["usage"].as_array().unwrap().len(), &usage["has_more"]), (1, &json!(false)));
}

#[actix_web::test]
async fn an_event_shows_who_what_and_how_much() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    let page = get(&world, "/audit-logs?service=email&status=executed").await;
    assert_json_snapshot!(tidy(&page));
}

#[actix_web::test]
async fn pages_of_the_audit_trail_leave_no_gap() {
    let world = World::new().await;
    for _ in 0..5 {
        world.mail("hello").await.expect(200);
    }
    let all = get(&world, "/audit-logs?limit=200").await;
    assert_eq!(all["next_cursor"], Value::Null);
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&world, &format!("/audit-logs?limit=4&cursor={cursor}")).await;
        paged.extend(page["logs"].as_array().unwrap().iter().cloned());
        // An event that arrives between two pages shifts none of them.
        world.mail("hello").await.expect(200);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(&paged, all["logs"].as_array().unwrap());
}

#[actix_web::test]
async fn the_audit_trail_is_filtered() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    world.mail("reject").await.expect(200);
    let count =
        async |query: &str| get(&world, &format!("/audit-logs?{query}")).await["logs"].as_array().unwrap().len();
    assert_eq!(count("status=failed").await, 1);
    assert_eq!(count("status=failed&service=sms").await, 0);
    assert_eq!(count("service=email&mode=test").await, 4);
    assert_eq!(count("to=2001-01-01T00:00:00Z").await, 0);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=x", "cursor"),
        ("from=yesterday", "from"),
        ("agent_id=x", "agent_id"),
        ("mode=x", "mode"),
        ("service=%00", "service"),
        ("status=a%25", "status"),
    ] {
        let reply = world.send(Call::get(&format!("/audit-logs?{query}")).bearer(&world.acme.pat)).await;
        reply.refused(400, "invalid_request");
        assert_eq!(reply.body["error"]["field"], field, "{query}");
    }
}

#[actix_web::test]
async fn nobody_sees_the_trail_of_others() {
    let world = World::new().await;
    world.mail("hello").await.expect(200);
    let theirs = world.send(Call::get("/audit-logs?limit=200").bearer(&world.other.pat)).await.expect(200);
    assert!(!theirs.to_string().contains(&world.acme.agent), "{theirs}");
    let asked = world
        .send(Call::get(&format!("/audit-logs?agent_id={}", world.acme.agent)).bearer(&world.other.pat))
        .await
        .expect(200);
    assert_eq!(asked["logs"], json!([]));
}

#[actix_web::test]
async fn callers_learn_who_they_are() {
    let world = World::new().await;
    assert_json_snapshot!("person", tidy(&get(&world, "/whoami").await));
    let agent = world.send(Call::get("/whoami").bearer(&world.acme.live)).await.expect(200);
    assert_json_snapshot!("agent", tidy(&agent));
}
