//! The keyed hash of tokens.

use ring::hmac;
use upivia_domain::{identity::CredentialHash, ports::TokenHasher};

use super::{CryptoError, MasterKey, master_key::KeyUse};

/// HMAC-SHA256 under a pepper derived from the master key: a stolen table tells nothing about tokens.
#[derive(Debug)]
pub struct KeyedTokenHasher {
    pepper: hmac::Key,
}

impl KeyedTokenHasher {
    /// The hasher of an installation.
    ///
    /// # Errors
    ///
    /// The pepper cannot be derived.
    pub fn new(master: &MasterKey) -> Result<Self, CryptoError> {
        let pepper = master.derive(KeyUse::TokenPepper)?;
        Ok(Self { pepper: hmac::Key::new(hmac::HMAC_SHA256, &pepper) })
    }
}

impl TokenHasher for KeyedTokenHasher {
    fn hash(&self, token: &str) -> CredentialHash {
        let tag = hmac::sign(&self.pepper, token.as_bytes());
        let mut hash = [0; 32];
        hash.iter_mut().zip(tag.as_ref()).for_each(|(slot, byte)| *slot = *byte);
        CredentialHash(hash)
    }
}
