//! Changes that a browser is made to send by a page of somebody else: the cookie comes with them, the person's wish does
//! not.
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`), and pages cannot forge that. A program that says
//! neither is no browser, and nobody's cookies come with its requests but those that it was given. A page on a sibling host
//! shows the token of `GET /api/auth/csrf` instead.

use actix_web::{HttpRequest, http::header::ORIGIN};
use upivia_domain::identity::Cookie;

use crate::{Api, ApiError};

/// Carries the token of `GET /api/auth/csrf`.
const TOKEN: &str = "x-csrf-token";
const FETCH_SITE: &str = "sec-fetch-site";

/// Refuses a change that a cookie would authorise and that no page of ours sent.
pub(crate) fn check(api: &Api, http: &HttpRequest, cookies: &[Cookie]) -> Result<(), ApiError> {
    if http.method().is_safe() || is_ours(api, http) || shows_token(api, http, cookies) {
        return Ok(());
    }
    Err(ApiError::Forbidden(
        "this change comes from a page of another site: send it from a page of this server, or with the token of \
         /api/auth/csrf in the header x-csrf-token"
            .to_owned(),
    ))
}

/// Whether no browser says that a page of somebody else sent it.
pub(crate) fn is_ours(api: &Api, http: &HttpRequest) -> bool {
    let text = |name: &str| http.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let own_page = text(ORIGIN.as_str()).map(|origin| api.parts.site.is_own(origin, http));
    match (text(FETCH_SITE), own_page) {
        (Some("same-origin" | "none"), _) => true,
        (_, Some(own)) => own,
        (Some(_), None) => false,
        (None, None) => true,
    }
}

fn shows_token(api: &Api, http: &HttpRequest, cookies: &[Cookie]) -> bool {
    let sent = http.headers().get(TOKEN).and_then(|value| value.to_str().ok());
    sent.is_some_and(|sent| api.parts.csrf.verify(cookies, sent))
}
