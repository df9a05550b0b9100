//! The secrets of an attempt to sign in elsewhere, sealed for the cookie that keeps them: the same form as a session, under
//! keys of its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use upivia_domain::{
    Secret, Timestamp,
    identity::SignInAttempt,
    ports::{AttemptSealer, Entropy, IdentityFault},
};

use super::{
    InvalidSessionSettings, SessionSettings, gcm,
    jwe::{self, Encryption, Token},
    keys::{expand, random},
};

const PURPOSE: &str = "upivia attempts to sign in";

#[derive(Serialize, Deserialize)]
struct AttemptWire {
    state: String,
    nonce: String,
    pkce_verifier: String,
    provider: String,
    ends_at: Timestamp,
    /// Attempts that were sealed by an older version have none.
    #[serde(default)]
    landing: Option<String>,
}

/// Seals with the first secret and opens with all.
pub struct SealedAttempts {
    keys: Vec<Vec<u8>>,
    entropy: Arc<dyn Entropy>,
}

impl SealedAttempts {
    /// Derives a key from each secret.
    ///
    /// # Errors
    ///
    /// See [`InvalidSessionSettings`].
    pub fn new(settings: &SessionSettings, entropy: Arc<dyn Entropy>) -> Result<Self, InvalidSessionSettings> {
        settings.check()?;
        let derive = |secret: &Secret<String>| expand(secret.expose().as_bytes(), "", PURPOSE, gcm::KEY_BYTES);
        let keys: Option<_> = settings.secrets.iter().map(derive).collect();
        Ok(Self { keys: keys.ok_or(InvalidSessionSettings::Secrets)?, entropy })
    }

    fn write(&self, attempt: &AttemptWire) -> Option<String> {
        let plain = serde_json::to_vec(attempt).ok()?;
        let header = jwe::header(Encryption::Gcm, None)?;
        let sealed = gcm::seal(self.keys.first()?, &header, random(&*self.entropy), &plain)?;
        Some(jwe::compact(&header, &sealed))
    }

    fn read(&self, sealed: &str) -> Option<AttemptWire> {
        let token = Token::parse(sealed).filter(|token| token.encryption == Encryption::Gcm)?;
        let plain = self.keys.iter().find_map(|key| gcm::open(key, token.header, &token.sealed))?;
        serde_json::from_slice(&plain).ok()
    }
}

impl AttemptSealer for SealedAttempts {
    fn seal(
        &self,
        attempt: &SignInAttempt,
        provider: &str,
        ends_at: Timestamp,
    ) -> Result<Secret<String>, IdentityFault> {
        let wire = AttemptWire {
            state: attempt.state.expose().clone(),
            nonce: attempt.nonce.expose().clone(),
            pkce_verifier: attempt.pkce_verifier.expose().clone(),
            provider: provider.to_owned(),
            ends_at,
            landing: attempt.landing.clone(),
        };
        let sealed = self.write(&wire).map(Secret::new);
        sealed.ok_or_else(|| IdentityFault::Unavailable("an attempt cannot be sealed".to_owned()))
    }

    fn open(&self, sealed: &str, provider: &str, now: Timestamp) -> Option<SignInAttempt> {
        let wire = self.read(sealed).filter(|wire| wire.provider == provider && now < wire.ends_at)?;
        Some(SignInAttempt {
            state: Secret::new(wire.state),
            nonce: Secret::new(wire.nonce),
            pkce_verifier: Secret::new(wire.pkce_verifier),
            landing: wire.landing,
        })
    }
}
