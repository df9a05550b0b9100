//! Where people find this server, as far as it matters to browsers.

use actix_web::{HttpRequest, http::header::HOST};

/// The public address of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    base: Option<String>,
}

impl Site {
    /// From an address such as `https://upivia.example.com`, without a path; absent = whatever host a request names, by plain
    /// http. `None` for a text that is no such address.
    pub fn new(base: Option<&str>) -> Option<Self> {
        let Some(base) = base else { return Some(Self::default()) };
        let base = base.trim().trim_end_matches('/').to_ascii_lowercase();
        let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
        (!host.is_empty() && host.bytes().all(plain)).then_some(Self { base: Some(base) })
    }

    /// Whether browsers come by https: then cookies are sent that way only.
    pub fn is_secure(&self) -> bool {
        self.base.as_deref().is_some_and(|base| base.starts_with("https://"))
    }

    /// The address, without a slash at its end.
    pub(crate) fn base(&self, http: &HttpRequest) -> String {
        self.base.clone().unwrap_or_else(|| format!("http://{}", host(http)))
    }

    /// Whether a page of that origin is one of this server.
    pub(crate) fn is_own(&self, origin: &str, http: &HttpRequest) -> bool {
        match &self.base {
            Some(base) => origin.eq_ignore_ascii_case(base),
            // Behind a proxy that speaks https for us only the host is known.
            None => origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host(http))),
        }
    }
}

fn host(http: &HttpRequest) -> &str {
    http.headers().get(HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_path() {
        for (text, secure) in [("https://a.example", true), ("http://127.0.0.1:8787/", false), ("https://[::1]", true)]
        {
            assert_eq!(Site::new(Some(text)).unwrap().is_secure(), secure, "{text}");
        }
        for bad in ["", "a.example", "ftp://a.example", "https://", "https://a.example/path", "https://a b"] {
            assert_eq!(Site::new(Some(bad)), None, "{bad}");
        }
        assert!(!Site::new(None).unwrap().is_secure());
    }
}
