//! Search of the web.

use serde_json::json;
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::operation;

/// Half a cent.
const PRICE: NanoUsd = NanoUsd::from_nanos(5_000_000);

pub(super) fn search() -> Option<Operation> {
    let input = json!({
        "type": "object",
        "required": ["query"],
        "additionalProperties": false,
        "properties": {
            "query": {"type": "string", "minLength": 1, "maxLength": 2_048, "description": "What to look for."},
            "max_results": {"type": "integer", "minimum": 1, "maximum": 20, "description": "Default 5."},
        },
    });
    let result = json!({
        "type": "object",
        "properties": {"title": {"type": "string"}, "url": {"type": "string"}, "snippet": {"type": "string"}},
    });
    let output = json!({
        "type": "object",
        "properties": {"query": {"type": "string"}, "results": {"type": "array", "items": result}},
    });
    operation("web_search.search", "Searches the web.", Price::Flat(PRICE), [input, output])
}
