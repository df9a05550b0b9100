//! A small catalogue with one operation of each kind of price.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd,
    catalog::{Catalog, ModelPrice, Operation, OperationName, PayloadProblem, Price, PriceTable},
    ports::PayloadCheck,
};

/// One and a quarter cents: its roundings differ.
pub const MAIL_PRICE: NanoUsd = NanoUsd::from_nanos(12_500_000);

pub fn catalog() -> Catalog {
    let mail = ["to", "subject", "body"];
    let operations = [
        operation("email.send", "Sends a mail.", &mail, Price::Flat(MAIL_PRICE)),
        operation("sms.send", "Sends a text message.", &["to", "body"], Price::Flat(NanoUsd::cents(2))),
        operation("text_generation.generate", "Writes text.", &["model", "messages", "max_tokens"], Price::Tokens),
        operation("web_search.search", "Searches the web.", &["query"], Price::Flat(NanoUsd::cents(1))),
        operation("platform.check_budget", "Tells what is left.", &["agent_id"], Price::Free),
    ];
    Catalog::new(operations, PriceTable::new([("openai/gpt-4o-mini".to_owned(), MODEL)]))
}

const MODEL: ModelPrice = ModelPrice {
    input_nanos_per_million: 150_000_000,
    output_nanos_per_million: 600_000_000,
    default_max_tokens: 1_024,
    largest_max_tokens: 16_384,
};

fn operation(name: &str, description: &str, members: &[&str], price: Price) -> Operation {
    let properties: serde_json::Map<String, Value> =
        members.iter().map(|member| ((*member).to_owned(), json!({}))).collect();
    Operation {
        deadline: None,
        name: name.parse().unwrap(),
        description: description.to_owned(),
        input_schema: json!({ "type": "object", "properties": properties }),
        output_schema: json!({ "type": "object" }),
        price,
    }
}

/// Knows one rule: `to` is a text.
pub struct Checks;

impl PayloadCheck for Checks {
    fn check(&self, _operation: &OperationName, payload: &Value) -> Result<(), PayloadProblem> {
        match payload.get("to") {
            None | Some(Value::String(_)) => Ok(()),
            Some(_) => Err(PayloadProblem::new("payload.to", "must be a string")),
        }
    }
}
