//! Sessions in cookies as NextAuth.js 4 and Auth.js 5 make them, so that a Next.js application on the same site and this
//! server accept each other's sessions. Both encrypt a JWT directly under a key that is derived from a shared secret.
//!
//! Not here: which sessions were ended early, and the attributes of cookies.

mod attempt;
mod cbc_hs512;
mod claims;
mod cookies;
mod csrf;
mod equal;
mod gcm;
mod jwe;
mod keys;
mod settings;

use std::sync::Arc;

use upivia_domain::{
    Timestamp,
    identity::{Cookie, Session, SessionClaims, SessionScheme, UnfitClaims},
    ports::{Entropy, SessionCodec},
};

pub use attempt::SealedAttempts;
pub use csrf::NextCsrf;
pub(crate) use equal::are_equal;
pub use settings::{InvalidSessionSettings, SessionSettings};

use keys::Keys;

/// Writes one scheme and reads both.
pub struct NextSessions {
    written: Keys,
    other: Keys,
    entropy: Arc<dyn Entropy>,
}

impl NextSessions {
    /// Derives the keys of all secrets.
    ///
    /// # Errors
    ///
    /// See [`InvalidSessionSettings`].
    pub fn new(settings: &SessionSettings, entropy: Arc<dyn Entropy>) -> Result<Self, InvalidSessionSettings> {
        settings.check()?;
        let other = match settings.writes {
            SessionScheme::NextAuthV4 => SessionScheme::AuthJsV5,
            SessionScheme::AuthJsV5 => SessionScheme::NextAuthV4,
        };
        let derive = |scheme| Keys::derive(scheme, settings).ok_or(InvalidSessionSettings::Secrets);
        Ok(Self { written: derive(settings.writes)?, other: derive(other)?, entropy })
    }
}

impl SessionCodec for NextSessions {
    fn encode(&self, claims: &SessionClaims) -> Result<Vec<Cookie>, UnfitClaims> {
        let plain = claims::write(claims).ok_or(UnfitClaims)?;
        let token = self.written.seal(&plain, &*self.entropy).ok_or(UnfitClaims)?;
        if token.len() > jwe::MOST_BYTES {
            return Err(UnfitClaims);
        }
        Ok(cookies::cut(self.written.scheme, &self.written.cookie, &token))
    }

    fn decode(&self, cookies: &[Cookie], now: Timestamp) -> Option<Session> {
        [&self.written, &self.other].into_iter().find_map(|keys| {
            let tokens = cookies::joined(cookies, &keys.cookie);
            let claims = tokens.iter().find_map(|token| claims::read(&keys.open(token)?, now))?;
            Some(Session { claims, scheme: keys.scheme })
        })
    }

    fn names_among(&self, cookies: &[Cookie]) -> Vec<String> {
        let is_ours = |name: &str| [&self.written, &self.other].iter().any(|keys| cookies::belongs(name, &keys.cookie));
        let mut names: Vec<_> = cookies.iter().map(|cookie| cookie.name.clone()).filter(|name| is_ours(name)).collect();
        names.sort();
        names.dedup();
        names
    }
}
