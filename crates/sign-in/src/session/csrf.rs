//! Tokens against forged forms, as both libraries make them: a cookie `token|sha256(token + secret)`, and the form brings
//! the token, too. Another site can make a browser send the cookie, but cannot read it.

use std::{fmt::Write, sync::Arc};

use ring::digest;
use upivia_domain::{
    Secret,
    identity::{Cookie, CsrfToken, SessionScheme},
    ports::{CsrfTokens, Entropy},
};

use super::{InvalidSessionSettings, SessionSettings, are_equal};

const RANDOM_BYTES: usize = 32;
const MOST_COOKIE_BYTES: usize = 512;

/// Makes tokens with the first secret and knows those of all.
pub struct NextCsrf {
    cookie: String,
    secrets: Vec<Secret<String>>,
    entropy: Arc<dyn Entropy>,
}

impl NextCsrf {
    /// Tokens in the cookie of the scheme that is written.
    ///
    /// # Errors
    ///
    /// See [`InvalidSessionSettings`].
    pub fn new(settings: &SessionSettings, entropy: Arc<dyn Entropy>) -> Result<Self, InvalidSessionSettings> {
        settings.check()?;
        let prefix = if settings.secure { "__Host-" } else { "" };
        let library = match settings.writes {
            SessionScheme::NextAuthV4 => "next-auth",
            SessionScheme::AuthJsV5 => "authjs",
        };
        Ok(Self { cookie: format!("{prefix}{library}.csrf-token"), secrets: settings.secrets.clone(), entropy })
    }

    fn is_ours(&self, token: &str, proof: &str) -> bool {
        // Without a shortcut: how long it takes does not tell which secret it was.
        self.secrets.iter().filter(|secret| are_equal(prove(token, secret).as_bytes(), proof.as_bytes())).count() > 0
    }
}

impl CsrfTokens for NextCsrf {
    fn issue(&self) -> CsrfToken {
        let mut random = [0; RANDOM_BYTES];
        self.entropy.fill(&mut random);
        let token = hex(&random);
        let proof = self.secrets.first().map(|secret| prove(&token, secret)).unwrap_or_default();
        let cookie = Cookie::new(self.cookie.clone(), format!("{token}|{proof}"));
        CsrfToken { token: Secret::new(token), cookie }
    }

    fn read(&self, cookies: &[Cookie]) -> Option<Secret<String>> {
        let cookie = cookies.iter().find(|cookie| cookie.name == self.cookie)?;
        let value = Some(cookie.value.expose()).filter(|value| value.len() <= MOST_COOKIE_BYTES)?;
        // Not every parser of cookies decodes what was escaped.
        let value = value.replace("%7C", "|");
        let (token, proof) = value.split_once('|')?;
        (!token.is_empty() && self.is_ours(token, proof)).then(|| Secret::new(token.to_owned()))
    }

    fn verify(&self, cookies: &[Cookie], sent: &str) -> bool {
        self.read(cookies).is_some_and(|token| are_equal(token.expose().as_bytes(), sent.as_bytes()))
    }
}

fn prove(token: &str, secret: &Secret<String>) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(token.as_bytes());
    context.update(secret.expose().as_bytes());
    hex(context.finish().as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
