//! What an operator says about an identity provider.

use std::net::IpAddr;

use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl, url::Url};
use upivia_domain::Secret;

/// How we are known to a provider.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// The provider, exactly as it calls itself: `https://accounts.google.com`.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; `None` for a client without one, which PKCE protects.
    pub client_secret: Option<Secret<String>>,
    /// Where the provider sends browsers back to. Give each provider a path of its own.
    pub redirect_url: String,
}

/// Which setting does not fit, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOidcSettings {
    /// The issuer is no URL, or would be asked over a connection that anybody can read.
    #[error("the issuer must be an https URL; http is for loopback addresses only")]
    Issuer,
    /// The redirect URL is no URL.
    #[error("the redirect URL must be an absolute URL")]
    RedirectUrl,
    /// There is no client id.
    #[error("the client id must not be empty")]
    ClientId,
    /// The TLS library could not be set up.
    #[error("the HTTP client cannot be made")]
    Client,
}

/// Settings that fit.
pub(super) struct Registration {
    pub issuer: IssuerUrl,
    pub client_id: ClientId,
    pub client_secret: Option<ClientSecret>,
    pub redirect_url: RedirectUrl,
}

impl TryFrom<OidcSettings> for Registration {
    type Error = InvalidOidcSettings;
    fn try_from(settings: OidcSettings) -> Result<Self, InvalidOidcSettings> {
        let issuer = IssuerUrl::new(settings.issuer).map_err(|_| InvalidOidcSettings::Issuer)?;
        if !may_be_asked(issuer.url()) {
            return Err(InvalidOidcSettings::Issuer);
        }
        if settings.client_id.is_empty() {
            return Err(InvalidOidcSettings::ClientId);
        }
        let redirect_url = RedirectUrl::new(settings.redirect_url).map_err(|_| InvalidOidcSettings::RedirectUrl)?;
        let client_secret = settings.client_secret.map(|secret| ClientSecret::new(secret.into_inner()));
        Ok(Self { issuer, client_id: ClientId::new(settings.client_id), client_secret, redirect_url })
    }
}

/// Whether what is sent there stays between us and the provider: https, or http that does not leave this machine.
pub(super) fn may_be_asked(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => is_loopback(host),
        _ => false,
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str) -> bool {
        may_be_asked(&Url::parse(url).unwrap())
    }

    #[test]
    fn secrets_travel_encrypted_or_not_at_all() {
        assert!(asked("https://accounts.google.com/a?b") && asked("http://127.0.0.1:1") && asked("http://[::1]:1"));
        assert!(asked("http://localhost:8080/realms/a"));
        for url in
            ["http://accounts.google.com", "http://10.0.0.1", "http://localhost.example.com", "file:///etc/passwd"]
        {
            assert!(!asked(url), "{url}");
        }
    }

    #[test]
    fn each_setting_is_checked() {
        let settings = |issuer: &str, client_id: &str, redirect: &str| OidcSettings {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: None,
            redirect_url: redirect.to_owned(),
        };
        let check = |settings| Registration::try_from(settings).map(drop);
        assert_eq!(check(settings("https://a.example", "me", "https://b.example/back")), Ok(()));
        assert_eq!(check(settings("a.example", "me", "https://b.example")), Err(InvalidOidcSettings::Issuer));
        assert_eq!(check(settings("http://a.example", "me", "https://b.example")), Err(InvalidOidcSettings::Issuer));
        assert_eq!(check(settings("https://a.example", "", "https://b.example")), Err(InvalidOidcSettings::ClientId));
        assert_eq!(check(settings("https://a.example", "me", "/back")), Err(InvalidOidcSettings::RedirectUrl));
    }
}
