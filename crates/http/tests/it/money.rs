//! Figures about money in the metrics: sampled, closed, and true.

use std::collections::BTreeMap;

use actix_web::{
    App,
    test::{self, TestRequest},
};
use serde_json::json;
use upivia_http::configure;

use crate::support::{Call, World};

async fn figures(world: &World) -> BTreeMap<String, String> {
    let app = test::init_service(App::new().configure(configure(world.api()))).await;
    let request = TestRequest::get().uri("/metrics").peer_addr("127.0.0.1:5000".parse().unwrap());
    let body = test::read_body(test::call_service(&app, request.to_request()).await).await;
    let text = String::from_utf8(body.to_vec()).unwrap();
    let samples = text.lines().filter_map(|line| line.rsplit_once(' ')).filter(|(name, _)| !name.starts_with('#'));
    samples.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[actix_web::test]
async fn open_money_is_shown_by_age_and_state() {
    let world = World::new().await;
    let before = figures(&world).await;
    assert_eq!(before["upivia_money_sampled_at_seconds"], "0");
    let lost = world.lost(&world.acme).await;
    world.clock.advance_seconds(61);
    world.mail("accept").await.expect(202);
    world.mail("hang").await.expect(202);
    world.mail("hello").await.expect(200);
    world.question(&world.other).await;
    world.sample().await;
    let seen = figures(&world).await;
    assert!(before.keys().eq(seen.keys()), "the rows are a closed set");
    for (name, value) in [
        (r#"upivia_open_holds{mode="test",age="1m"}"#, "2"),
        (r#"upivia_open_holds{mode="test",age="10m"}"#, "1"),
        (r#"upivia_open_holds{mode="live",age="1m"}"#, "0"),
        (r#"upivia_open_holds_dollars{mode="test",age="1m"}"#, "0.025"),
        (r#"upivia_open_holds_dollars{mode="test",age="10m"}"#, "0.0125"),
        (r#"upivia_open_outcomes{mode="test",state="running"}"#, "1"),
        (r#"upivia_open_outcomes{mode="test",state="unknown"}"#, "1"),
        (r#"upivia_open_outcomes_oldest_seconds{mode="test",state="unknown"}"#, "61"),
        (r#"upivia_open_outcomes_oldest_seconds{mode="test",state="running"}"#, "0"),
        (r#"upivia_approvals_pending{mode="test"}"#, "1"),
        ("upivia_settle_lag_seconds_count", "3"),
        ("upivia_ledger_drift_nanos", "0"),
        ("upivia_money_sample_failures_total", "0"),
    ] {
        assert_eq!(seen.get(name).map(String::as_str), Some(value), "{name}");
    }
    let release = json!({ "release": true, "reason": "They never got it." });
    let call = Call::post(&format!("/ops/unresolved/{lost}/resolve"), &release).bearer(&world.acme.pat);
    world.send(call).await.expect(200);
    assert_eq!(
        figures(&world).await[r#"upivia_open_outcomes{mode="test",state="unknown"}"#],
        "1",
        "until the next look"
    );
    world.sample().await;
    let after = figures(&world).await;
    assert_eq!(after[r#"upivia_open_outcomes{mode="test",state="unknown"}"#], "0");
    assert_eq!(after["upivia_ledger_drift_nanos"], "0");
}
