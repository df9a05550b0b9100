//! Data keys: made, wrapped under the master key, and kept at hand.

use std::{fmt, sync::Arc};

use ring::aead::LessSafeKey;
use upivia_domain::OrgId;

use super::{
    CryptoError, DataKey, MasterKey,
    entropy::try_fill,
    envelope::{cipher, open, seal},
    key_cache::KeyCache,
    master_key::{KEY_VERSION, KeyUse},
};

/// The column whose contents the sealer makes.
const COLUMN: &str = "organizations.data_key";

/// How many data keys are kept unwrapped, at most twice that.
const KEYS_AT_HAND: usize = 4_096;

/// A data key as `organizations.data_key` holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey(pub Vec<u8>);

/// Wraps and unwraps data keys. One per process, shared.
pub struct Sealer {
    wrapping: LessSafeKey,
    cache: KeyCache,
}

impl Sealer {
    /// The sealer of an installation.
    ///
    /// # Errors
    ///
    /// The wrapping key cannot be derived.
    pub fn new(master: &MasterKey) -> Result<Self, CryptoError> {
        let wrapping = master.derive(KeyUse::DataKeyWrapping)?;
        let wrapping = cipher(&wrapping).map_err(|_| CryptoError::MalformedMasterKey)?;
        Ok(Self { wrapping, cache: KeyCache::new(KEYS_AT_HAND) })
    }

    /// A new data key for a new organization, wrapped.
    ///
    /// # Errors
    ///
    /// The system gave no random bytes.
    pub fn create(&self, org: OrgId) -> Result<WrappedKey, CryptoError> {
        let mut key = [0; 32];
        try_fill(&mut key)?;
        seal(&self.wrapping, &org.to_string(), &key, KEY_VERSION).map(WrappedKey)
    }

    /// The organization's data key, if it is at hand.
    pub fn cached(&self, org: OrgId) -> Option<Arc<DataKey>> {
        self.cache.find(org)
    }

    /// Unwraps an organization's data key and keeps it at hand.
    ///
    /// # Errors
    ///
    /// It was wrapped for another organization or under another master key.
    pub fn unwrap(&self, org: OrgId, wrapped: &[u8]) -> Result<Arc<DataKey>, CryptoError> {
        let bytes = open(&self.wrapping, &org.to_string(), wrapped, KEY_VERSION)?;
        let bytes = bytes.ok_or(CryptoError::Unopenable { org, what: COLUMN })?;
        let key = Arc::new(DataKey::new(org, &bytes)?);
        self.cache.keep(Arc::clone(&key));
        Ok(key)
    }

    /// Drops what is at hand of an organization whose row was rolled back: a second try makes another key.
    pub fn forget(&self, org: OrgId) {
        self.cache.forget(org);
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(***)")
    }
}
