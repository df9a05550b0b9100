//! Where work is written down: issues of GitHub, pages of Notion.

use serde_json::json;
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::{
    operation,
    shape::{payload, result, text, word},
};

/// A tenth of a cent.
const PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);

pub(super) fn create_issue() -> Option<Operation> {
    let input = payload(
        &["owner", "repo", "title"],
        json!({
            "owner": text(39, "The account or organization."),
            "repo": text(100, "The repository's name, without its owner."),
            "title": text(256, "The title."),
            "body": text(65_536, "The text, in Markdown."),
            "labels": {"type": "array", "maxItems": 20, "items": text(50, "A label's name.")},
        }),
    );
    let output = result(json!({
        "number": {"type": "integer", "minimum": 1}, "url": word(), "title": word(),
        "state": {"type": "string", "description": "open."},
    }));
    let example = json!({"owner": "acme", "repo": "site", "title": "The start page is blank"});
    operation("github.create_issue", "Opens an issue on GitHub.", Price::Flat(PRICE), [input, output, example])
}

pub(super) fn create_page() -> Option<Operation> {
    let input = payload(
        &["parent_id", "title"],
        json!({
            "parent_id": text(64, "The page or database that it is put into."),
            "title": text(2_000, "The title."),
            "content": text(100_000, "The text, in Markdown."),
        }),
    );
    let output = result(json!({"page_id": word(), "parent_id": word(), "title": word(), "url": word()}));
    let example = json!({"parent_id": "b55c9c91384d452b81dbd1ef79372b75", "title": "Notes", "content": "First line."});
    operation("notion.create_page", "Creates a page in Notion.", Price::Flat(PRICE), [input, output, example])
}
