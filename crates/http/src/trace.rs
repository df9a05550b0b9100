//! The id of an HTTP request: the caller's own where it is a sane one, else a new one. It is on every answer.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{HeaderName, HeaderValue},
};
use upivia_domain::ports::Ids;

/// The header, in both directions.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 64;

/// An id that may stand in headers, logs and the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TraceId(Arc<str>);

impl TraceId {
    pub(crate) fn of(http: &HttpRequest, ids: &dyn Ids) -> Self {
        let sent = http.headers().get(&X_REQUEST_ID).and_then(|value| value.to_str().ok());
        match sent.filter(|text| is_sane(text)) {
            Some(text) => Self(text.into()),
            None => Self(format!("req_{}", ids.uuid().simple()).into()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    pub(crate) fn stamp(&self, mut response: HttpResponse) -> HttpResponse {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
        response
    }
}

fn is_sane(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_ids_are_taken_over() {
        for sane in ["a", "0d9f-7.A_z", &"x".repeat(64)] {
            assert!(is_sane(sane), "{sane}");
        }
        for wrong in ["", " ", "a b", "a\"b", "ä", "a\r\nb", &"x".repeat(65)] {
            assert!(!is_sane(wrong), "{wrong}");
        }
    }
}
