//! The words of mails about passwords. An address that takes no mail gets none.

use upivia_domain::{
    OrgId, Timestamp,
    identity::Email,
    mail::{MailKind, MailText, Mailbox, Subject},
};

use crate::mails::Letter;

/// With the link.
pub(super) fn link(to: &Email, url: &str, expires_at: Timestamp) -> Option<Letter> {
    let text = format!(
        "Somebody asked for a new password for your account at Upivia. To choose one, open this link:\n\n{url}\n\n\
         It can be used once, until {expires_at}. If it was not you, leave it alone: your password stays as it is.\n"
    );
    letter(MailKind::PasswordReset, to, "A new password for Upivia", &text, Some(expires_at))
}

/// That it was used.
pub(super) fn changed(to: &Email, at: Timestamp) -> Option<Letter> {
    let text = format!(
        "The password of your account at Upivia was changed at {at} by a link that was sent to this address. You were signed \
         out everywhere. Personal tokens still open what they opened before: remove those that you do not know.\n\n\
         If it was not you, somebody reads your mail: secure your mailbox first, then ask for a new password.\n"
    );
    letter(MailKind::PasswordChanged, to, "Your password for Upivia was changed", &text, None)
}

fn letter(kind: MailKind, to: &Email, subject: &str, text: &str, send_before: Option<Timestamp>) -> Option<Letter> {
    let to: Mailbox = to.as_str().parse().ok()?;
    let (subject, text) = (Subject::fitted(subject), MailText::fitted(text));
    Some(Letter { org: OrgId::PLATFORM, kind, to, subject, text, send_before })
}
