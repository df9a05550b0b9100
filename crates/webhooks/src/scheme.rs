//! HMAC-SHA256 over `<unix seconds>.<raw body>`: the time is signed too, so that a message cannot be sent again later.

use std::fmt::Write;

use ring::hmac::{self, HMAC_SHA256, Key};

use crate::SignatureHeader;

/// The header of a signed message: `t=<unix seconds>,v1=<hex>`; several `v1` while a secret is being replaced.
pub const HEADER: &str = "X-Upivia-Signature";

/// How far the time of a signature may be from ours, in both directions.
pub const TOLERANCE_SECONDS: u64 = 300;

/// Why a message is not believed. For logs: whoever sent it learns only that it was not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is not of the form that is expected.
    #[error("the signature header is malformed")]
    Malformed,
    /// Signed too long ago, or in the future.
    #[error("the time of the signature is more than {TOLERANCE_SECONDS} s from ours")]
    OutOfTime,
    /// Signed with another secret, or the bytes are others.
    #[error("the signature does not fit")]
    Mismatch,
}

/// Whether the header holds a signature of these bytes with this secret, made about now.
///
/// # Errors
///
/// The first thing that is wrong; nothing of it depends on where a signature differs.
pub fn verify(secret: &[u8], header: &str, body: &[u8], now_seconds: i64) -> Result<(), SignatureError> {
    let header = SignatureHeader::parse(header).ok_or(SignatureError::Malformed)?;
    if header.signed_at().abs_diff(now_seconds) > TOLERANCE_SECONDS {
        return Err(SignatureError::OutOfTime);
    }
    let (key, text) = (Key::new(HMAC_SHA256, secret), signed_text(header.signed_at(), body));
    let fits = header.signatures().iter().any(|tag| hmac::verify(&key, &text, tag).is_ok());
    if fits { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// The header for a message that is sent at that time.
pub fn sign(secret: &[u8], body: &[u8], at_seconds: i64) -> String {
    let tag = hmac::sign(&Key::new(HMAC_SHA256, secret), &signed_text(at_seconds, body));
    let mut header = format!("t={at_seconds},v1=");
    for byte in tag.as_ref() {
        let _ = write!(header, "{byte:02x}");
    }
    header
}

fn signed_text(at: i64, body: &[u8]) -> Vec<u8> {
    let mut text = format!("{at}.").into_bytes();
    text.extend_from_slice(body);
    text
}
