//! One mail to one recipient, and the id by which a second copy of it would be recognised.

use std::{fmt, str::FromStr};

use super::Mailbox;
use crate::{MailId, RequestId};

const LONGEST_ID: usize = 100;
/// Of a subject, in characters.
const LONGEST_SUBJECT: usize = 998;
/// Of a text, in characters.
const LONGEST_TEXT: usize = 100_000;

/// One line of at most 998 characters, without control characters: it cannot begin another header.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject(String);

/// Why a text is no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one line of at most {LONGEST_SUBJECT} characters, without control characters")]
pub struct InvalidSubject;

impl Subject {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What of a text can be a subject, for words that are partly somebody else's: on one line, cut where it is too long.
    pub fn fitted(text: &str) -> Self {
        Self(text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_SUBJECT).collect())
    }
}

impl FromStr for Subject {
    type Err = InvalidSubject;
    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let fits = text.chars().count() <= LONGEST_SUBJECT && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned())).ok_or(InvalidSubject)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(***)")
    }
}

/// The plain text of a mail: any characters, at most 100,000 of them.
#[derive(Clone, PartialEq, Eq)]
pub struct MailText(String);

/// Why a text is no text of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at most {LONGEST_TEXT} characters")]
pub struct MailTextTooLong;

impl MailText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What of a text fits into a mail.
    pub fn fitted(text: &str) -> Self {
        Self(text.chars().take(LONGEST_TEXT).collect())
    }
}

impl FromStr for MailText {
    type Err = MailTextTooLong;
    fn from_str(text: &str) -> Result<Self, MailTextTooLong> {
        (text.chars().count() <= LONGEST_TEXT).then(|| Self(text.to_owned())).ok_or(MailTextTooLong)
    }
}

impl fmt::Debug for MailText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailText(***)")
    }
}

/// What a sending is called: the id of whatever caused it, so that two copies have the same. Letters, digits, `_`, `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

/// Why a text cannot name a sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {LONGEST_ID} letters, digits, _ or -")]
pub struct InvalidMessageId;

impl MessageId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageId {
    type Err = InvalidMessageId;
    fn from_str(text: &str) -> Result<Self, InvalidMessageId> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        let fits = (1..=LONGEST_ID).contains(&text.len());
        (fits && is_plain).then(|| Self(text.to_owned())).ok_or(InvalidMessageId)
    }
}

impl From<RequestId> for MessageId {
    fn from(request: RequestId) -> Self {
        Self(request.to_string())
    }
}

impl From<MailId> for MessageId {
    fn from(mail: MailId) -> Self {
        Self(mail.to_string())
    }
}

/// A mail to one recipient. Its sender is the server's and no matter of the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What this sending is called.
    pub id: MessageId,
    /// The service request that pays for it; a notice of the server itself has none.
    pub request: Option<RequestId>,
    /// The recipient.
    pub to: Mailbox,
    /// The subject.
    pub subject: Subject,
    /// The text.
    pub text: MailText,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!("Grüße aus Köln: 5 € für dich".parse::<Subject>().unwrap().as_str(), "Grüße aus Köln: 5 € für dich");
        for bad in ["a\r\nBcc: eve@example.com", "a\nb", "a\rb", "a\0", "a\u{7f}", "a\u{85}b"] {
            assert_eq!(bad.parse::<Subject>(), Err(InvalidSubject), "{bad:?}");
        }
        assert!("ü".repeat(998).parse::<Subject>().is_ok() && "ü".repeat(999).parse::<Subject>().is_err());
    }

    #[test]
    fn what_is_fitted_fits() {
        assert_eq!(Subject::fitted("a\r\nBcc: b\0").as_str(), "a  Bcc: b ");
        for long in ["ü".repeat(5_000), "\n".repeat(5_000)] {
            assert_eq!(Subject::fitted(&long).as_str().parse(), Ok(Subject::fitted(&long)));
        }
        let long = MailText::fitted(&"ü".repeat(100_001));
        assert_eq!(long.as_str().parse(), Ok(long));
    }

    #[test]
    fn an_id_is_safe_in_a_header() {
        let request = RequestId::new(uuid::Uuid::from_u128(7));
        assert_eq!(MessageId::from(request).as_str(), request.to_string());
        assert_eq!(request.to_string().parse::<MessageId>(), Ok(request.into()));
        for bad in ["", "a b", "a>", "a\r\n", "a@b"] {
            assert!(bad.parse::<MessageId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_written_in_a_mail_is_not_printed() {
        let message = Message {
            id: "inv_1".parse().unwrap(),
            request: None,
            to: "ada@example.com".parse().unwrap(),
            subject: "the secret".parse().unwrap(),
            text: "the secret".parse().unwrap(),
        };
        assert!(!format!("{message:?}").contains("secret"));
        assert!("x".repeat(100_001).parse::<MailText>().is_err());
    }
}
