//! The rows and events by which somebody joins. Under the locks of the organization and the installation: of many who use one
//! token at once, one finds the invitation.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    InviteId, OrgId, UserId,
    audit::Object,
    identity::{
        Actor, CredentialHash, Invite, Membership, Name, OrgRole, PasswordHash, Permission, Seat, SignIn, User,
    },
    ports::{StoreError, Tx},
    team::TeamMember,
};

use super::{InviteError, Joined, entry};
use crate::{
    access::{Entry, Recorder, included},
    teams,
};

/// Who joins.
pub(super) enum Joining {
    /// Somebody who has an account, with the password that was compared, if one was.
    Known { user: UserId, checked: Option<PasswordHash> },
    /// Somebody who gets one.
    New { user: UserId, name: Name, password: PasswordHash },
}

/// Everything that the transaction needs.
pub(super) struct Join {
    pub(super) org: OrgId,
    pub(super) id: InviteId,
    pub(super) hash: CredentialHash,
    pub(super) joining: Joining,
    pub(super) trace: Option<Arc<str>>,
}

impl Join {
    pub(super) async fn write(self, tx: &mut dyn Tx) -> Result<Joined, InviteError> {
        let invite = self.open(tx).await?;
        let user = self.account(tx, &invite).await?;
        let role = self.membership(tx, &invite, user).await?;
        if let Some(seat) = invite.seat {
            self.seat(tx, user, seat).await?;
        }
        tx.invites().remove(self.org, self.id).await?;
        self.record(tx, self.org, user, entry("invite.accepted", &invite)).await?;
        let missing = || StoreError::Internal("the organization of an invite is gone".to_owned());
        let organization = tx.organizations().find(self.org).await?.ok_or_else(missing)?.name;
        let signed_up = matches!(self.joining, Joining::New { .. });
        let (org, seat, email) = (self.org, invite.seat, invite.email);
        Ok(Joined { org, organization, user, email, role, seat, signed_up })
    }

    /// The invitation, as long as whoever made it could make it now: what somebody gave away does not outlive their role.
    async fn open(&self, tx: &mut dyn Tx) -> Result<Invite, InviteError> {
        let found = tx.invites().find(self.org, self.id).await?;
        let now = tx.now();
        let invite = found.filter(|one| one.hash == self.hash && one.is_open(now)).ok_or(InviteError::NotFound)?;
        let author = tx.memberships().find(self.org, invite.invited_by).await?.map(|membership| membership.role);
        let Some(role) = author else { return Err(InviteError::NotFound) };
        let included = included(tx, self.org, role).await?;
        let may = included.contains(Permission::InviteCreate)
            && role.covers(invite.role)
            && invite.role.permissions().without(included).is_empty();
        if may { Ok(invite) } else { Err(InviteError::NotFound) }
    }

    /// The account, if it is still as it was when whoever joins proved that it is theirs.
    async fn account(&self, tx: &mut dyn Tx, invite: &Invite) -> Result<UserId, InviteError> {
        let found = tx.users().find_by_email(&invite.email).await?.map(|user| user.id);
        let changed =
            InviteError::Invalid { field: "password", message: "must be sent again: the account has changed" };
        match (&self.joining, found) {
            (Joining::Known { user, checked }, Some(found)) if *user == found => {
                let kept = tx.users().sign_in(found).await?.and_then(|row| row.password);
                if checked.is_none() || *checked == kept { Ok(found) } else { Err(changed) }
            }
            (Joining::New { user, name, password }, None) => {
                self.sign_up(tx, invite, (*user, name, password)).await?;
                Ok(*user)
            }
            _ => Err(changed),
        }
    }

    async fn sign_up(
        &self,
        tx: &mut dyn Tx,
        invite: &Invite,
        (id, name, password): (UserId, &Name, &PasswordHash),
    ) -> Result<(), InviteError> {
        let user = User { id, email: invite.email.clone(), created_at: tx.now() };
        tx.users().insert(&user).await?;
        tx.users().set_name(id, name).await?;
        let password = Some(password.clone());
        tx.users().put_sign_in(&SignIn { password, ..SignIn::none(id) }).await?;
        self.record(tx, OrgId::PLATFORM, id, about(id, "user.created", json!({ "invite": invite.id }))).await?;
        Ok(())
    }

    /// Whoever belongs to the organization already keeps what they are.
    async fn membership(&self, tx: &mut dyn Tx, invite: &Invite, user: UserId) -> Result<OrgRole, InviteError> {
        if let Some(membership) = tx.memberships().find(self.org, user).await? {
            return Ok(membership.role);
        }
        let membership = Membership { org: self.org, user, role: invite.role };
        tx.memberships().insert(&membership).await?;
        let detail = json!({ "role": membership.role.as_str() });
        self.record(tx, self.org, user, about(user, "membership.created", detail)).await?;
        Ok(membership.role)
    }

    async fn seat(&self, tx: &mut dyn Tx, user: UserId, seat: Seat) -> Result<(), InviteError> {
        if tx.teams().find_member(self.org, seat.team, user).await?.is_some() {
            return Ok(());
        }
        let member = TeamMember { team: seat.team, user, role: seat.role, created_at: tx.now() };
        tx.teams().insert_member(self.org, &member).await?;
        let detail = json!({ "user": user, "old": null, "new": seat.role.as_str() });
        self.record(tx, self.org, user, teams::entry("team.member_added", seat.team, detail)).await?;
        Ok(())
    }

    async fn record(&self, tx: &mut dyn Tx, org: OrgId, user: UserId, entry: Entry) -> Result<(), StoreError> {
        let (actor, trace) = (Actor::User { user, credential: None }, self.trace.clone());
        Recorder { org, actor, trace }.record(tx, entry).await.map(drop)
    }
}

fn about(user: UserId, kind: &'static str, detail: Value) -> Entry {
    Entry { kind, object: Object { kind: "user", id: user.to_string() }, agent: None, operation: None, detail }
}
