//! What can be bought, as briefly as a model can do with: a sentence, a price, the payload's members and one example.
//!
//! Results are described by the catalogue at `GET /services`, not here: whoever asks sees them.

use serde_json::{Value, json};
use upivia_domain::{
    Timestamp,
    catalog::{Catalog, Operation, Price, STEERING},
};

use crate::v1::services::ModelBody;

/// Every operation that has a price now.
pub(super) fn operations(catalog: &Catalog, now: Timestamp) -> Vec<Value> {
    let priced = catalog.iter().filter_map(|operation| Some((operation, operation.price_at(now)?.price)));
    priced.map(|(operation, price)| row(operation, price)).collect()
}

fn row(operation: &Operation, price: Price) -> Value {
    json!({
        "operation": operation.name.as_str(),
        "does": operation.description,
        "price": match price {
            Price::Free => "free".to_owned(),
            Price::Flat(price) => format!("{price} USD a request"),
            Price::Tokens => "by tokens; see models".to_owned(),
        },
        "idempotent": operation.idempotent,
        "payload": members(&operation.input_schema),
        "required": operation.input_schema.get("required").unwrap_or(&Value::Null),
        "example_payload": operation.input_schema.pointer("/examples/0").unwrap_or(&Value::Null),
    })
}

/// The payload's members without the sandbox's, which is the same everywhere.
fn members(schema: &Value) -> Value {
    let mut members = schema.get("properties").cloned().unwrap_or_default();
    if let Some(members) = members.as_object_mut() {
        members.remove(STEERING);
    }
    members
}

/// What language models cost, for a million tokens.
pub(super) fn models(catalog: &Catalog, now: Timestamp) -> serde_json::Result<Value> {
    serde_json::to_value(ModelBody::all(catalog, now))
}

/// How to make the sandbox misbehave, once for all operations.
pub(super) fn sandbox(catalog: &Catalog) -> Value {
    let steering = |operation: &Operation| {
        operation.input_schema.pointer(&format!("/properties/{STEERING}/properties")).map(members_of_steering)
    };
    json!({
        "where": "in any payload, as its member sandbox; only test keys reach the sandbox, live keys ignore it",
        "members": catalog.iter().find_map(steering).unwrap_or_default(),
    })
}

fn members_of_steering(schema: &Value) -> Value {
    let meaning = |member: &Value| member.get("description").cloned().unwrap_or_default();
    let members = schema.as_object().into_iter().flatten();
    Value::Object(members.map(|(name, member)| (name.clone(), meaning(member))).collect())
}
