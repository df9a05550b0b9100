//! Sessions and tokens against forged forms, without anybody else: what is written is read, and nothing else is.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

#[path = "support/entropy.rs"]
mod entropy;

use std::sync::Arc;

use entropy::SystemEntropy;
use proptest::prelude::*;
use upivia_domain::{
    Secret, Timestamp,
    identity::{Cookie, Session, SessionClaims, SessionScheme, SignInAttempt, UnfitClaims},
    ports::{AttemptSealer, CsrfTokens, SessionCodec},
};
use upivia_sign_in::session::{InvalidSessionSettings, NextCsrf, NextSessions, SealedAttempts, SessionSettings};

const SCHEMES: [SessionScheme; 2] = [SessionScheme::NextAuthV4, SessionScheme::AuthJsV5];
const SECRET: &str = "the secret of the tests, long enough";
const OTHER: &str = "another secret of the tests, long too";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

fn settings(writes: SessionScheme, secrets: &[&str]) -> SessionSettings {
    let secrets = secrets.iter().map(|secret| Secret::new((*secret).to_owned())).collect();
    SessionSettings { secrets, writes, secure: true }
}

fn codec(writes: SessionScheme, secrets: &[&str]) -> NextSessions {
    NextSessions::new(&settings(writes, secrets), Arc::new(SystemEntropy)).unwrap()
}

fn claims(name: &str) -> SessionClaims {
    SessionClaims {
        subject: "usr_1".to_owned(),
        email: Some("ada@example.com".parse().unwrap()),
        name: Some(name.to_owned()),
        session_id: "s1".to_owned(),
        issued_at: at(1_000),
        expires_at: at(2_000),
    }
}

#[test]
fn a_session_is_read_with_either_scheme_until_it_ends() {
    for scheme in SCHEMES {
        let cookies = codec(scheme, &[SECRET]).encode(&claims("Ada")).unwrap();
        for reader in SCHEMES {
            let read = |now| codec(reader, &[SECRET]).decode(&cookies, at(now));
            assert_eq!(read(1_500), Some(Session { claims: claims("Ada"), scheme }));
            assert!(read(2_014).is_some() && read(2_015).is_none());
        }
    }
}

#[test]
fn a_secret_can_be_replaced() {
    for scheme in SCHEMES {
        let old = codec(scheme, &[OTHER]).encode(&claims("Ada")).unwrap();
        let both = codec(scheme, &[SECRET, OTHER]);
        let new = both.encode(&claims("Ada")).unwrap();
        assert!(both.decode(&old, at(1_500)).is_some());
        assert!(codec(scheme, &[SECRET]).decode(&new, at(1_500)).is_some(), "the first secret writes");
        assert!(codec(scheme, &[SECRET]).decode(&old, at(1_500)).is_none());
        assert!(codec(scheme, &[OTHER]).decode(&new, at(1_500)).is_none());
    }
}

#[test]
fn a_long_session_takes_several_cookies_and_a_very_long_one_is_refused() {
    for scheme in SCHEMES {
        let codec = codec(scheme, &[SECRET]);
        let mut cookies = codec.encode(&claims(&"Ada ".repeat(2_000))).unwrap();
        assert_eq!(cookies.len(), 3);
        assert!(cookies.iter().all(|cookie| cookie.value.expose().len() < 4_000));
        cookies.rotate_left(1);
        assert!(codec.decode(&cookies, at(1_500)).is_some());
        assert_eq!(codec.names_among(&cookies).len(), 3);
        cookies.pop();
        assert!(codec.decode(&cookies, at(1_500)).is_none());
        assert_eq!(codec.encode(&claims(&"Ada ".repeat(4_000))), Err(UnfitClaims));
    }
}

#[test]
fn what_would_not_be_read_is_not_written() {
    let unfit = [
        SessionClaims { subject: String::new(), ..claims("Ada") },
        SessionClaims { session_id: "x".repeat(256), ..claims("Ada") },
        SessionClaims { expires_at: at(1_000), ..claims("Ada") },
    ];
    for claims in unfit {
        assert_eq!(codec(SessionScheme::NextAuthV4, &[SECRET]).encode(&claims), Err(UnfitClaims));
    }
}

#[test]
fn a_cookie_counts_under_its_own_name_only() {
    for scheme in SCHEMES {
        let cookies = codec(scheme, &[SECRET]).encode(&claims("Ada")).unwrap();
        let value = cookies[0].value.expose();
        let plain = cookies[0].name.trim_start_matches("__Secure-").to_owned();
        for name in [plain.as_str(), "__Secure-session-token", "__secure-next-auth.session-token"] {
            assert!(
                codec(scheme, &[SECRET]).decode(&[Cookie::new(name, value.as_str())], at(1_500)).is_none(),
                "{name}"
            );
        }
        let open = SessionSettings { secure: false, ..settings(scheme, &[SECRET]) };
        let open = NextSessions::new(&open, Arc::new(SystemEntropy)).unwrap();
        assert!(open.decode(&cookies, at(1_500)).is_none());
        assert_eq!(open.encode(&claims("Ada")).unwrap()[0].name, plain);
    }
}

#[test]
fn settings_without_a_good_secret_are_refused() {
    let check = |secrets: &[&str]| {
        let settings = settings(SessionScheme::NextAuthV4, secrets);
        let csrf = NextCsrf::new(&settings, Arc::new(SystemEntropy)).map(drop);
        assert_eq!(csrf, NextSessions::new(&settings, Arc::new(SystemEntropy)).map(drop));
        csrf
    };
    assert_eq!(check(&[]), Err(InvalidSessionSettings::Secrets));
    assert_eq!(check(&[SECRET, "short"]), Err(InvalidSessionSettings::ShortSecret));
}

#[test]
fn a_form_must_bring_the_token_of_the_cookie() {
    for scheme in SCHEMES {
        let csrf = |secrets: &[&str]| NextCsrf::new(&settings(scheme, secrets), Arc::new(SystemEntropy)).unwrap();
        let (ours, issued) = (csrf(&[SECRET]), csrf(&[SECRET]).issue());
        let (sent, cookies) = (issued.token.expose().as_str(), [issued.cookie.clone()]);
        assert!(issued.cookie.name.starts_with("__Host-"));
        assert_eq!(ours.read(&cookies), Some(issued.token.clone()));
        assert!(ours.verify(&cookies, sent) && csrf(&[OTHER, SECRET]).verify(&cookies, sent));
        let escaped = [Cookie::new(issued.cookie.name.clone(), issued.cookie.value.expose().replace('|', "%7C"))];
        assert!(ours.verify(&escaped, sent));
        assert!(!ours.verify(&cookies, "") && !ours.verify(&cookies, &sent[1..]) && !ours.verify(&[], sent));
        assert!(!csrf(&[OTHER]).verify(&cookies, sent));
        for forged in ["", "|", &format!("{sent}|{sent}"), &format!("{sent}|"), sent] {
            assert!(!ours.verify(&[Cookie::new(issued.cookie.name.clone(), forged)], sent), "{forged}");
        }
        assert_ne!(csrf(&[SECRET]).issue().token, issued.token);
    }
}

fn sealer(secrets: &[&str]) -> SealedAttempts {
    SealedAttempts::new(&settings(SessionScheme::NextAuthV4, secrets), Arc::new(SystemEntropy)).unwrap()
}

#[test]
fn an_attempt_is_kept_for_its_provider_until_its_end() {
    let attempt = SignInAttempt::begin(&SystemEntropy);
    let sealed = sealer(&[SECRET]).seal(&attempt, "google", at(600)).unwrap();
    let open = |secrets: &[&str], provider, now| sealer(secrets).open(sealed.expose(), provider, at(now));
    assert_eq!(open(&[SECRET], "google", 599), Some(attempt.clone()));
    assert_eq!(open(&[OTHER, SECRET], "google", 599), Some(attempt.clone()));
    assert_eq!(open(&[SECRET], "google", 600), None);
    assert_eq!(open(&[SECRET], "github", 599), None);
    assert_eq!(open(&[OTHER], "google", 599), None);
    for secret in [&attempt.state, &attempt.nonce, &attempt.pkce_verifier] {
        assert!(!sealed.expose().contains(secret.expose()));
    }
}

#[test]
fn a_session_is_no_attempt_and_an_attempt_no_session() {
    let attempt = SignInAttempt::begin(&SystemEntropy);
    let sealed = sealer(&[SECRET]).seal(&attempt, "google", at(2_000)).unwrap();
    for scheme in SCHEMES {
        let codec = codec(scheme, &[SECRET]);
        let cookie = codec.encode(&claims("Ada")).unwrap().remove(0);
        assert_eq!(sealer(&[SECRET]).open(cookie.value.expose(), "google", at(1_500)), None);
        assert_eq!(codec.decode(&[Cookie { value: sealed.clone(), ..cookie }], at(1_500)), None);
    }
}

proptest! {
    #[test]
    fn no_byte_of_a_kept_attempt_can_be_changed(place in any::<prop::sample::Index>(), flip in 1_u8..128) {
        let sealed = sealer(&[SECRET]).seal(&SignInAttempt::begin(&SystemEntropy), "google", at(600)).unwrap();
        let mut bytes = sealed.into_inner().into_bytes();
        let index = place.index(bytes.len());
        bytes[index] ^= flip;
        prop_assert_eq!(sealer(&[SECRET]).open(&String::from_utf8(bytes).unwrap(), "google", at(500)), None);
    }

    #[test]
    fn no_byte_of_a_token_can_be_changed(scheme in 0_usize..2, place in any::<prop::sample::Index>(), flip in 1_u8..128) {
        let codec = codec(SCHEMES[scheme], &[SECRET]);
        let cookie = codec.encode(&claims("Ada")).unwrap().remove(0);
        let mut bytes = cookie.value.expose().clone().into_bytes();
        let index = place.index(bytes.len());
        bytes[index] ^= flip;
        let forged = Cookie::new(cookie.name, String::from_utf8(bytes).unwrap());
        prop_assert_eq!(codec.decode(&[forged], at(1_500)), None);
    }

    #[test]
    fn no_end_of_a_token_can_be_cut(scheme in 0_usize..2, place in any::<prop::sample::Index>()) {
        let codec = codec(SCHEMES[scheme], &[SECRET]);
        let cookie = codec.encode(&claims("Ada")).unwrap().remove(0);
        let kept = &cookie.value.expose()[..place.index(cookie.value.expose().len())];
        prop_assert_eq!(codec.decode(&[Cookie::new(cookie.name.clone(), kept)], at(1_500)), None);
    }

    #[test]
    fn whatever_may_be_said_is_read_as_it_was_written(
        scheme in 0_usize..2,
        subject in "\\PC{1,60}",
        name in prop::option::of("\\PC{0,200}"),
        issued in 0_i64..4_000_000_000,
        lasts in 1_i64..100_000_000,
    ) {
        let claims = SessionClaims {
            subject, name, email: None, session_id: "s".to_owned(), issued_at: at(issued), expires_at: at(issued + lasts),
        };
        let codec = codec(SCHEMES[scheme], &[SECRET]);
        let cookies = codec.encode(&claims).unwrap();
        prop_assert_eq!(codec.decode(&cookies, at(issued)).map(|session| session.claims), Some(claims));
    }

    #[test]
    fn no_cookie_panics(name in 0_usize..2, value in ".{0,200}") {
        let names = ["__Secure-next-auth.session-token", "__Secure-authjs.session-token"];
        prop_assert_eq!(codec(SCHEMES[0], &[SECRET]).decode(&[Cookie::new(names[name], value)], at(1_500)), None);
    }
}
