//! Mail over SMTP, through the relay that the operator configured.
//!
//! [`Mailer`] stands behind two ports: `Mail`, for what the server itself has to say, and `Provider`, for the mails that
//! agents pay for. Both claim of an outcome only what is certain; the table in `claims.rs` says how that is known.
//! Deliberately absent: receiving mail, a queue, and trying again. Who wants another try asks for one.

mod claims;
mod compose;
mod dialogue;
mod line_reads;
mod mailer;
mod provider;
mod relay;
mod sender;
mod sign_in;
#[cfg(test)]
mod tls_tests;

pub use mailer::{MailSetupError, Mailer, MailerSettings};
pub use relay::{InvalidRelay, Relay, Security};
pub use sender::{InvalidSender, Sender};
