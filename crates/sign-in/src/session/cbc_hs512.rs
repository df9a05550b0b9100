//! `A256CBC-HS512` of RFC 7518 §5.2: encrypt with AES-CBC, then authenticate with half of an HMAC.

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use ring::hmac;

use super::{are_equal, jwe::Sealed};

pub(super) const KEY_BYTES: usize = 64;
pub(super) const IV_BYTES: usize = 16;
const TAG_BYTES: usize = 32;

/// The content, if header and content are what the key's owner sealed. Nothing is decrypted before that is certain:
/// an answer that depended on the padding would tell the content.
pub(super) fn open(key: &[u8], header: &str, sealed: &Sealed) -> Option<Vec<u8>> {
    let (authenticating, encrypting) = halves(key)?;
    let tag = tag(authenticating, header, &sealed.iv, &sealed.ciphertext);
    if !are_equal(&tag, &sealed.tag) {
        return None;
    }
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(encrypting, &sealed.iv).ok()?;
    cipher.decrypt_padded_vec::<Pkcs7>(&sealed.ciphertext).ok()
}

/// Seals content and header under a vector that nobody could foresee.
pub(super) fn seal(key: &[u8], header: &str, iv: [u8; IV_BYTES], plain: &[u8]) -> Option<Sealed> {
    let (authenticating, encrypting) = halves(key)?;
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(encrypting, &iv).ok()?;
    let ciphertext = cipher.encrypt_padded_vec::<Pkcs7>(plain);
    let tag = tag(authenticating, header, &iv, &ciphertext);
    Some(Sealed { iv: iv.to_vec(), ciphertext, tag })
}

fn halves(key: &[u8]) -> Option<(&[u8], &[u8])> {
    (key.len() == KEY_BYTES).then(|| key.split_at(KEY_BYTES / 2))
}

fn tag(key: &[u8], header: &str, iv: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let header_bits = u64::try_from(header.len()).unwrap_or(u64::MAX).saturating_mul(8);
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA512, key));
    for part in [header.as_bytes(), iv, ciphertext, &header_bits.to_be_bytes()] {
        context.update(part);
    }
    context.sign().as_ref().iter().copied().take(TAG_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<_> = hex.chars().filter(char::is_ascii_hexdigit).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
    }

    // RFC 7518, appendix B.3.
    #[test]
    fn the_example_of_the_standard() {
        let key: Vec<u8> = (0..64).collect();
        let plain =
            b"A cipher system must not be required to be secret, and it must be able to fall into the hands of \
            the enemy without inconvenience";
        let iv: [u8; 16] = bytes("1af38c2dc2b96ffdd86694092341bc04").try_into().unwrap();
        let sealed = seal(&key, "The second principle of Auguste Kerckhoffs", iv, plain).unwrap();
        let tag = "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5";
        assert_eq!(sealed.tag, bytes(tag));
        assert_eq!(sealed.ciphertext[..16], bytes("4affaaadb78c31c5da4b1b590d10ffbd"));
        assert_eq!(open(&key, "The second principle of Auguste Kerckhoffs", &sealed).unwrap(), plain);
        assert!(open(&key, "The second principle of Auguste Kerckhoff", &sealed).is_none());
    }
}
