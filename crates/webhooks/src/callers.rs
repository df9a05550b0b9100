//! The secrets of the providers that may call, as a port of the domain.

use std::{collections::BTreeMap, fmt};

use upivia_domain::{Secret, Timestamp, dispatch::ProviderName, ports::SignatureCheck};

use crate::{HEADER, verify};

/// A shorter secret can be guessed.
pub const SHORTEST_SECRET: usize = 16;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Who may call, each with the secret that their messages are signed with.
#[derive(Clone, Default)]
pub struct CallbackSecrets(BTreeMap<String, Secret<String>>);

/// A secret that protects nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret of {provider} has fewer than {SHORTEST_SECRET} bytes")]
pub struct InvalidSecret {
    /// Whose.
    pub provider: String,
}

impl CallbackSecrets {
    /// These and nobody else.
    ///
    /// # Errors
    ///
    /// One is too short.
    pub fn new(secrets: impl IntoIterator<Item = (String, Secret<String>)>) -> Result<Self, InvalidSecret> {
        let long_enough = |(provider, secret): (String, Secret<String>)| {
            if secret.expose().len() < SHORTEST_SECRET {
                Err(InvalidSecret { provider })
            } else {
                Ok((provider, secret))
            }
        };
        secrets.into_iter().map(long_enough).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Debug for CallbackSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl SignatureCheck for CallbackSecrets {
    fn signer(&self, provider: &str, signature: &str, body: &[u8], now: Timestamp) -> Option<ProviderName> {
        let now_seconds = now.micros().div_euclid(MICROS_PER_SECOND);
        let Some(secret) = self.0.get(provider) else {
            // As much work as for a provider that is known, so that time does not tell which are.
            let _ = verify(b"a secret that nobody has", signature, body, now_seconds);
            return None;
        };
        match verify(secret.expose().as_bytes(), signature, body, now_seconds) {
            Ok(()) => Some(ProviderName::new(provider)),
            Err(error) => {
                tracing::warn!(provider, %error, header = HEADER, "a message was not believed");
                None
            }
        }
    }
}
