//! Posts for everybody to see.

use serde_json::{Value, json};
use upivia_domain::{
    NanoUsd,
    catalog::{Operation, Price},
};

use super::{
    operation,
    shape::{https, payload, result, text, word},
};

/// A tenth of a cent: these networks take nothing for a post.
const PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);
/// X bills each post.
const X_PRICE: NanoUsd = NanoUsd::cents(1);

pub(super) fn submit_to_reddit() -> Option<Operation> {
    let input = payload(
        &["subreddit", "title"],
        json!({
            "subreddit": text(32, "Where to, without r/."),
            "title": text(300, "The title."),
            "text": text(40_000, "The text, in Markdown."),
            "url": https("The link, for a post of a link."),
        }),
    );
    let output = result(json!({"post_id": word(), "url": word(), "status": word(), "subreddit": word()}));
    let example = json!({"subreddit": "test", "title": "Hello", "text": "A first post."});
    operation("reddit.submit_post", "Submits a post to a subreddit.", Price::Flat(PRICE), [input, output, example])
}

pub(super) fn post_to_bluesky() -> Option<Operation> {
    let input = payload(&["text"], json!({"text": text(300, "The post.")}));
    operation("bluesky.post", "Posts to Bluesky.", Price::Flat(PRICE), [input, post(), hello()])
}

pub(super) fn post_to_x() -> Option<Operation> {
    let input = payload(&["text"], json!({"text": text(280, "The post.")}));
    operation("x.post", "Posts to X.", Price::Flat(X_PRICE), [input, post(), hello()])
}

pub(super) fn post_to_mastodon() -> Option<Operation> {
    let who = json!({"type": "string", "enum": ["public", "unlisted", "private"], "description": "Default public."});
    let input = payload(&["text"], json!({"text": text(500, "The post."), "visibility": who}));
    operation("mastodon.post", "Posts to Mastodon.", Price::Flat(PRICE), [input, post(), hello()])
}

fn post() -> Value {
    result(json!({
        "post_id": {"type": "string", "description": "The network's id of the post."},
        "url": {"type": "string", "description": "Where it can be seen."},
        "status": {"type": "string", "description": "published: it can be seen."},
    }))
}

fn hello() -> Value {
    json!({"text": "Hello, world."})
}
