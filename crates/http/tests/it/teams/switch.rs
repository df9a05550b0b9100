//! The team that a person looks at: remembered for a session, and without consequence for rights or money.

use serde_json::{Value, json};

use super::Field;
use crate::support::{Call, Jar};

#[actix_web::test]
async fn a_session_remembers_what_it_looks_at() {
    let Field { world, .. } = Field::new().await;
    let (acme, mut jar) = (&world.acme, Jar::default());
    let cookies = |jar: &Jar| format!("{}; {}", acme.session, jar.header());
    let active = async |jar: &Jar| {
        let teams = world.send(Call::get("/teams").cookie(&cookies(jar))).await.expect(200);
        teams["active_team_id"].clone()
    };
    assert_eq!(active(&jar).await, Value::Null);
    let events = world.events().await.len();
    let look = |body: &Value, jar: &Jar| Call::post("/teams/switch", body).cookie(&cookies(jar));
    let looked = world.send(look(&json!({ "team_id": acme.team }), &jar)).await;
    jar.take(&looked);
    assert_eq!(looked.expect(200)["team"]["id"], *acme.team);
    assert!(jar.has("upivia-team"));
    assert_eq!(active(&jar).await, *acme.team);
    for wrong in [&*world.other.team, "nothing", "team_0000000000000000000000"] {
        world.send(look(&json!({ "team_id": wrong }), &jar)).await.refused(404, "not_found");
    }
    assert_eq!(active(&jar).await, *acme.team);
    let looked = world.send(look(&json!({ "team_id": null }), &jar)).await;
    jar.take(&looked);
    assert_eq!(looked.expect(200)["team"], Value::Null);
    assert!(!jar.has("upivia-team"));
    assert_eq!(active(&jar).await, Value::Null);
    assert_eq!(world.events().await.len(), events);
}

#[actix_web::test]
async fn whoever_does_not_see_a_team_does_not_look_at_it() {
    let Field { world, eve, .. } = Field::new().await;
    let body = json!({ "team_id": world.acme.team });
    world.send(Call::post("/teams/switch", &body).bearer(&eve)).await.refused(403, "forbidden");
    // A cookie that names it opens nothing either: what is marked is one of the teams that are listed.
    let colleague = world.colleague(upivia_domain::identity::OrgRole::Member).await;
    let cookies = format!("{}; upivia-team={}", colleague.session, world.acme.team);
    let teams = world.send(Call::get("/teams").cookie(&cookies)).await.expect(200);
    assert_eq!(teams, json!({ "teams": [], "active_team_id": null }));
    let wrong = world.send(Call::post("/teams/switch", &json!({ "team_id": 7 })).bearer(&eve)).await;
    assert!(wrong.refused(400, "invalid_request").contains("team_id"));
}

#[actix_web::test]
async fn a_token_looks_and_nothing_is_kept() {
    let Field { world, .. } = Field::new().await;
    let looked =
        world.send(Call::post("/teams/switch", &json!({ "team_id": world.acme.team })).bearer(&world.acme.pat));
    let looked = looked.await;
    assert!(looked.header("set-cookie").is_none());
    looked.expect(200);
}
