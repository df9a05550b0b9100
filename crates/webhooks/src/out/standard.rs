//! Signatures as Standard Webhooks says: HMAC-SHA256 over `<id>.<unix seconds>.<raw body>`, in base64 behind `v1,`.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac::{self, HMAC_SHA256, Key};

/// What every secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";

/// A secret that is none. Its text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing secret must be {SECRET_PREFIX} and base64")]
pub struct MalformedSecret;

/// The text of a secret that is made of these random bytes.
pub fn secret_text(random: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(random))
}

/// The value of `webhook-signature` for a message: a signature for each secret, with blanks between them.
///
/// # Errors
///
/// A secret is malformed.
pub fn signature<'a>(
    secrets: impl IntoIterator<Item = &'a str>,
    id: &str,
    at_seconds: i64,
    body: &[u8],
) -> Result<String, MalformedSecret> {
    let mut text = format!("{id}.{at_seconds}.").into_bytes();
    text.extend_from_slice(body);
    let signed: Result<Vec<String>, MalformedSecret> = secrets.into_iter().map(|secret| one(secret, &text)).collect();
    Ok(signed?.join(" "))
}

fn one(secret: &str, text: &[u8]) -> Result<String, MalformedSecret> {
    let bytes = secret.strip_prefix(SECRET_PREFIX).and_then(|text| STANDARD.decode(text).ok());
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or(MalformedSecret)?;
    let key = Key::new(HMAC_SHA256, &bytes);
    Ok(format!("v1,{}", STANDARD.encode(hmac::sign(&key, text))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // The vector that the libraries of Standard Webhooks are tested with.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_signature_is_the_specified_one() {
        assert_eq!(signature([SECRET], ID, AT, BODY).unwrap(), SIGNATURE);
    }

    #[test]
    fn two_secrets_give_two_signatures() {
        let other = secret_text(&[7; 32]);
        let alone = signature([other.as_str()], ID, AT, BODY).unwrap();
        assert_eq!(signature([&*other, SECRET], ID, AT, BODY).unwrap(), format!("{alone} {SIGNATURE}"));
    }

    #[test]
    fn what_is_no_secret_signs_nothing() {
        for secret in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%"] {
            assert_eq!(signature([secret], ID, AT, BODY), Err(MalformedSecret), "{secret}");
        }
        assert!(!MalformedSecret.to_string().contains("MfKQ"));
    }

    proptest! {
        #[test]
        fn another_id_time_body_or_secret_is_another_signature(id in "msg_[a-z]{1,8}", at in 0_i64..9, body in ".{0,9}", random: [u8; 32]) {
            let secret = secret_text(&random);
            let signed = signature([&*secret], &id, at, body.as_bytes()).unwrap();
            prop_assert_ne!(&signed, &signature([&*secret], "msg_0", at, body.as_bytes()).unwrap());
            prop_assert_ne!(&signed, &signature([&*secret], &id, at + 1, body.as_bytes()).unwrap());
            prop_assert_ne!(&signed, &signature([&*secret], &id, at, format!("{body}.").as_bytes()).unwrap());
            prop_assert_ne!(&signed, &signature([SECRET], &id, at, body.as_bytes()).unwrap());
        }
    }
}
