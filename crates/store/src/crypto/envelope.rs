//! AES-256-GCM under one organization's data key.
//!
//! Sealed bytes are `version ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The nonce is random: 2³² texts of one organization stay
//! far below the bound of the mode. Organization and place are authenticated, so that a sealed text cannot be moved.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use upivia_domain::OrgId;

use super::{CryptoError, entropy::try_fill};

const SEAL_VERSION: u8 = 1;

/// Where a sealed text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Table and column, for example `requests.sealed`.
    pub column: &'static str,
    /// The key of the row within the organization.
    pub row: &'a str,
}

/// The key of one organization's texts.
pub struct DataKey {
    org: OrgId,
    key: LessSafeKey,
}

impl DataKey {
    pub(super) fn new(org: OrgId, bytes: &[u8]) -> Result<Self, CryptoError> {
        let unopenable = |_| CryptoError::Unopenable { org, what: "organizations.data_key" };
        Ok(Self { org, key: cipher(bytes).map_err(unopenable)? })
    }

    /// Whose key it is.
    pub const fn org(&self) -> OrgId {
        self.org
    }

    /// Seals a text for its place.
    ///
    /// # Errors
    ///
    /// The system gave no random bytes.
    pub fn seal(&self, place: Place<'_>, text: &[u8]) -> Result<Vec<u8>, CryptoError> {
        seal(&self.key, &self.bound_to(place), text, SEAL_VERSION)
    }

    /// Opens what was sealed for that place.
    ///
    /// # Errors
    ///
    /// It was not, or was changed since.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let unopenable = || CryptoError::Unopenable { org: self.org, what: place.column };
        open(&self.key, &self.bound_to(place), sealed, SEAL_VERSION)?.ok_or_else(unopenable)
    }

    fn bound_to(&self, place: Place<'_>) -> String {
        format!("{}/{}/{}", self.org, place.column, place.row)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}, ***)", self.org)
    }
}

pub(super) fn cipher(bytes: &[u8]) -> Result<LessSafeKey, ring::error::Unspecified> {
    UnboundKey::new(&AES_256_GCM, bytes).map(LessSafeKey::new)
}

pub(super) fn seal(key: &LessSafeKey, bound_to: &str, text: &[u8], version: u8) -> Result<Vec<u8>, CryptoError> {
    let mut nonce = [0; NONCE_LEN];
    try_fill(&mut nonce)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len() + AES_256_GCM.tag_len());
    sealed.push(version);
    sealed.extend_from_slice(&nonce);
    let mut body = text.to_vec();
    // Fails only for texts beyond 64 GiB.
    let done = key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(version, bound_to), &mut body);
    done.map_err(|_| CryptoError::NoEntropy)?;
    sealed.append(&mut body);
    Ok(sealed)
}

/// `None` where the bytes were not sealed so.
pub(super) fn open(
    key: &LessSafeKey,
    bound_to: &str,
    sealed: &[u8],
    known: u8,
) -> Result<Option<Vec<u8>>, CryptoError> {
    let Some((version, rest)) = sealed.split_first() else { return Ok(None) };
    if *version != known {
        return Err(CryptoError::UnknownVersion(*version));
    }
    let Some((nonce, body)) = rest.split_first_chunk::<NONCE_LEN>() else { return Ok(None) };
    let mut text = body.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let Ok(opened) = key.open_in_place(nonce, aad(known, bound_to), &mut text) else { return Ok(None) };
    let length = opened.len();
    text.truncate(length);
    Ok(Some(text))
}

fn aad(version: u8, bound_to: &str) -> Aad<Vec<u8>> {
    Aad::from([&[version], bound_to.as_bytes()].concat())
}
