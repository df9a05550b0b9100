//! Where a browser goes then: as JSON for scripts, as a redirect for forms.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::LOCATION},
};
use serde_json::json;

use super::{Visit, form::Form};
use crate::{ApiError, v1::present::with_status};

/// To a page of ours.
pub(super) fn to(form: &Form, status: StatusCode, url: &str) -> Result<HttpResponse, ApiError> {
    if form.wants_json {
        return with_status(status, &json!({ "url": url }));
    }
    Ok(redirect(url))
}

/// To where the form wants, if that is here: nobody is sent to somebody else's site in our name.
pub(super) fn back(visit: &Visit, form: &Form) -> Result<HttpResponse, ApiError> {
    let base = visit.api.parts.site.base(&visit.http);
    to(form, StatusCode::OK, &landing(&base, form.callback_url.as_deref()))
}

/// To the page for errors.
pub(super) fn error(visit: &Visit, form: &Form, status: StatusCode, code: &str) -> Result<HttpResponse, ApiError> {
    to(form, status, &error_page(visit, code, "credentials"))
}

/// The page for errors of signing in that way.
pub(super) fn error_page(visit: &Visit, code: &str, provider: &str) -> String {
    let base = visit.api.parts.site.base(&visit.http);
    format!("{base}/api/auth/error?error={code}&provider={provider}")
}

/// To another page, whoever asks: browsers on their way follow nothing else.
pub(super) fn redirect(url: &str) -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, url)).finish()
}

/// Where the browser wants to be, if that is here.
pub(super) fn landing_page(visit: &Visit, wanted: Option<&str>) -> String {
    landing(&visit.api.parts.site.base(&visit.http), wanted)
}

fn landing(base: &str, wanted: Option<&str>) -> String {
    let printable = wanted.filter(|url| url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'));
    match printable {
        Some(path) if path.starts_with('/') && !path.starts_with("//") => format!("{base}{path}"),
        Some(url)
            if url.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#'])) =>
        {
            url.to_owned()
        }
        _ => base.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        let base = "https://a.example";
        for here in ["https://a.example/x?y", "https://a.example", "https://a.example#z"] {
            assert_eq!(landing(base, Some(here)), here);
        }
        assert_eq!(landing(base, Some("/agents")), "https://a.example/agents");
        for elsewhere in
            ["//b.example", "/\\b.example", "https://a.example.b.example", "https://a.example@b", "x", "/a\r\nb"]
        {
            assert_eq!(landing(base, Some(elsewhere)), base, "{elsewhere}");
        }
        assert_eq!(landing(base, None), base);
    }
}
