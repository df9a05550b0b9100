//! The words of an invitation's mail.

use upivia_domain::{
    identity::{Email, Invite, Name},
    mail::{MailKind, MailText, Mailbox, Subject},
};

use crate::mails::Letter;

pub(super) fn letter(to: Mailbox, invite: &Invite, (from, organization): (&Email, &Name), url: &str) -> Letter {
    let role = invite.role.as_str();
    let text = format!(
        "{from} invites you to join {organization} on Upivia as {role}.\n\n\
         To accept, open this link:\n\n{url}\n\n\
         It can be used once, until {}. If you do not know why you were invited, leave it alone: without the link nothing \
         happens.\n",
        invite.expires_at
    );
    Letter {
        org: invite.org,
        kind: MailKind::Invite,
        to,
        subject: Subject::fitted(&format!("Join {organization} on Upivia")),
        text: MailText::fitted(&text),
        send_before: Some(invite.expires_at),
    }
}
