//! Invitations: somebody of an organization names an address, and whoever reads its mail may join.
//!
//! An invitation is a row with the keyed hash of a token. The token stands in the mail and, once, in the answer to whoever
//! invites; accepting, withdrawing and inviting again remove the row under the lock of the organization, so it is used once.
//! Nothing here tells who has an account elsewhere: the invited person alone learns whether they have one.
//!
//! A person who has an account proves by a session or their password that it is theirs. Else whoever invites an address could
//! accept in its name, choose the password, and wait until somebody else invites it.

mod accept;
mod create;
mod error;
mod join;
mod letter;

use std::sync::Arc;

use upivia_domain::{
    InviteId, OrgId, Secret, UserId,
    audit::Object,
    identity::{Email, Invite, Name, OrgRole, Permission, Seat},
    ports::{Clock, Entropy, Ids, LinkQueries, PasswordHasher, PeopleQueries, TokenHasher, Tx, UnitOfWork, transact},
};

use crate::{
    access::{Author, Entry, UserCaller},
    mails::{Links, Postbox, Posted},
};

pub use accept::Acceptance;
pub use create::NewInvite;
pub use error::InviteError;

/// So many invitations of an organization may be open.
pub const MOST_INVITES: usize = 200;

/// What the use-cases need.
pub struct InvitesParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// What tokens open.
    pub links: Arc<dyn LinkQueries>,
    /// Who has an account, and how they prove it.
    pub people: Arc<dyn PeopleQueries>,
    /// Passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// How tokens are stored.
    pub hasher: Arc<dyn TokenHasher>,
    /// What they are made of.
    pub entropy: Arc<dyn Entropy>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Whether an invitation has ended.
    pub clock: Arc<dyn Clock>,
    /// Mails.
    pub postbox: Postbox,
    /// Where their links lead.
    pub links_to: Links,
}

/// The use-cases.
pub struct Invites {
    parts: InvitesParts,
}

/// A new invitation. Its token is here and in the mail, and nowhere else: show it once.
#[derive(Debug, Clone)]
pub struct Invited {
    /// What is kept of it.
    pub invite: Invite,
    /// The token.
    pub token: Secret<String>,
    /// The link that the mail has.
    pub url: Secret<String>,
    /// What became of the mail.
    pub mail: Posted,
}

/// Somebody joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The organization.
    pub org: OrgId,
    /// Its name.
    pub organization: Name,
    /// Who.
    pub user: UserId,
    /// Their address.
    pub email: Email,
    /// What they are there; of somebody who belonged there already, what they were before.
    pub role: OrgRole,
    /// The team they were invited into.
    pub seat: Option<Seat>,
    /// Whether they have an account since now.
    pub signed_up: bool,
}

impl Invites {
    /// Over these parts.
    pub const fn new(parts: InvitesParts) -> Self {
        Self { parts }
    }

    /// The invitations of the caller's organization that nobody accepted or withdrew, the oldest first.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, caller: &UserCaller) -> Result<Vec<Invite>, InviteError> {
        Ok(self.parts.links.invites(caller.org).await?)
    }

    /// Withdraws an invitation: its token opens nothing when this returns.
    ///
    /// # Errors
    ///
    /// See [`InviteError`]; nothing was changed.
    pub async fn withdraw(&self, author: Author, id: InviteId) -> Result<Invite, InviteError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move {
                permitted(tx, &author, Permission::InviteWithdraw).await?;
                let invite = tx.invites().find(org, id).await?.ok_or(InviteError::NotFound)?;
                tx.invites().remove(org, id).await?;
                author.record(tx, entry("invite.withdrawn", &invite)).await?;
                Ok(invite)
            })
        })
        .await
    }

    /// The invitation that a token opens now.
    ///
    /// # Errors
    ///
    /// [`InviteError::NotFound`] for every token that opens none.
    pub async fn find(&self, token: &Secret<String>) -> Result<Invite, InviteError> {
        let found = self.parts.links.invite(&self.parts.hasher.hash(token.expose())).await?;
        found.filter(|invite| invite.is_open(self.parts.clock.now())).ok_or(InviteError::NotFound)
    }
}

async fn permitted(tx: &mut dyn Tx, author: &Author, permission: Permission) -> Result<(), InviteError> {
    author.require(tx, permission, InviteError::Forbidden).await
}

/// The address is personal: it stands in the row, never in the chain.
fn entry(kind: &'static str, invite: &Invite) -> Entry {
    let detail = serde_json::json!({
        "role": invite.role.as_str(),
        "team": invite.seat.map(|seat| seat.team),
        "team_role": invite.seat.map(|seat| seat.role.as_str()),
        "expires_at": invite.expires_at.micros(),
    });
    let object = Object { kind: "invite", id: invite.id.to_string() };
    Entry { kind, object, agent: None, operation: None, detail }
}

#[cfg(test)]
mod tests;
