//! Mail that leaves the server.

use async_trait::async_trait;

use crate::mail::Message;

/// What the mail server took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The `Message-ID` of the mail, in its angle brackets.
    pub message_id: String,
}

/// Why a mail is not known to be on its way. Each claims only what is certain; no text of them holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Certainly not sent: no answer refused it, but the mail was never handed over. May be tried again.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The mail server said no.
    #[error("refused: {detail}")]
    Refused {
        /// Its words.
        detail: String,
        /// Whether it may say yes later.
        temporary: bool,
    },
    /// The mail was handed over and no certain answer came: it may arrive.
    #[error("unknown: {0}")]
    Unknown(String),
}

/// Hands mails to whoever delivers them.
///
/// - MUST claim no more than is certain: a receipt only for an answer that says so, [`MailError::Refused`] only for an
///   answer that says no, [`MailError::NotSent`] only where the whole mail cannot have been handed over, else
///   [`MailError::Unknown`].
/// - MUST give two sendings of the same [`crate::mail::MessageId`] the same `Message-ID`, so that a copy is recognised.
/// - MUST put nothing into a header that could begin another header or name another recipient.
/// - MUST end within its own time limit, and MUST NOT try again by itself.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Mail: Send + Sync {
    /// Hands over one mail.
    async fn send(&self, message: &Message) -> Result<Receipt, MailError>;
}
