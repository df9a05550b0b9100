//! Where people find this server, and what their sessions are encrypted under.

use anyhow::{Context, Result, anyhow};
use upivia_application::mails::Links;
use upivia_domain::{Secret, identity::SessionScheme, ports::Entropy};
use upivia_http::Site;
use upivia_sign_in::session::{NextCsrf, NextSessions, SessionSettings};

use super::Settings;

/// The public address.
///
/// # Errors
///
/// It is none.
pub fn site(settings: &Settings) -> Result<Site> {
    Site::new(settings.base_url.as_deref()).ok_or_else(|| {
        anyhow!("base_url must be a scheme and a host, such as https://upivia.example.com, without a path")
    })
}

/// Where links in mails lead: what a request says of its host could lead somebody elsewhere, so it does not count.
pub fn links(settings: &Settings) -> Links {
    match &settings.base_url {
        Some(base) => Links::new(base.trim()),
        None => Links::new(&format!("http://{}", settings.listen)),
    }
}

/// The secrets of sessions: those that are named, else the derived one.
///
/// # Errors
///
/// One of them is too short, or there are too many; the words repeat none.
pub fn session_settings(settings: &Settings, derived: &Secret<String>) -> Result<SessionSettings> {
    let named = settings.session_secret.as_ref().map(|secrets| secrets.expose().split_whitespace());
    let secrets: Vec<_> = match named {
        Some(named) => named.map(|secret| Secret::new(secret.to_owned())).collect(),
        None => vec![derived.clone()],
    };
    let made = SessionSettings { secrets, writes: SessionScheme::NextAuthV4, secure: site(settings)?.is_secure() };
    // Whoever makes sessions with them checks them.
    NextSessions::new(&made, std::sync::Arc::new(Unused)).context("session_secret")?;
    NextCsrf::new(&made, std::sync::Arc::new(Unused)).context("session_secret")?;
    Ok(made)
}

/// Nothing is written while settings are checked.
struct Unused;

impl Entropy for Unused {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::show;

    const LONG: &str = "0123456789abcdef0123456789abcdef";

    fn settings(base_url: Option<&str>, secret: Option<&str>) -> Settings {
        Settings {
            base_url: base_url.map(str::to_owned),
            session_secret: secret.map(Into::into),
            ..Settings::default()
        }
    }

    fn made(base_url: Option<&str>, secret: Option<&str>) -> Result<SessionSettings> {
        session_settings(&settings(base_url, secret), &Secret::new(LONG.to_owned()))
    }

    #[test]
    fn secrets_are_named_or_derived() {
        assert_eq!(made(None, None).unwrap().secrets.len(), 1);
        let both = made(Some("https://a.example"), Some(&format!(" {LONG}  {LONG}x\n"))).unwrap();
        assert_eq!((both.secrets.len(), both.secure), (2, true));
        let short = format!("{:#}", made(None, Some("hunter2")).unwrap_err());
        assert!(short.contains("session_secret") && !short.contains("hunter2"), "{short}");
        assert!(made(None, Some(" ")).is_err());
        assert!(format!("{:#}", made(Some("a.example"), None).unwrap_err()).contains("base_url"));
    }

    #[test]
    fn the_secret_is_not_shown() {
        let shown = show(&settings(None, Some(LONG))).unwrap();
        assert!(shown.contains("session_secret = \"***\"") && !shown.contains(LONG), "{shown}");
    }
}
