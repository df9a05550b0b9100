//! Posts, issues and pages that nobody but the caller sees.

use serde_json::{Value, json};

use super::{identity, results::text};

const ISSUES: u64 = 10_000;

pub(super) fn published(network: &str, id: &str) -> Value {
    json!({"post_id": id, "url": format!("https://example.com/{network}/{id}"), "status": "published"})
}

pub(super) fn submitted(payload: &Value, id: &str) -> Value {
    let mut post = published("reddit", id);
    post["subreddit"] = payload["subreddit"].clone();
    post
}

pub(super) fn issue(payload: &Value, id: &str) -> Value {
    let number = identity::number(id, ISSUES).saturating_add(1);
    let (owner, repo) = (text(payload, "owner", ""), text(payload, "repo", ""));
    let url = format!("https://example.com/{owner}/{repo}/issues/{number}");
    json!({"number": number, "url": url, "title": payload["title"], "state": "open"})
}

pub(super) fn page(payload: &Value, id: &str) -> Value {
    let url = format!("https://example.com/pages/{id}");
    json!({"page_id": id, "parent_id": payload["parent_id"], "title": payload["title"], "url": url})
}
