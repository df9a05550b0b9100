//! The compact form of an encrypted JWT whose key is agreed beforehand (`dir`): five parts, the second one empty.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// The longest token that is read or written.
pub(super) const MOST_BYTES: usize = 16 * 1_024;

/// How the content is encrypted and authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Encryption {
    #[serde(rename = "A256GCM")]
    Gcm,
    #[serde(rename = "A256CBC-HS512")]
    CbcHs512,
}

#[derive(Serialize, Deserialize)]
struct HeaderWire {
    alg: String,
    enc: Encryption,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    // Neither library writes these. Compressed content could be a bomb, and what is critical must be understood.
    #[serde(default, skip_serializing)]
    zip: Option<serde_json::Value>,
    #[serde(default, skip_serializing)]
    crit: Option<serde_json::Value>,
}

/// Content, encrypted and authenticated together with a header.
pub(super) struct Sealed {
    pub iv: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub tag: Vec<u8>,
}

/// A token taken apart. Nothing of it is believed yet.
pub(super) struct Token<'a> {
    /// The header as it was sent: what is authenticated beside the content.
    pub header: &'a str,
    pub encryption: Encryption,
    /// Which key, if it says so.
    pub kid: Option<String>,
    pub sealed: Sealed,
}

impl<'a> Token<'a> {
    /// Takes a token apart; `None` if it is none of the two kinds.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = Some(text).filter(|text| text.len() <= MOST_BYTES)?.split('.');
        let (header, key) = (parts.next()?, parts.next()?);
        let mut bytes = || URL_SAFE_NO_PAD.decode(parts.next()?).ok();
        let sealed = Sealed { iv: bytes()?, ciphertext: bytes()?, tag: bytes()? };
        let wire: HeaderWire = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        let plain = wire.alg == "dir" && wire.zip.is_none() && wire.crit.is_none();
        let whole = key.is_empty() && parts.next().is_none();
        (plain && whole).then_some(Self { header, encryption: wire.enc, kid: wire.kid, sealed })
    }
}

/// The first part of a token.
pub(super) fn header(encryption: Encryption, kid: Option<String>) -> Option<String> {
    let wire = HeaderWire { alg: "dir".to_owned(), enc: encryption, kid, zip: None, crit: None };
    Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&wire).ok()?))
}

/// Puts a token together.
pub(super) fn compact(header: &str, sealed: &Sealed) -> String {
    let [iv, ciphertext, tag] = [&sealed.iv, &sealed.ciphertext, &sealed.tag].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}..{iv}.{ciphertext}.{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parses(header: &str, rest: &str) -> bool {
        Token::parse(&format!("{}{rest}", URL_SAFE_NO_PAD.encode(header))).is_some()
    }

    #[test]
    fn only_the_two_kinds_pass() {
        let rest = "..AAAA.AAAA.AAAA";
        assert!(parses(r#"{"alg":"dir","enc":"A256GCM"}"#, rest));
        assert!(parses(r#"{"alg":"dir","enc":"A256CBC-HS512","kid":"k"}"#, rest));
        let refused = [
            r#"{"alg":"none","enc":"A256GCM"}"#,
            r#"{"alg":"A256KW","enc":"A256GCM"}"#,
            r#"{"alg":"dir","enc":"A128GCM"}"#,
            r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#,
            r#"{"alg":"dir","enc":"A256GCM","crit":["exp"]}"#,
            r#"{"alg":"dir","enc":"A256GCM","enc":"A256CBC-HS512"}"#,
            r#"{"alg":"dir"}"#,
            "dir",
        ];
        assert!(refused.iter().all(|header| !parses(header, rest)));
    }

    #[test]
    fn there_are_five_parts_and_the_second_is_empty() {
        let header = r#"{"alg":"dir","enc":"A256GCM"}"#;
        for rest in
            ["", "..AAAA.AAAA", ".AAAA.AAAA.AAAA.AAAA", "..AAAA.AAAA.AAAA.", "..AAA=.AAAA.AAAA", "..AA+A.AAAA.AAAA"]
        {
            assert!(!parses(header, rest), "{rest}");
        }
        assert!(!parses(header, &format!("..AAAA.{}.AAAA", "A".repeat(MOST_BYTES))));
    }

    #[test]
    fn the_header_is_the_one_that_the_libraries_write() {
        let decode =
            |header: Option<String>| String::from_utf8(URL_SAFE_NO_PAD.decode(header.unwrap()).unwrap()).unwrap();
        assert_eq!(decode(header(Encryption::Gcm, None)), r#"{"alg":"dir","enc":"A256GCM"}"#);
        let header = decode(header(Encryption::CbcHs512, Some("k".to_owned())));
        assert_eq!(header, r#"{"alg":"dir","enc":"A256CBC-HS512","kid":"k"}"#);
    }
}
