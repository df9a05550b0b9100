//! Workers ask for money of the pool.

use serde_json::{Value, json};

use super::Field;
use crate::support::{Call, Reply};

async fn ask(field: &Field, cents: i64) -> String {
    let body = json!({ "team_id": field.world.acme.team, "amount_cents": cents, "reason": "More mails" });
    field.eve("/budget-requests", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn answer(field: &Field, pat: &str, id: &str, body: Value) -> Reply {
    field.world.send(Call::patch(&format!("/budget-requests/{id}"), &body).bearer(pat)).await
}

#[actix_web::test]
async fn an_approval_moves_the_money_once() {
    let field = Field::new().await;
    let body = json!({ "team_id": field.world.acme.team, "amount_cents": 30 });
    field.eve("/budget-requests", body).await.refused(400, "invalid_request");
    field.eve_is("worker").await;
    let (id, owner) = (ask(&field, 30).await, field.world.acme.pat.clone());
    answer(&field, &field.eve, &id, json!({ "status": "approved" })).await.refused(403, "forbidden");
    answer(&field, &owner, &id, json!({ "action": "approve" })).await.refused(409, "insufficient_balance");
    field.pool(40, "live").await;
    let list = field.world.send(Call::get("/budget-requests").bearer(&owner)).await.expect(200);
    assert_eq!(list["budget_requests"][0]["status"], "pending", "what could not be paid stays open");
    let approved = answer(&field, &owner, &id, json!({ "action": "approve" })).await.expect(200);
    assert_eq!((&approved["status"], &approved["resolved_by"]), (&json!("approved"), &json!(field.world.acme.user)));
    let before = field.world.journal().await.len();
    let again = answer(&field, &owner, &id, json!({ "status": "approved" })).await.expect(200);
    assert_eq!((again, field.world.journal().await.len()), (approved, before));
    answer(&field, &owner, &id, json!({ "status": "rejected" })).await.refused(409, "budget_request_resolved");
    let budget = field.budget("live").await;
    assert_eq!(budget["pool"]["available_cents"], 10);
    assert_eq!(budget["allocations"][0]["available_cents"], 30);
    field.world.verify().await;
}

#[actix_web::test]
async fn what_was_rejected_is_not_approved() {
    let field = Field::new().await;
    field.eve_is("worker").await;
    field.pool(40, "live").await;
    let (id, owner) = (ask(&field, 30).await, field.world.acme.pat.clone());
    answer(&field, &owner, &id, json!({})).await.refused(400, "invalid_request");
    let rejected = answer(&field, &owner, &id, json!({ "action": "reject" })).await.expect(200);
    assert_eq!(rejected["status"], "rejected");
    answer(&field, &owner, &id, json!({ "action": "approve" })).await.refused(409, "budget_request_resolved");
    assert_eq!(field.budget("live").await["pool"]["available_cents"], 40);
}

#[actix_web::test]
async fn everybody_sees_their_own_and_managers_what_is_open() {
    let field = Field::new().await;
    field.eve_is("worker").await;
    let first = ask(&field, 1).await;
    let second = ask(&field, 2).await;
    answer(&field, &field.world.acme.pat, &first, json!({ "action": "reject" })).await.expect(200);
    let ids = async |pat: &str, query: &str| {
        let list = field.world.send(Call::get(&format!("/budget-requests{query}")).bearer(pat)).await.expect(200);
        let rows = list["budget_requests"].as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&field.eve, "").await, [second.clone(), first.clone()]);
    assert_eq!(ids(&field.world.acme.pat, "").await, std::slice::from_ref(&second));
    assert_eq!(ids(&field.world.acme.pat, "?status=rejected").await, [first]);
    assert_eq!(ids(&field.world.other.pat, "").await, Vec::<String>::new());
    let query = format!("?team_id={}&status=pending", field.world.acme.team);
    assert_eq!(ids(&field.eve, &query).await, [second]);
}
