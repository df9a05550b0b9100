//! Who sees and who may do what in a team.

use serde_json::json;

use super::Field;
use crate::support::Call;

#[actix_web::test]
async fn members_see_their_own_teams_only() {
    let field = Field::new().await;
    let teams = async || {
        let list = field.world.send(Call::get("/teams").bearer(&field.eve)).await.expect(200);
        list["teams"].as_array().unwrap().len()
    };
    assert_eq!(teams().await, 0);
    for path in ["", "/members", "/budget"] {
        field.world.send(Call::get(&field.path(path)).bearer(&field.eve)).await.refused(403, "forbidden");
    }
    field.eve_is("worker").await;
    assert_eq!(teams().await, 1);
    for path in ["", "/members", "/budget"] {
        field.world.send(Call::get(&field.path(path)).bearer(&field.eve)).await.expect(200);
    }
    let all = field.world.send(Call::get("/teams").bearer(&field.world.acme.pat)).await.expect(200);
    assert_eq!(all["teams"][0]["name"], "Default");
}

#[actix_web::test]
async fn a_manager_gives_to_workers_and_a_worker_gives_nothing() {
    let field = Field::new().await;
    field.eve_is("worker").await;
    field.pool(50, "live").await;
    let (path, sum) = (field.worker_path("allocate"), json!({ "amount_cents": 5 }));
    field.eve(&path, sum.clone()).await.refused(403, "forbidden");
    let member = field.path(&format!("/members/{}", field.eve_id));
    let promote = |role: &str| Call::patch(&member, &json!({ "role": role }));
    field.world.send(promote("manager").bearer(&field.eve)).await.refused(403, "forbidden");
    let promoted = field.world.send(promote("manager").bearer(&field.world.acme.pat)).await.expect(200);
    assert_eq!((&promoted["role"], &promoted["id"]), (&json!("manager"), &json!(field.eve_id)));
    field.eve(&path, sum.clone()).await.expect(200);
    field.eve(&field.path("/budget"), sum.clone()).await.refused(403, "forbidden");
    field.eve(&field.path("/budget/take-back"), sum.clone()).await.refused(403, "forbidden");
    field.eve("/teams", json!({ "name": "Mine" })).await.refused(403, "forbidden");
    field.world.send(promote("worker").bearer(&field.world.acme.pat)).await.expect(200);
    field.eve(&path, sum).await.refused(403, "forbidden");
    field.world.send(promote("king").bearer(&field.world.acme.pat)).await.refused(400, "invalid_request");
}

#[actix_web::test]
async fn only_people_of_the_organization_join_and_only_once() {
    let field = Field::new().await;
    let path = field.path("/members");
    let strangers = [
        json!({ "user_id": field.world.other.user }),
        json!({ "email": "bob@other.example" }),
        json!({ "email": "nobody@nowhere.example" }),
        json!({}),
        json!({ "user_id": field.eve_id, "email": "eve@acme.example" }),
    ];
    for body in strangers {
        field.owner(&path, body).await.refused(400, "invalid_request");
    }
    let joined = field.owner(&path, json!({ "email": "Eve@acme.example" })).await.expect(201);
    assert_eq!((&joined["user_id"], &joined["role"]), (&json!(field.eve_id), &json!("worker")));
    field.owner(&path, json!({ "user_id": field.eve_id })).await.refused(400, "invalid_request");
}
