//! The page behind the links of mails, for people: one HTML document that reads the token behind the `#` of its address and
//! calls the route beside it. It loads nothing from elsewhere, and its policy names the one script that may run.

use std::sync::OnceLock;

use actix_web::HttpResponse;

use super::docs::Page;

const HTML: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page, put together once. The same for invitations and passwords: its address says which it is.
pub(crate) fn answer(slot: &OnceLock<Page>) -> HttpResponse {
    slot.get_or_init(|| Page::of(HTML, STYLE, SCRIPT)).answer()
}
