//! An operation: what it takes and gives, what it costs, and what else a caller or an operator must know of it.

use serde_json::{Value, json};

use super::{Deadline, OperationName, Price, PriceHistory, PriceVersion};
use crate::{Mode, Timestamp};

/// Something that an agent can buy. Made by [`Operation::new`], which fills in what most operations share.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `service.operation`.
    pub name: OperationName,
    /// One sentence for people and models.
    pub description: String,
    /// JSON Schema of the payload; only what it names is forwarded to a provider.
    pub input_schema: Value,
    /// JSON Schema of the result.
    pub output_schema: Value,
    /// How its cost is bounded, now and later.
    pub prices: PriceHistory<Price>,
    /// The worlds in which it can run, where somebody is configured to execute it.
    pub modes: Vec<Mode>,
    /// Executing it twice does nothing in the world that executing it once does not; a second charge apart.
    pub idempotent: bool,
    /// Why the estimate bounds the bill, in a sentence.
    pub bound_rule: String,
    /// The kinds of provider that execute it for live money, for example `smtp`; the sandbox is understood.
    pub provider_kinds: Vec<String>,
    /// What ends a request whose outcome nobody reports; absent = a person does.
    pub deadline: Option<Deadline>,
}

impl Operation {
    /// An operation at a price that never changed: for both modes, not to be repeated, with any payload and any result.
    pub fn new(name: OperationName, description: impl Into<String>, price: Price) -> Self {
        Self {
            name,
            description: description.into(),
            input_schema: json!({ "type": "object" }),
            output_schema: json!({ "type": "object" }),
            prices: PriceHistory::always(price),
            modes: vec![Mode::Live, Mode::Test],
            idempotent: false,
            bound_rule: price.bound_rule().to_owned(),
            provider_kinds: Vec::new(),
            deadline: None,
        }
    }

    /// With the schemas of its payload and its result.
    #[must_use]
    pub fn with_schemas(self, input_schema: Value, output_schema: Value) -> Self {
        Self { input_schema, output_schema, ..self }
    }

    /// With a sentence that says why the estimate bounds the bill.
    #[must_use]
    pub fn bounded_by(self, bound_rule: impl Into<String>) -> Self {
        Self { bound_rule: bound_rule.into(), ..self }
    }

    /// With the kinds of provider that execute it.
    #[must_use]
    pub fn provided_by(self, kinds: &[&str]) -> Self {
        Self { provider_kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(), ..self }
    }

    /// One that may be executed twice.
    #[must_use]
    pub fn repeatable(self) -> Self {
        Self { idempotent: true, ..self }
    }

    /// The price in force at that time; without one it is not sold.
    pub fn price_at(&self, now: Timestamp) -> Option<&PriceVersion<Price>> {
        self.prices.at(now)
    }
}
