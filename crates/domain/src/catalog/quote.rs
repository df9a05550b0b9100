//! The most that a payload may cost, and exactly what may be forwarded for that money.
//!
//! A reservation bounds only what is sent, so nothing is sent that the operation's schema does not name; and a parameter
//! that it does not name is refused rather than dropped, for its sender counts on it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Catalog, Operation, PayloadProblem, Price, text};
use crate::NanoUsd;

/// The member of a payload that steers the sandbox. Part of [`Quote::forward`], never of what a real provider is sent.
pub const STEERING: &str = "sandbox";

/// The members of a payload.
pub(super) type Fields = Map<String, Value>;

/// What a payload may cost at most, and exactly what may be forwarded for that money.
#[derive(Debug, Clone, PartialEq)]
pub struct Quote {
    /// The most that the provider can bill for `forward`.
    pub estimate: NanoUsd,
    /// The payload with defaults applied and nothing that the schema does not name.
    pub forward: Arc<Value>,
    /// The limit of output tokens that was reserved because the request named none.
    pub applied_max_tokens: Option<u32>,
}

impl Quote {
    fn fixed(estimate: NanoUsd, fields: Fields) -> Self {
        Self { estimate, forward: Arc::new(Value::Object(fields)), applied_max_tokens: None }
    }
}

impl Catalog {
    /// Bounds the cost of a payload. Pure, total and free of overflow, whatever the payload.
    ///
    /// # Errors
    ///
    /// The first field that cannot be bounded, is not a parameter, or has no price.
    pub fn quote(&self, operation: &Operation, payload: &Value) -> Result<Quote, PayloadProblem> {
        let fields = parameters(operation, payload)?;
        match operation.price {
            Price::Free => Ok(Quote::fixed(NanoUsd::ZERO, fields)),
            Price::Flat(price) => Ok(Quote::fixed(price, fields)),
            Price::Tokens => text::quote(self.models(), fields),
        }
    }
}

/// The members that the schema names. `null` and absent mean the same on this wire, at every depth.
fn parameters(operation: &Operation, payload: &Value) -> Result<Fields, PayloadProblem> {
    let empty = Fields::new();
    let sent = match payload {
        Value::Object(members) => members,
        Value::Null => &empty,
        _ => return Err(PayloadProblem::new("payload", "must be an object")),
    };
    let named = operation.input_schema.get("properties").and_then(Value::as_object);
    let parameter = |(name, value): (&String, &Value)| {
        let is_named = named.is_some_and(|named| named.contains_key(name));
        let unknown =
            || PayloadProblem::unknown_member("payload", name, format!("is no parameter of {}", operation.name));
        is_named.then(|| (name.clone(), without_nulls(value))).ok_or_else(unknown)
    };
    sent.iter().filter(|(_, value)| !value.is_null()).map(parameter).collect()
}

/// The same JSON without members that are null.
pub fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            Value::Object(kept.map(|(name, member)| (name.clone(), without_nulls(member))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::PriceTable;

    fn mail(price: Price) -> (Catalog, Operation) {
        let operation = Operation {
            deadline: None,
            name: "email.send".parse().unwrap(),
            description: String::new(),
            input_schema: json!({"properties": {"to": {}, "sandbox": {}}}),
            output_schema: json!({}),
            price,
        };
        (Catalog::new([operation.clone()], PriceTable::default()), operation)
    }

    #[test]
    fn a_flat_price_is_the_bound() {
        let (catalog, operation) = mail(Price::Flat(NanoUsd::cents(3)));
        let quote = catalog.quote(&operation, &json!({"to": "ada", "sandbox": {"fail": true}})).unwrap();
        assert_eq!(quote.estimate, NanoUsd::cents(3));
        assert_eq!(*quote.forward, json!({"to": "ada", "sandbox": {"fail": true}}));
        assert_eq!(quote.applied_max_tokens, None);
    }

    #[test]
    fn free_is_free_and_an_absent_payload_is_empty() {
        let (catalog, operation) = mail(Price::Free);
        let quote = catalog.quote(&operation, &Value::Null).unwrap();
        assert_eq!((quote.estimate, &*quote.forward), (NanoUsd::ZERO, &json!({})));
    }

    #[test]
    fn null_is_absent_at_every_depth() {
        let (catalog, operation) = mail(Price::Free);
        let quote = catalog.quote(&operation, &json!({"to": {"a": null, "b": [{"c": null}]}, "cc": null})).unwrap();
        assert_eq!(*quote.forward, json!({"to": {"b": [{}]}}));
    }

    #[test]
    fn what_the_schema_does_not_name_is_refused() {
        let (catalog, operation) = mail(Price::Free);
        let problem = catalog.quote(&operation, &json!({"bcc": "eve"})).unwrap_err();
        assert_eq!(problem.to_string(), "payload.bcc: is no parameter of email.send");
        assert_eq!(catalog.quote(&operation, &json!([1])).unwrap_err().field, "payload");
    }
}
