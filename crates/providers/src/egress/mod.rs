//! The one guard of outbound calls: which URLs may be called, and to which addresses their names may lead.
//!
//! Addresses are judged when a name is resolved and the connection goes to what was judged, so a name that changes its
//! address between check and call (DNS rebinding) gains nothing. Redirects and proxies are off in the client.

mod address;
mod resolver;

use std::net::IpAddr;

use reqwest::Url;

pub(crate) use resolver::GuardedResolver;

/// How far a call may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only addresses of the public internet: for whatever a customer or an agent names.
    Public,
    /// Also private, link-local and loopback addresses: only for what the operator's configuration names.
    Operator,
}

/// Why a URL may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EgressError {
    /// No absolute URL.
    Malformed,
    /// Neither http nor https.
    Scheme,
    /// User, password, query or fragment: a base URL has none, and secrets do not belong there.
    Decorated,
    /// An address that only the operator may name.
    NotPublic,
}

impl std::fmt::Display for EgressError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Malformed => "is no URL such as https://api.example.com/v1",
            Self::Scheme => "must begin with https:// or http://",
            Self::Decorated => "must have no user, password, query or fragment",
            Self::NotPublic => "must not name a private, link-local or loopback address",
        })
    }
}

impl std::error::Error for EgressError {}

/// A base URL that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    base: Url,
    reach: Reach,
}

impl Destination {
    /// Judges a base URL. A name is judged again by the addresses it leads to, at every connection.
    ///
    /// # Errors
    ///
    /// See [`EgressError`].
    pub fn parse(url: &str, reach: Reach) -> Result<Self, EgressError> {
        let base = Url::parse(url).map_err(|_| EgressError::Malformed)?;
        if !["http", "https"].contains(&base.scheme()) {
            return Err(EgressError::Scheme);
        }
        let is_plain = base.username().is_empty() && base.password().is_none();
        if !is_plain || base.query().is_some() || base.fragment().is_some() {
            return Err(EgressError::Decorated);
        }
        let host = base.host_str().ok_or(EgressError::Malformed)?;
        if reach == Reach::Public && !may_be_public(host) {
            return Err(EgressError::NotPublic);
        }
        Ok(Self { base, reach })
    }

    /// How far calls to it may reach.
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// Whether what is sent there can be read on the way.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The URL of a path below the base.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        let joined = format!("{}/{path}", self.base.path().trim_end_matches('/'));
        url.set_path(&joined);
        url
    }
}

fn may_be_public(host: &str) -> bool {
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(address) => address::is_public(address),
        Err(_) => !host.trim_end_matches('.').ends_with("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(url: &str) -> Result<(), EgressError> {
        Destination::parse(url, Reach::Public).map(drop)
    }

    #[test]
    fn only_plain_http_urls_pass() {
        assert_eq!(public("https://api.openai.com/v1"), Ok(()));
        assert_eq!(public("api.openai.com"), Err(EgressError::Malformed));
        assert_eq!(public("file:///etc/passwd"), Err(EgressError::Scheme));
        assert_eq!(public("gopher://example.com"), Err(EgressError::Scheme));
        assert_eq!(public("https://user:secret@example.com"), Err(EgressError::Decorated));
        assert_eq!(public("https://example.com?key=1"), Err(EgressError::Decorated));
    }

    #[test]
    fn only_the_operator_may_name_an_inner_address() {
        let inner = [
            "http://localhost:1",
            "http://a.localhost.",
            "http://127.0.0.1",
            "http://2130706433",
            "http://0x7f.1",
            "http://[::1]:8080/v1",
            "http://[::ffff:10.0.0.1]",
            "http://169.254.169.254/latest",
            "https://192.168.1.1",
        ];
        for url in inner {
            assert_eq!(public(url), Err(EgressError::NotPublic), "{url}");
            assert!(Destination::parse(url, Reach::Operator).is_ok(), "{url}");
        }
    }

    #[test]
    fn the_path_of_the_base_is_kept() {
        for base in ["https://a.example/v1", "https://a.example/v1/"] {
            let destination = Destination::parse(base, Reach::Public).unwrap();
            assert_eq!(destination.join("chat/completions").as_str(), "https://a.example/v1/chat/completions");
        }
    }
}
