//! A value by which the store recognises its master key, so that a wrong key refuses to start instead of writing rows that
//! nobody can read together.

use ring::hmac;

use super::{
    CryptoError, MasterKey,
    master_key::{KEY_VERSION, KeyUse},
};

/// What the store keeps of the master key: a derived value that tells nothing about it.
#[derive(Debug, Clone)]
pub struct KeyCheck {
    key: hmac::Key,
}

impl KeyCheck {
    /// The name of the row in `settings`.
    pub const SETTING: &'static str = "master_key_check";

    /// The value of a master key.
    ///
    /// # Errors
    ///
    /// It cannot be derived.
    pub fn of(master: &MasterKey) -> Result<Self, CryptoError> {
        let derived = master.derive(KeyUse::KeyCheck)?;
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, &derived) })
    }

    /// What to store: the version of the derivations, and a digest.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![KEY_VERSION];
        bytes.extend_from_slice(hmac::sign(&self.key, Self::SETTING.as_bytes()).as_ref());
        bytes
    }

    /// Compares with what is stored, in constant time.
    ///
    /// # Errors
    ///
    /// The stored value is another key's, or of a version that this program does not know.
    pub fn verify(&self, stored: &[u8]) -> Result<(), CryptoError> {
        match stored.split_first() {
            Some((&KEY_VERSION, tag)) => {
                hmac::verify(&self.key, Self::SETTING.as_bytes(), tag).map_err(|_| CryptoError::WrongMasterKey)
            }
            Some((version, _)) => Err(CryptoError::UnknownVersion(*version)),
            None => Err(CryptoError::WrongMasterKey),
        }
    }
}
