//! Who is told by mail: the owners and admins of an organization, where the operator named a mail server.

use std::sync::Arc;

use upivia_domain::{
    OrgId,
    identity::{Email, Name},
    mail::MailKind,
    ports::{LedgerQueries, StoreError, Tx, WebhookQueries},
};

use super::letters::Words;
use crate::mails::{Letter, Postbox, Posted};

/// Finds those who are told, and posts what they are told.
#[derive(Clone)]
pub struct NoticeMails {
    /// Takes letters, where there is a mail server.
    pub postbox: Postbox,
    /// How organizations are called.
    pub organizations: Arc<dyn LedgerQueries>,
    /// Who leads them.
    pub people: Arc<dyn WebhookQueries>,
}

/// The people who lead an organization.
pub(super) struct Audience {
    org: OrgId,
    /// How the organization is called.
    pub(super) name: Name,
    to: Vec<Email>,
}

impl NoticeMails {
    /// Whether anything is mailed here at all.
    pub(super) fn are_sent(&self) -> bool {
        self.postbox.would() == Posted::Queued
    }

    /// `None` where nothing is mailed.
    pub(super) async fn audience(&self, org: OrgId) -> Result<Option<Audience>, StoreError> {
        if !self.are_sent() {
            return Ok(None);
        }
        let Some(organization) = self.organizations.organization(org).await? else { return Ok(None) };
        let to = self.people.administrators(org).await?;
        Ok(Some(Audience { org, name: organization.name, to }))
    }

    pub(super) async fn post(&self, tx: &mut dyn Tx, letters: Vec<Letter>) -> Result<(), StoreError> {
        for letter in letters {
            self.postbox.post(tx, letter).await?;
        }
        Ok(())
    }
}

impl Audience {
    /// The same words to each of them. An address that no mail can be sent to is passed over.
    pub(super) fn letters(&self, words: &Words) -> Vec<Letter> {
        let mailboxes = self.to.iter().filter_map(|email| email.as_str().parse().ok());
        let letter = |to| Letter {
            org: self.org,
            kind: MailKind::Notice,
            to,
            subject: words.subject.clone(),
            text: words.text.clone(),
            send_before: words.send_before,
        };
        mailboxes.map(letter).collect()
    }
}
