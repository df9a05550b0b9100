//! Search of the web.

use serde_json::json;
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::{
    operation,
    shape::{list_of, payload, result, text, word},
};

/// Half a cent.
const PRICE: NanoUsd = NanoUsd::from_nanos(5_000_000);

pub(super) fn search() -> Option<Operation> {
    let input = payload(
        &["query"],
        json!({
            "query": text(2_048, "What to look for."),
            "max_results": {"type": "integer", "minimum": 1, "maximum": 20, "description": "Default 5."},
        }),
    );
    let hit = result(json!({"title": word(), "url": word(), "snippet": word()}));
    let output = result(json!({"query": word(), "results": list_of(hit)}));
    let example = json!({"query": "weather in Lisbon"});
    operation("web_search.search", "Searches the web.", Price::Flat(PRICE), [input, output, example])
}
