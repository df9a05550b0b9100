//! The header's text.

/// More signatures than anybody needs while a secret is replaced are not looked at, and make the header malformed.
pub const MOST_SIGNATURES: usize = 8;

const DIGEST: usize = 32;

/// `t=<unix seconds>,v1=<hex>[,v1=<hex>…]`. Parts with other names are for schemes to come and are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeader {
    // Exactly one time, and from one to eight signatures.
    signed_at: i64,
    signatures: Vec<[u8; DIGEST]>,
}

impl SignatureHeader {
    /// The header in parts, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut signed_at, mut signatures) = (None, Vec::new());
        for part in text.split(',') {
            let (name, value) = part.trim().split_once('=')?;
            match name {
                "t" if signed_at.is_none() => signed_at = Some(seconds(value)?),
                "t" => return None,
                "v1" => signatures.push(digest(value)?),
                _ => {}
            }
        }
        let usable = (1..=MOST_SIGNATURES).contains(&signatures.len());
        signed_at.filter(|_| usable).map(|signed_at| Self { signed_at, signatures })
    }

    /// When it was signed, in seconds since 1970.
    pub const fn signed_at(&self) -> i64 {
        self.signed_at
    }

    /// The signatures.
    pub fn signatures(&self) -> &[[u8; DIGEST]] {
        &self.signatures
    }
}

/// Digits only: what is signed is the number as it is written, so there must be one way to write it.
fn seconds(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

fn digest(text: &str) -> Option<[u8; DIGEST]> {
    let mut digits = text.chars().map(|letter| letter.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    let mut digest = [0; DIGEST];
    for byte in &mut digest {
        *byte = digits.next()?? << 4 | digits.next()??;
    }
    digits.next().is_none().then_some(digest)
}
