//! Cookies as they come and go.

use std::fmt::Write;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{COOKIE, HeaderValue, SET_COOKIE},
};
use upivia_domain::identity::Cookie;

use crate::{Api, ApiError};

/// Names the organization in which a session acts.
pub(crate) const WORKSPACE: &str = "upivia-workspace";

/// Names the team that a session looks at.
pub(crate) const TEAM: &str = "upivia-team";

/// The most cookies that are looked at; browsers keep about as many for a site.
const MOST: usize = 100;

/// The cookies of a request, decoded. What is no cookie is left out.
pub(crate) fn read(http: &HttpRequest) -> Vec<Cookie> {
    let headers = http.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
    let pairs = headers.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.take(MOST).map(|(name, value)| Cookie::new(name.trim(), decoded(value.trim().trim_matches('"')))).collect()
}

/// The value of a cookie that is there and not empty.
pub(crate) fn find<'a>(cookies: &'a [Cookie], name: &str) -> Option<&'a str> {
    let found = cookies.iter().find(|cookie| cookie.name == name)?;
    Some(found.value.expose().as_str()).filter(|value| !value.is_empty())
}

/// How long a browser keeps a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Until it is closed.
    Open,
    /// So many seconds.
    Seconds(i64),
    /// Not any more.
    Clear,
}

/// Sends a cookie that scripts cannot read and that other sites do not send along with changes.
pub(crate) fn set(api: &Api, response: &mut HttpResponse, cookie: &Cookie, keep: Keep) -> Result<(), ApiError> {
    let mut text = format!("{}={}; Path=/; HttpOnly; SameSite=Lax", cookie.name, encoded(cookie.value.expose()));
    match keep {
        Keep::Open => {}
        Keep::Seconds(seconds) => drop(write!(text, "; Max-Age={}", seconds.max(0))),
        Keep::Clear => text.push_str("; Max-Age=0"),
    }
    if api.parts.site.is_secure() {
        text.push_str("; Secure");
    }
    let value = HeaderValue::from_str(&text).map_err(|_| ApiError::Internal)?;
    response.headers_mut().append(SET_COOKIE, value);
    Ok(())
}

/// Clears cookies by their names. One that nobody could have set is left alone.
pub(crate) fn clear<'a>(api: &Api, response: &mut HttpResponse, names: impl IntoIterator<Item = &'a str>) {
    for name in names.into_iter().filter(|name| is_name(name)) {
        // A name of these characters always makes a header.
        let _ = set(api, response, &Cookie::new(name, ""), Keep::Clear);
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// What our cookies are made of needs no escape, but for the bar in tokens against forged forms.
fn encoded(value: &str) -> String {
    value.replace('|', "%7C")
}

/// Without percent-escapes; what is none stays.
pub(crate) fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match (first, escape(after)) {
            (b'%', Some((byte, after))) => {
                bytes.push(byte);
                after
            }
            (byte, _) => {
                bytes.push(*byte);
                after
            }
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

fn escape(after: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, after) = after.split_first_chunk::<2>()?;
    let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((u8::from_str_radix(text, 16).ok()?, after))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn pairs(headers: &[&str]) -> Vec<(String, String)> {
        let request = headers.iter().fold(TestRequest::get(), |request, value| request.append_header((COOKIE, *value)));
        let cookies = read(&request.to_http_request());
        cookies.into_iter().map(|cookie| (cookie.name, cookie.value.into_inner())).collect()
    }

    #[test]
    fn cookies_are_split_and_decoded() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs(&["a=1; b=x%7Cy", "c=\"z\""]), [pair("a", "1"), pair("b", "x|y"), pair("c", "z")]);
        assert_eq!(pairs(&["nonsense; a=b=c"]), [pair("a", "b=c")]);
        for odd in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(pairs(&[&format!("a={odd}")]), [pair("a", odd)]);
        }
        assert_eq!(pairs(&[&"a=1;".repeat(500)]).len(), MOST);
    }

    #[test]
    fn only_names_are_cleared() {
        assert!(is_name("__Secure-next-auth.session-token.0"));
        assert!(!is_name("a;b") && !is_name("") && !is_name("a\r\nb"));
    }
}
