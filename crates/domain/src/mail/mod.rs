//! A mail in words that no mail server can misread: addresses, a subject of one line, an id that stands for the sending.
//!
//! Deliberately absent: headers, encodings and SMTP, which are an adapter's, and who is allowed to send what.

mod mailbox;
mod message;
mod outbox;

pub use mailbox::{InvalidMailbox, Mailbox};
pub use message::{InvalidMessageId, InvalidSubject, MailText, MailTextTooLong, Message, MessageId, Subject};
pub use outbox::{MailKind, NewMail};
