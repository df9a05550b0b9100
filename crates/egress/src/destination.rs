//! URLs that may be called.

use std::net::IpAddr;

use reqwest::Url;

use crate::address;

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
        let destination = Self::whole(url, reach)?;
        if destination.base.query().is_some() { Err(EgressError::Decorated) } else { Ok(destination) }
    }

    /// Judges a URL that is called as it stands, with its query.
    ///
    /// # Errors
    ///
    /// See [`EgressError`].
    pub fn whole(url: &str, reach: Reach) -> Result<Self, EgressError> {
        let base = Url::parse(url).map_err(|_| EgressError::Malformed)?;
        if !["http", "https"].contains(&base.scheme()) {
            return Err(EgressError::Scheme);
        }
        let is_plain = base.username().is_empty() && base.password().is_none();
        if !is_plain || base.fragment().is_some() {
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
    pub fn is_encrypted(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// The URL as it was judged.
    pub const fn url(&self) -> &Url {
        &self.base
    }

    /// The URL of a path below the base.
    pub fn join(&self, path: &str) -> Url {
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
    fn a_whole_url_keeps_its_query_and_nothing_else() {
        let whole = |url| Destination::whole(url, Reach::Public).map(|found| found.url().to_string());
        assert_eq!(whole("https://a.example/x?y=1").as_deref(), Ok("https://a.example/x?y=1"));
        assert_eq!(whole("https://a.example/x#y"), Err(EgressError::Decorated));
        assert_eq!(whole("https://me:secret@a.example/x"), Err(EgressError::Decorated));
        assert_eq!(whole("https://10.0.0.1/x?y=1"), Err(EgressError::NotPublic));
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
