//! Signatures from outside: a known vector, every way in which a message can differ, and times.

use proptest::prelude::*;
use upivia_domain::{Secret, Timestamp, dispatch::ProviderName, ports::SignatureCheck};
use upivia_webhooks::{CallbackSecrets, SignatureError, SignatureHeader, TOLERANCE_SECONDS, sign, verify};

const SECRET: &[u8] = b"whsec_0123456789abcdef";
const BODY: &[u8] = br#"{"event_id":"evt_1"}"#;
const NOW: i64 = 1_768_467_600;

#[test]
fn the_signature_is_the_documented_one() {
    // printf '1768467600.{"event_id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_0123456789abcdef
    let hex = "38869ddb985b35c8f1eade4bc5240f3d75a6943ad20076f199e89924e3e79f7d";
    assert_eq!(sign(SECRET, BODY, NOW), format!("t={NOW},v1={hex}"));
}

#[test]
fn a_signature_is_good_for_five_minutes_in_both_directions() {
    let header = sign(SECRET, BODY, NOW);
    let tolerance = i64::try_from(TOLERANCE_SECONDS).unwrap();
    for late in [-tolerance, 0, tolerance] {
        assert_eq!(verify(SECRET, &header, BODY, NOW + late), Ok(()), "{late}");
    }
    for late in [-tolerance - 1, tolerance + 1] {
        assert_eq!(verify(SECRET, &header, BODY, NOW + late), Err(SignatureError::OutOfTime), "{late}");
    }
}

#[test]
fn the_time_is_signed_too() {
    let moved = sign(SECRET, BODY, NOW).replace(&NOW.to_string(), &(NOW + 1).to_string());
    assert_eq!(verify(SECRET, &moved, BODY, NOW), Err(SignatureError::Mismatch));
}

#[test]
fn while_a_secret_is_replaced_either_signature_will_do() {
    let (old, new) = (sign(b"an old secret of ours", BODY, NOW), sign(SECRET, BODY, NOW));
    let both = format!("{old},{}", new.split_once(',').unwrap().1);
    assert_eq!(verify(SECRET, &both, BODY, NOW), Ok(()));
    assert_eq!(verify(b"an old secret of ours", &both, BODY, NOW), Ok(()));
    assert_eq!(verify(b"a third secret of others", &both, BODY, NOW), Err(SignatureError::Mismatch));
}

#[test]
fn what_is_no_header_is_not_one() {
    let good = sign(SECRET, BODY, NOW);
    let hex = good.split_once("v1=").unwrap().1;
    let many = format!("t={NOW}{}", format!(",v1={hex}").repeat(9));
    let malformed = [
        "",
        "t=",
        "v1=",
        hex,
        &format!("v1={hex}"),
        &format!("t={NOW}"),
        &format!("t={NOW},v1={}", &hex[1..]),
        &format!("t={NOW},v1={hex}0"),
        &format!("t={NOW},v1=+{}", &hex[1..]),
        &format!("t=+{NOW},v1={hex}"),
        &format!("t=0{NOW},v1={hex}"),
        &format!("t={NOW},t={NOW},v1={hex}"),
        &format!("t=99999999999999999999,v1={hex}"),
        &many,
    ];
    for header in malformed {
        assert_eq!(verify(SECRET, header, BODY, NOW), Err(SignatureError::Malformed), "{header}");
    }
    for header in [format!(" t={NOW} , v1={hex} "), format!("t={NOW},v0=x,v1={}", hex.to_uppercase())] {
        assert_eq!(verify(SECRET, &header, BODY, NOW), Ok(()), "{header}");
    }
}

#[test]
fn an_unknown_caller_is_nobody() {
    let secret = |text: &str| Secret::new(text.to_owned());
    let short = CallbackSecrets::new([("acme".to_owned(), secret("too short"))]).unwrap_err();
    assert!(short.to_string().contains("acme") && !short.to_string().contains("too short"));
    let callers = CallbackSecrets::new([("acme".to_owned(), secret("whsec_0123456789abcdef"))]).unwrap();
    assert_eq!(format!("{callers:?}"), r#"{"acme"}"#);
    let (now, header) = (Timestamp::from_micros(NOW * 1_000_000), sign(SECRET, BODY, NOW));
    assert_eq!(callers.signer("acme", &header, BODY, now), Some(ProviderName::new("acme")));
    assert_eq!(callers.signer("sandbox", &header, BODY, now), None);
    assert_eq!(callers.signer("acme", "", BODY, now), None);
}

proptest! {
    #[test]
    fn any_flipped_bit_of_a_body_is_noticed(mut body in prop::collection::vec(any::<u8>(), 1..200), at: prop::sample::Index, bit in 0_u8..8) {
        let header = sign(SECRET, &body, NOW);
        prop_assert_eq!(verify(SECRET, &header, &body, NOW), Ok(()));
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        prop_assert_eq!(verify(SECRET, &header, &body, NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn any_flipped_bit_of_a_signature_is_noticed(at in 0_usize..64, digit in 1_u32..16) {
        let header = sign(SECRET, BODY, NOW);
        let place = header.len() - 64 + at;
        let old = header[place..=place].chars().next().unwrap().to_digit(16).unwrap();
        let wrong = format!("{}{}{}", &header[..place], char::from_digit(old ^ digit, 16).unwrap(), &header[place + 1..]);
        prop_assert_eq!(verify(SECRET, &wrong, BODY, NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn a_body_does_not_run_into_its_time(body in "[0-9.]{0,20}", longer in "[0-9.]{1,5}") {
        let header = sign(SECRET, body.as_bytes(), NOW);
        let other = format!("{longer}{body}");
        prop_assert_eq!(verify(SECRET, &header, other.as_bytes(), NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn no_text_panics(text in ".*") {
        let _ = SignatureHeader::parse(&text);
        let _ = verify(SECRET, &text, text.as_bytes(), NOW);
    }
}
