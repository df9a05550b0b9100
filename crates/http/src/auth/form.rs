//! What browsers send: a form, or the same members as JSON.

use actix_web::http::header::CONTENT_TYPE;
use serde::Deserialize;
use upivia_domain::Secret;

use super::Visit;
use crate::ApiError;

/// All members that are known; each endpoint reads its own.
#[derive(Default, Deserialize)]
struct FormBody {
    #[serde(rename = "csrfToken")]
    csrf_token: Option<String>,
    #[serde(rename = "callbackUrl")]
    callback_url: Option<String>,
    /// The client calls what it shows as it likes.
    #[serde(alias = "username")]
    email: Option<String>,
    password: Option<String>,
    json: Option<serde_json::Value>,
}

/// A form.
pub(super) struct Form {
    /// Against forged forms.
    pub(super) csrf_token: String,
    /// Where the browser goes then.
    pub(super) callback_url: Option<String>,
    /// The address.
    pub(super) email: String,
    /// The attempt.
    pub(super) password: Secret<String>,
    /// The sender is a script that follows no redirect.
    pub(super) wants_json: bool,
}

impl Form {
    pub(super) fn read(visit: &Visit) -> Result<Self, ApiError> {
        let kind = visit.http.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_json = kind.to_ascii_lowercase().starts_with("application/json");
        let body = if is_json { crate::body::parse(&visit.body)? } else { fields(&visit.body) };
        let FormBody { csrf_token, callback_url, email, password, json } = body;
        let asked = json.is_some_and(|json| json == "true" || json == true);
        Ok(Self {
            csrf_token: csrf_token.unwrap_or_default(),
            callback_url,
            email: email.unwrap_or_default(),
            password: Secret::new(password.unwrap_or_default()),
            wants_json: is_json || asked || visit.http.headers().contains_key("x-auth-return-redirect"),
        })
    }
}

fn fields(body: &[u8]) -> FormBody {
    let mut form = FormBody::default();
    for (name, value) in pairs(body) {
        match name.as_str() {
            "csrfToken" => form.csrf_token = Some(value),
            "callbackUrl" => form.callback_url = Some(value),
            "email" | "username" => form.email = Some(value),
            "password" => form.password = Some(value),
            "json" => form.json = Some(value.into()),
            _ => {}
        }
    }
    form
}

/// Names and values, decoded, of a form or of what stands behind the question mark.
pub(super) fn pairs(body: &[u8]) -> impl Iterator<Item = (String, String)> {
    body.split(|byte| *byte == b'&').map(|pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        (text(parts.next().unwrap_or_default()), text(parts.next().unwrap_or_default()))
    })
}

fn text(part: &[u8]) -> String {
    let blanks = String::from_utf8_lossy(part).replace('+', " ");
    crate::cookies::decoded(&blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let form = fields(b"csrfToken=t&email=ada%2Bx%40example.com&password=a+b%26c%3Dd&json=true&other=1&=&bare");
        assert_eq!(form.csrf_token.as_deref(), Some("t"));
        assert_eq!(form.email.as_deref(), Some("ada+x@example.com"));
        assert_eq!(form.password.as_deref(), Some("a b&c=d"));
        assert_eq!(form.json, Some("true".into()));
        assert!(fields(b"").csrf_token.is_none());
    }
}
