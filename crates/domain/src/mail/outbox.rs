//! A mail of the server itself that waits to be handed over.

use std::{fmt, str::FromStr};

use super::{MailText, Mailbox, Message, Subject};
use crate::{MailId, OrgId, Timestamp};

/// What a mail is about; the labels of logs and figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// Somebody is invited into an organization.
    Invite,
    /// Somebody asked for a new password.
    PasswordReset,
    /// Somebody's password was changed by such a link.
    PasswordChanged,
    /// Something happened that somebody wants to know of.
    Notice,
}

impl MailKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Invite, Self::PasswordReset, Self::PasswordChanged, Self::Notice];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::Notice => "notice",
        }
    }
}

impl fmt::Display for MailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for MailKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| format!("unknown kind of mail {text}"))
    }
}

/// A mail to one recipient, written down in the transaction that makes it due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    /// Its id; also what a second copy of it would be recognised by.
    pub id: MailId,
    /// The organization under whose data key it waits; [`OrgId::PLATFORM`] for what concerns a person alone.
    pub org: OrgId,
    /// What it is about.
    pub kind: MailKind,
    /// The recipient.
    pub to: Mailbox,
    /// The subject.
    pub subject: Subject,
    /// The text.
    pub text: MailText,
    /// Not worth sending from then on, for example because the link in it has ended.
    pub send_before: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

impl NewMail {
    /// As the mail server gets it. Every try is the same message.
    pub fn message(&self) -> Message {
        let (to, subject, text) = (self.to.clone(), self.subject.clone(), self.text.clone());
        Message { id: self.id.into(), request: None, to, subject, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_survives_its_name() {
        for kind in MailKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("letter".parse::<MailKind>().is_err());
    }
}
