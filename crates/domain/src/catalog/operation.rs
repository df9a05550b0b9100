//! Operations and the catalogue that holds them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Deadline, OperationName, Price, PriceTable};

/// Something that an agent can buy.
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
    /// How its cost is bounded.
    pub price: Price,
    /// What ends a request whose outcome nobody reports; absent = a person does.
    pub deadline: Option<Deadline>,
}

/// The operations on offer and the prices of models.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    operations: BTreeMap<OperationName, Operation>,
    models: PriceTable,
}

impl Catalog {
    /// A catalogue of these operations and models.
    pub fn new(operations: impl IntoIterator<Item = Operation>, models: PriceTable) -> Self {
        let operations = operations.into_iter().map(|operation| (operation.name.clone(), operation)).collect();
        Self { operations, models }
    }

    /// The operation of that name.
    pub fn find(&self, name: &OperationName) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// Every operation, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// The prices of models.
    pub const fn models(&self) -> &PriceTable {
        &self.models
    }
}
