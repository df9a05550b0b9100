//! The one key from which all others come.

use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use upivia_domain::Secret;

use super::{CryptoError, base64, entropy::try_fill};

/// The version of every derivation below; it is stored with what was made from it.
pub(super) const KEY_VERSION: u8 = 1;

const SALT: &[u8] = b"upivia";

/// What a derived key is for. Keys of different uses tell nothing about each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyUse {
    /// The pepper of stored token hashes.
    TokenPepper,
    /// Wraps the data keys of organizations.
    DataKeyWrapping,
    /// Encrypts sessions where the operator names no secret.
    SessionSecret,
    /// Is stored, to recognise the master key.
    KeyCheck,
}

impl KeyUse {
    // Never changed: what is stored depends on it. Another derivation is another version.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::TokenPepper => b"upivia v1 token pepper",
            Self::DataKeyWrapping => b"upivia v1 data key wrapping",
            Self::SessionSecret => b"upivia v1 session secret",
            Self::KeyCheck => b"upivia v1 key check",
        }
    }
}

/// 32 random bytes that the operator keeps.
#[derive(Debug, Clone)]
pub struct MasterKey(Secret<[u8; 32]>);

impl MasterKey {
    /// From its text: 32 bytes in base64. Blanks around it do not matter.
    ///
    /// # Errors
    ///
    /// The text is anything else.
    pub fn from_base64(text: &str) -> Result<Self, CryptoError> {
        base64::decode(text.trim()).map(|bytes| Self(Secret::new(bytes))).ok_or(CryptoError::MalformedMasterKey)
    }

    /// A new one.
    ///
    /// # Errors
    ///
    /// The system gave no random bytes.
    pub fn generate() -> Result<Self, CryptoError> {
        let mut bytes = [0; 32];
        try_fill(&mut bytes)?;
        Ok(Self(Secret::new(bytes)))
    }

    /// Its text, to be kept by the operator.
    pub fn to_base64(&self) -> Secret<String> {
        Secret::new(base64::encode(self.0.expose()))
    }

    /// What sessions are encrypted under where the operator names no secret. It tells nothing about any other key.
    ///
    /// # Errors
    ///
    /// It cannot be derived.
    pub fn session_secret(&self) -> Result<Secret<String>, CryptoError> {
        Ok(Secret::new(base64::encode(&self.derive(KeyUse::SessionSecret)?)))
    }

    pub(super) fn derive(&self, key_use: KeyUse) -> Result<[u8; 32], CryptoError> {
        let mut derived = [0; 32];
        let pseudorandom = Salt::new(HKDF_SHA256, SALT).extract(self.0.expose());
        // Fails only for lengths beyond 255 hashes.
        let expanded = pseudorandom.expand(&[key_use.label()], ThirtyTwoBytes).and_then(|okm| okm.fill(&mut derived));
        expanded.map(|()| derived).map_err(|_| CryptoError::MalformedMasterKey)
    }
}

struct ThirtyTwoBytes;

impl KeyType for ThirtyTwoBytes {
    fn len(&self) -> usize {
        32
    }
}

#[cfg(test)]
mod tests {
    use upivia_domain::audit::hex;

    use super::{KeyUse, MasterKey};

    fn key() -> MasterKey {
        MasterKey::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()
    }

    // Computed with Python's hmac module after RFC 5869: stored hashes and wrapped keys depend on these bytes for ever.
    #[test]
    fn derivations_never_change() {
        let derived = |key_use| hex(&key().derive(key_use).unwrap());
        assert_eq!(derived(KeyUse::TokenPepper), PEPPER);
        assert_eq!(derived(KeyUse::DataKeyWrapping), WRAPPING);
        assert_eq!(derived(KeyUse::KeyCheck), CHECK);
        assert_eq!(derived(KeyUse::SessionSecret), SESSION);
    }

    const PEPPER: &str = "f4c7654edf34ae93588d4411383a7182ba14e77b072ff7357062e32028b3c224";
    const WRAPPING: &str = "1c82d860f1589eb2b8828447e17762d79f84776822c961ad04527905eacf4804";
    const SESSION: &str = "53ed047753e87da7c032d7af851aa19d40739e10ea2c1e3c37701b673a8de897";
    const CHECK: &str = "b07052369d164c72e5d4f548b41cca08fd0ca42535ce492f2dd5c17d0f468f80";
}
