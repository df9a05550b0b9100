//! Passwords as they come in, and what is kept of them. How they are hashed is an adapter's business
//! ([`crate::ports::PasswordHasher`]).

use crate::{Secret, Timestamp, UserId};

/// A password that somebody chooses: 8 to 256 bytes of UTF-8, taken as typed. Nothing is trimmed or normalised, because
/// a manager of passwords pastes the same bytes every time.
#[derive(Debug, Clone)]
pub struct NewPassword(Secret<String>);

/// Why a text may not be chosen as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 8 to 256 bytes")]
pub struct InvalidPassword;

impl NewPassword {
    /// The fewest and the most bytes.
    pub const BYTES: std::ops::RangeInclusive<usize> = 8..=256;

    /// The text, for the one place that hashes it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl TryFrom<String> for NewPassword {
    type Error = InvalidPassword;
    fn try_from(text: String) -> Result<Self, InvalidPassword> {
        Self::BYTES.contains(&text.len()).then(|| Self(Secret::new(text))).ok_or(InvalidPassword)
    }
}

/// What is kept of a password: a string in the PHC format, with its algorithm, parameters and salt. Prints stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash(Secret<String>);

/// Why a text is no kept password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no password hash in the PHC format")]
pub struct InvalidPasswordHash;

impl PasswordHash {
    const MOST_BYTES: usize = 512;

    /// The PHC string, to store or to verify.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl TryFrom<String> for PasswordHash {
    type Error = InvalidPasswordHash;
    fn try_from(text: String) -> Result<Self, InvalidPasswordHash> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        let fits = text.len() <= Self::MOST_BYTES && printable && text.starts_with('$');
        fits.then(|| Self(Secret::new(text))).ok_or(InvalidPasswordHash)
    }
}

/// How a person proves who they are, and which of their sessions count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The person.
    pub user: UserId,
    /// What is kept of their password; absent = they have none.
    pub password: Option<PasswordHash>,
    /// Sessions that were made before count for nothing. In whole seconds, as sessions carry their time.
    pub sessions_valid_from: Timestamp,
}

impl SignIn {
    /// A person who never had a password and never ended their sessions.
    pub const fn none(user: UserId) -> Self {
        Self { user, password: None, sessions_valid_from: Timestamp::from_micros(0) }
    }

    /// Ends every session that was made until now. Those of the present second began before, as far as anybody can tell; and
    /// those that began after an earlier end in this second say the next one.
    pub fn end_sessions(&mut self, now: Timestamp) {
        self.sessions_valid_from = self.sessions_valid_from.max(now).next_second();
    }

    /// When a session that is made now says that it was made: never among those that were ended.
    pub fn session_from(&self, now: Timestamp) -> Timestamp {
        now.max(self.sessions_valid_from)
    }

    /// Whether a session that was made then counts.
    pub fn counts(&self, issued_at: Timestamp) -> bool {
        issued_at >= self.sessions_valid_from
    }
}

/// What a comparison of a password with a kept one gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is the one.
    Right,
    /// It is the one, kept in an old way: hash it anew and keep that.
    RightButOutdated,
    /// It is not.
    Wrong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_measured_in_bytes_and_taken_as_typed() {
        assert!(NewPassword::try_from("1234567".to_owned()).is_err());
        assert!(NewPassword::try_from("x".repeat(257)).is_err());
        assert!(NewPassword::try_from("é".repeat(129)).is_err());
        assert_eq!(NewPassword::try_from("  spaces ".to_owned()).unwrap().expose(), "  spaces ");
        assert_eq!(NewPassword::try_from("é".repeat(4)).unwrap().expose().len(), 8);
    }

    #[test]
    fn sessions_of_the_same_second_end_and_new_ones_count() {
        let second = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let mut person = SignIn::none(UserId::new(crate::Uuid::nil()));
        assert!(person.counts(second(10)));
        person.end_sessions(Timestamp::from_micros(10_700_000));
        assert!(!person.counts(second(10)));
        assert!(person.counts(person.session_from(Timestamp::from_micros(10_800_000))));
        let again = person.session_from(Timestamp::from_micros(10_800_000));
        person.end_sessions(Timestamp::from_micros(10_900_000));
        assert!(!person.counts(again), "twice in a second");
        person.end_sessions(second(3));
        assert_eq!(person.sessions_valid_from, second(13), "a clock that went back revives nothing");
    }

    #[test]
    fn neither_prints() {
        let password = NewPassword::try_from("correct horse".to_owned()).unwrap();
        let hash = PasswordHash::try_from("$argon2id$v=19$secret".to_owned()).unwrap();
        let printed = format!("{password:?} {hash:?}");
        assert!(printed.contains("***") && !printed.contains("horse") && !printed.contains("secret"), "{printed}");
    }

    #[test]
    fn a_kept_password_is_a_phc_string() {
        assert!(PasswordHash::try_from("hunter2".to_owned()).is_err());
        assert!(PasswordHash::try_from("$a b".to_owned()).is_err());
        assert!(PasswordHash::try_from(format!("${}", "a".repeat(512))).is_err());
    }
}
