//! Somebody is invited.

use upivia_domain::{
    InviteId, Secret,
    identity::{CredentialHash, Email, Invite, OrgRole, Permission, Seat},
    mail::Mailbox,
    ports::{StoreError, Tx, transact},
};

use super::{InviteError, Invited, Invites, MOST_INVITES, entry, letter::letter, permitted};
use crate::{
    access::Author,
    mails::{Postbox, Posted},
    teams,
    tokens::{LinkKind, mint_link},
};

/// An invitation to be.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// Whom.
    pub email: Email,
    /// As what.
    pub role: OrgRole,
    /// Also into this team.
    pub seat: Option<Seat>,
}

/// What is minted before the transaction begins.
struct Draft {
    new: NewInvite,
    to: Mailbox,
    id: InviteId,
    hash: CredentialHash,
    url: Secret<String>,
    postbox: Postbox,
}

impl Invites {
    /// Invites somebody. An earlier invitation of the same address is worth nothing then.
    ///
    /// # Errors
    ///
    /// See [`InviteError`]; nothing was written.
    pub async fn create(&self, author: Author, new: NewInvite) -> Result<Invited, InviteError> {
        // What no mail server can read names nobody.
        let unmailable = |_| InviteError::Invalid { field: "email", message: "must be an address that takes mail" };
        let to: Mailbox = new.email.as_str().parse().map_err(unmailable)?;
        let open = self.parts.links.invites(author.org()).await?;
        if open.len() >= MOST_INVITES && open.iter().all(|one| one.email != new.email) {
            return Err(InviteError::TooMany);
        }
        let token = mint_link(LinkKind::Invite, &*self.parts.entropy);
        let draft = Draft {
            new,
            to,
            id: InviteId::new(self.parts.ids.uuid()),
            hash: self.parts.hasher.hash(token.expose()),
            url: Secret::new(self.parts.links_to.invite(&token)),
            postbox: self.parts.postbox.clone(),
        };
        let (org, url) = (author.org(), draft.url.clone());
        let made = transact(&*self.parts.unit, &[org], move |tx| Box::pin(draft.write(tx, author))).await;
        let (invite, mail) = made?;
        Ok(Invited { invite, token, url, mail })
    }
}

impl Draft {
    async fn write(self, tx: &mut dyn Tx, author: Author) -> Result<(Invite, Posted), InviteError> {
        self.allowed(tx, &author).await?;
        let (org, now) = (author.org(), tx.now());
        let invite = Invite {
            id: self.id,
            org,
            email: self.new.email.clone(),
            role: self.new.role,
            seat: self.new.seat,
            invited_by: author.caller.user,
            hash: self.hash,
            created_at: now,
            expires_at: now.plus_seconds(Invite::LIFETIME_SECONDS),
        };
        let earlier = tx.invites().find_by_email(org, &invite.email).await?;
        tx.invites().put(&invite).await?;
        if let Some(earlier) = earlier {
            author.record(tx, entry("invite.replaced", &earlier)).await?;
        }
        author.record(tx, entry("invite.created", &invite)).await?;
        let missing = || StoreError::Internal("an author's organization is gone".to_owned());
        let organization = tx.organizations().find(org).await?.ok_or_else(missing)?;
        let from = (&author.caller.email, &organization.name);
        let mail = self.postbox.post(tx, letter(self.to, &invite, from, self.url.expose())).await?;
        Ok((invite, mail))
    }

    /// Whether the author may, for what, and whether there is anybody to invite.
    async fn allowed(&self, tx: &mut dyn Tx, author: &Author) -> Result<(), InviteError> {
        let org = author.org();
        permitted(tx, author, Permission::InviteCreate).await?;
        let own = tx.memberships().find(org, author.caller.user).await?.map(|membership| membership.role);
        let lacking = self.new.role.permissions().without(author.permissions(tx).await?);
        if !own.is_some_and(|own| own.covers(self.new.role)) || !lacking.is_empty() {
            return Err(InviteError::AboveOwnRole);
        }
        if let Some(seat) = self.new.seat {
            teams::managed(tx, author, seat.team, Permission::TeamManageOwn).await?;
        }
        // Of people elsewhere nothing is said.
        let Some(user) = tx.users().find_by_email(&self.new.email).await? else { return Ok(()) };
        match tx.memberships().find(org, user.id).await? {
            Some(_) => Err(InviteError::Invalid { field: "email", message: "belongs to the organization already" }),
            None => Ok(()),
        }
    }
}
