//! The page for people: one HTML document that reads `openapi.json` beside it. It loads nothing from elsewhere, and its
//! policy names the two pieces of code that it consists of: no other could run, whatever a document contained.

use actix_web::{
    HttpResponse,
    http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    web::Bytes,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use ring::digest::{SHA256, digest};

const HTML: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page and its policy.
#[derive(Debug)]
pub(crate) struct Page {
    html: Bytes,
    policy: String,
}

impl Page {
    /// Puts the pieces together.
    pub(crate) fn new() -> Self {
        Self::of(HTML, STYLE, SCRIPT)
    }

    /// Another page of one style and one script.
    pub(crate) fn of(html: &str, style: &str, script: &str) -> Self {
        let html = html.replace("{{style}}", style).replace("{{script}}", script);
        Self { html: html.into(), policy: policy(style, script) }
    }

    pub(crate) fn answer(&self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CONTENT_SECURITY_POLICY, self.policy.as_str()))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .body(self.html.clone())
    }
}

fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        source(style),
        source(script)
    )
}

/// An inline piece as a policy names it.
fn source(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, text.as_bytes())))
}
