//! The JSON inside a token.

use serde::{Deserialize, Serialize};
use upivia_domain::{Timestamp, identity::SessionClaims};

/// Clocks of two machines differ; both libraries allow this much.
const LEEWAY_SECONDS: i64 = 15;
const MOST_ID_BYTES: usize = 255;
const MICROS: i64 = 1_000_000;

/// The claims that count. Others, such as a picture, are the business of who wrote them.
#[derive(Serialize, Deserialize)]
struct ClaimsWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    sub: String,
    iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
    jti: String,
}

/// The JSON of claims; `None` if they would not be read again.
pub(super) fn write(claims: &SessionClaims) -> Option<Vec<u8>> {
    let wire = ClaimsWire {
        name: claims.name.clone(),
        email: claims.email.as_ref().map(ToString::to_string),
        sub: claims.subject.clone(),
        iat: claims.issued_at.micros().div_euclid(MICROS),
        nbf: None,
        exp: claims.expires_at.micros().div_euclid(MICROS),
        jti: claims.session_id.clone(),
    };
    wire.is_whole().then(|| serde_json::to_vec(&wire).ok()).flatten()
}

/// The claims in that JSON, if they hold now.
pub(super) fn read(json: &[u8], now: Timestamp) -> Option<SessionClaims> {
    let wire: ClaimsWire = serde_json::from_slice(json).ok()?;
    let begun = wire.nbf.is_none_or(|nbf| seconds(nbf) <= now.plus_seconds(LEEWAY_SECONDS));
    let holds = begun && now < seconds(wire.exp).plus_seconds(LEEWAY_SECONDS);
    if !wire.is_whole() || !holds {
        return None;
    }
    Some(SessionClaims {
        email: wire.email.map(|email| email.parse()).transpose().ok()?,
        subject: wire.sub,
        name: wire.name,
        session_id: wire.jti,
        issued_at: seconds(wire.iat),
        expires_at: seconds(wire.exp),
    })
}

impl ClaimsWire {
    fn is_whole(&self) -> bool {
        let is_id = |text: &str| (1..=MOST_ID_BYTES).contains(&text.len());
        is_id(&self.sub) && is_id(&self.jti) && self.iat < self.exp
    }
}

fn seconds(since_epoch: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(since_epoch)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn whole() -> Value {
        json!({ "name": "Ada", "email": "Ada@Example.com", "sub": "usr_1", "iat": 1_000, "exp": 2_000, "jti": "s1", "picture": "x" })
    }

    fn read_with(change: impl Fn(&mut Value), at: i64) -> Option<SessionClaims> {
        let mut claims = whole();
        change(&mut claims);
        read(claims.to_string().as_bytes(), seconds(at))
    }

    #[test]
    fn what_is_read_can_be_written_and_read_again() {
        let claims = read_with(|_| (), 1_500).unwrap();
        assert_eq!(claims.email.as_ref().unwrap().as_str(), "ada@example.com");
        assert_eq!(claims.expires_at, seconds(2_000));
        assert_eq!(read(&write(&claims).unwrap(), seconds(1_500)), Some(claims));
    }

    #[test]
    fn an_end_has_fifteen_seconds_of_leeway() {
        assert!(read_with(|_| (), 2_014).is_some());
        assert!(read_with(|_| (), 2_015).is_none());
        assert!(read_with(|claims| claims["nbf"] = json!(1_015), 1_000).is_some());
        assert!(read_with(|claims| claims["nbf"] = json!(1_016), 1_000).is_none());
    }

    #[test]
    fn what_a_session_needs_must_be_there() {
        for name in ["sub", "iat", "exp", "jti"] {
            assert!(read_with(|claims| drop(claims.as_object_mut().unwrap().remove(name)), 1_500).is_none(), "{name}");
            assert!(read_with(|claims| claims[name] = json!(""), 1_500).is_none(), "{name}");
        }
        assert!(read_with(|claims| claims["sub"] = json!("x".repeat(256)), 1_500).is_none());
        assert!(read_with(|claims| claims["exp"] = json!(1_000), 900).is_none(), "ends when it begins");
        assert!(read_with(|claims| claims["exp"] = json!(1e30), 1_500).is_none());
        assert!(read_with(|claims| claims["email"] = json!("nobody"), 1_500).is_none());
        assert!(read_with(|claims| claims["email"] = Value::Null, 1_500).is_some_and(|claims| claims.email.is_none()));
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        assert!(read_with(|claims| claims["exp"] = json!(i64::MAX), 1_500).is_some());
        assert!(read_with(|claims| claims["iat"] = json!(i64::MIN), 1_500).is_some());
        assert!(read_with(|claims| claims["exp"] = json!(i64::MIN), 1_500).is_none());
    }
}
