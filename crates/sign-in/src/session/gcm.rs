//! `A256GCM` of RFC 7518 §5.3.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::jwe::Sealed;

pub(super) const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;

/// The content, if header and content are what the key's owner sealed.
pub(super) fn open(key: &[u8], header: &str, sealed: &Sealed) -> Option<Vec<u8>> {
    if sealed.tag.len() != TAG_BYTES {
        return None;
    }
    let nonce = Nonce::try_assume_unique_for_key(&sealed.iv).ok()?;
    let mut content = [sealed.ciphertext.as_slice(), &sealed.tag].concat();
    let plain = cipher(key)?.open_in_place(nonce, Aad::from(header.as_bytes()), &mut content).ok()?;
    Some(plain.to_vec())
}

/// Seals content and header under a nonce that was never used with this key.
pub(super) fn seal(key: &[u8], header: &str, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Option<Sealed> {
    let mut ciphertext = plain.to_vec();
    let aad = Aad::from(header.as_bytes());
    let tag =
        cipher(key)?.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut ciphertext).ok()?;
    Some(Sealed { iv: nonce.to_vec(), ciphertext, tag: tag.as_ref().to_vec() })
}

fn cipher(key: &[u8]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}
