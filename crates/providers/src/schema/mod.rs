//! Payloads against the JSON Schemas of the catalogue, compiled once. A schema that refers to another document is refused.

mod problem;

use std::{borrow::Cow, collections::HashMap};

use jsonschema::Validator;
use serde_json::Value;
use upivia_domain::{
    catalog::{Catalog, OperationName, PayloadProblem, without_nulls},
    ports::PayloadCheck,
};

/// The compiled input schemas of a catalogue.
pub struct SchemaCheck {
    schemas: HashMap<OperationName, Validator>,
}

/// An operation whose input schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSchema {
    /// Whose.
    pub operation: OperationName,
    /// What is wrong with it.
    pub message: String,
}

impl std::fmt::Display for InvalidSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the input schema of {}: {}", self.operation, self.message)
    }
}

impl std::error::Error for InvalidSchema {}

impl SchemaCheck {
    /// Compiles every input schema.
    ///
    /// # Errors
    ///
    /// The first operation whose schema is none, or refers to something outside itself.
    pub fn new(catalog: &Catalog) -> Result<Self, InvalidSchema> {
        let compile = |operation: &upivia_domain::catalog::Operation| {
            let schema = jsonschema::draft202012::options().offline().build(&operation.input_schema);
            let invalid = |message| InvalidSchema { operation: operation.name.clone(), message };
            schema.map(|schema| (operation.name.clone(), schema)).map_err(|error| invalid(error.to_string()))
        };
        Ok(Self { schemas: catalog.iter().map(compile).collect::<Result<_, _>>()? })
    }
}

impl PayloadCheck for SchemaCheck {
    fn check(&self, operation: &OperationName, payload: &Value) -> Result<(), PayloadProblem> {
        let Some(schema) = self.schemas.get(operation) else {
            return Err(PayloadProblem::new("operation", format!("{operation} is not on offer")));
        };
        let payload = as_meant(payload);
        schema.validate(&payload).map_err(|error| problem::of(operation, &error))
    }
}

/// `null` and absent mean the same on this wire.
fn as_meant(payload: &Value) -> Cow<'_, Value> {
    match payload {
        Value::Null => Cow::Owned(Value::Object(serde_json::Map::new())),
        payload if has_null(payload) => Cow::Owned(without_nulls(payload)),
        payload => Cow::Borrowed(payload),
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().any(|member| member.is_null() || has_null(member)),
        Value::Array(items) => items.iter().any(has_null),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
