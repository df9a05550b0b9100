//! The most that a payload may cost, and exactly what may be forwarded for that money.
//!
//! A reservation bounds only what is sent, so nothing is sent that the operation's schema does not name; and a parameter
//! that it does not name is refused rather than dropped, for its sender counts on it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Catalog, Operation, PayloadProblem, Price, text};
use crate::{NanoUsd, Timestamp};

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
    /// Which version of the price was in force: the operation's, or the model's where tokens are priced.
    pub price_version: u32,
}

impl Quote {
    fn fixed(estimate: NanoUsd, fields: Fields, price_version: u32) -> Self {
        Self { estimate, forward: Arc::new(Value::Object(fields)), applied_max_tokens: None, price_version }
    }
}

impl Catalog {
    /// Bounds the cost of a payload, by the price that is in force at that time. Pure, total and free of overflow, whatever
    /// the payload.
    ///
    /// # Errors
    ///
    /// The first field that cannot be bounded, is not a parameter, or has no price; or the operation has none.
    pub fn quote(&self, operation: &Operation, payload: &Value, now: Timestamp) -> Result<Quote, PayloadProblem> {
        let fields = parameters(operation, payload)?;
        let no_price = || PayloadProblem::new("operation", format!("{} has no price in force yet", operation.name));
        let version = operation.price_at(now).ok_or_else(no_price)?;
        match version.price {
            Price::Free => Ok(Quote::fixed(NanoUsd::ZERO, fields, version.version)),
            Price::Flat(price) => Ok(Quote::fixed(price, fields, version.version)),
            Price::Tokens => text::quote(self.models(), fields, now),
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
    use crate::catalog::{PriceHistory, PriceTable, PriceVersion};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn mail(price: Price) -> (Catalog, Operation) {
        let input = json!({"properties": {"to": {}, "sandbox": {}}});
        let operation = Operation::new("email.send".parse().unwrap(), "", price).with_schemas(input, json!({}));
        (Catalog::new([operation.clone()], PriceTable::default()), operation)
    }

    #[test]
    fn the_price_in_force_is_the_bound_and_before_the_first_nothing_is_sold() {
        let (catalog, operation) = mail(Price::Free);
        let version = |version, from, cents| PriceVersion {
            version,
            effective_from: Timestamp::from_micros(from),
            price: Price::Flat(NanoUsd::cents(cents)),
        };
        let prices = PriceHistory::new([version(2, 20, 5), version(1, 10, 3)]).unwrap();
        let operation = Operation { prices, ..operation };
        let quoted = |now| {
            let quote = catalog.quote(&operation, &json!({}), Timestamp::from_micros(now));
            quote.map(|quote| (quote.price_version, quote.estimate))
        };
        assert_eq!(quoted(9).unwrap_err().to_string(), "operation: email.send has no price in force yet");
        for (now, expected) in [(10, (1, 3)), (19, (1, 3)), (20, (2, 5)), (i64::MAX, (2, 5))] {
            assert_eq!(quoted(now), Ok((expected.0, NanoUsd::cents(expected.1))), "{now}");
        }
    }

    #[test]
    fn a_flat_price_is_the_bound() {
        let (catalog, operation) = mail(Price::Flat(NanoUsd::cents(3)));
        let quote = catalog.quote(&operation, &json!({"to": "ada", "sandbox": {"fail": true}}), NOW).unwrap();
        assert_eq!(quote.estimate, NanoUsd::cents(3));
        assert_eq!(*quote.forward, json!({"to": "ada", "sandbox": {"fail": true}}));
        assert_eq!(quote.applied_max_tokens, None);
    }

    #[test]
    fn free_is_free_and_an_absent_payload_is_empty() {
        let (catalog, operation) = mail(Price::Free);
        let quote = catalog.quote(&operation, &Value::Null, NOW).unwrap();
        assert_eq!((quote.estimate, &*quote.forward), (NanoUsd::ZERO, &json!({})));
    }

    #[test]
    fn null_is_absent_at_every_depth() {
        let (catalog, operation) = mail(Price::Free);
        let quote =
            catalog.quote(&operation, &json!({"to": {"a": null, "b": [{"c": null}]}, "cc": null}), NOW).unwrap();
        assert_eq!(*quote.forward, json!({"to": {"b": [{}]}}));
    }

    #[test]
    fn what_the_schema_does_not_name_is_refused() {
        let (catalog, operation) = mail(Price::Free);
        let problem = catalog.quote(&operation, &json!({"bcc": "eve"}), NOW).unwrap_err();
        assert_eq!(problem.to_string(), "payload.bcc: is no parameter of email.send");
        assert_eq!(catalog.quote(&operation, &json!([1]), NOW).unwrap_err().field, "payload");
    }
}
