//! Where use-cases put mails.

use std::sync::Arc;

use upivia_domain::{
    MailId, OrgId, Timestamp,
    mail::{MailKind, MailText, Mailbox, NewMail, Subject},
    ports::{Ids, StoreError, Tx},
};

/// A mail to be.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The organization that it concerns, which the transaction must hold; [`OrgId::PLATFORM`] for what concerns a person
    /// alone.
    pub org: OrgId,
    /// What it is about.
    pub kind: MailKind,
    /// The recipient.
    pub to: Mailbox,
    /// The subject.
    pub subject: Subject,
    /// The text.
    pub text: MailText,
    /// Not worth sending from then on.
    pub send_before: Option<Timestamp>,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// It is sent once the transaction is committed.
    Queued,
    /// The operator named no mail server: there is no mail, and there will be none.
    NotConfigured,
}

impl Posted {
    /// The shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::NotConfigured => "not_configured",
        }
    }
}

/// Takes letters inside transactions. Cheap to clone.
#[derive(Clone)]
pub struct Postbox {
    ids: Arc<dyn Ids>,
    is_open: bool,
}

impl Postbox {
    /// Open where a mail server is configured. A closed one takes nothing: mails that nobody will ever send wait nowhere.
    pub const fn new(ids: Arc<dyn Ids>, is_open: bool) -> Self {
        Self { ids, is_open }
    }

    /// What becomes of letters here.
    pub const fn would(&self) -> Posted {
        if self.is_open { Posted::Queued } else { Posted::NotConfigured }
    }

    /// Posts a letter in this transaction.
    ///
    /// # Errors
    ///
    /// The store's; then the transaction cannot be committed either.
    pub async fn post(&self, tx: &mut dyn Tx, letter: Letter) -> Result<Posted, StoreError> {
        if !self.is_open {
            return Ok(Posted::NotConfigured);
        }
        let Letter { org, kind, to, subject, text, send_before } = letter;
        let (id, created_at) = (MailId::new(self.ids.uuid()), tx.now());
        tx.mails().queue(&NewMail { id, org, kind, to, subject, text, send_before, created_at }).await?;
        Ok(Posted::Queued)
    }
}
