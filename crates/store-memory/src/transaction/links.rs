//! Invitations, links to a new password, and mails inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    InviteId, OrgId, UserId,
    identity::{Email, Invite, PasswordReset},
    mail::NewMail,
    ports::{InviteRepository, MailRepository, PasswordResetRepository, StoreError},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl InviteRepository for Transaction {
    async fn put(&mut self, invite: &Invite) -> Result<(), StoreError> {
        let known = self.knows_user(invite.invited_by);
        let taken = self.knows_invite(invite);
        self.change_beside(invite.org, |policy| {
            let has_team = invite.seat.is_none_or(|seat| policy.teams.contains_key(&seat.team));
            policy.invites.retain(|_, one| one.email != invite.email);
            if !known || !has_team || taken || policy.invites.contains_key(&invite.id) {
                return Err(constraint("invites: id or hash exist, or person or team do not"));
            }
            policy.invites.insert(invite.id, invite.clone());
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: InviteId) -> Result<Option<Invite>, StoreError> {
        Ok(self.see(org, |policy| policy.invites.get(&id).cloned()).flatten())
    }

    async fn find_by_email(&mut self, org: OrgId, email: &Email) -> Result<Option<Invite>, StoreError> {
        Ok(self.see(org, |policy| policy.invites.values().find(|one| one.email == *email).cloned()).flatten())
    }

    async fn remove(&mut self, org: OrgId, id: InviteId) -> Result<(), StoreError> {
        self.change_beside(org, |policy| {
            policy.invites.remove(&id);
            Ok(())
        })
    }
}

#[async_trait]
impl PasswordResetRepository for Transaction {
    async fn put(&mut self, reset: &PasswordReset) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop);
        self.remember(held)?;
        let (hash, user) = (reset.hash, reset.user);
        let taken = self.resets.values().flatten().any(|one| one.hash == hash && one.user != user)
            || self.shared.state().resets.values().any(|one| one.hash == hash && one.user != user);
        let fits = if taken || !self.knows_user(user) {
            Err(constraint("password_resets: the hash exists, or the person does not"))
        } else {
            Ok(())
        };
        self.remember(fits)?;
        self.resets.insert(user, Some(*reset));
        Ok(())
    }

    async fn find(&mut self, user: UserId) -> Result<Option<PasswordReset>, StoreError> {
        match self.resets.get(&user) {
            Some(own) => Ok(*own),
            None => Ok(self.shared.state().resets.get(&user).copied()),
        }
    }

    async fn remove(&mut self, user: UserId) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop);
        self.remember(held)?;
        self.resets.insert(user, None);
        Ok(())
    }
}

#[async_trait]
impl MailRepository for Transaction {
    async fn queue(&mut self, mail: &NewMail) -> Result<(), StoreError> {
        let held = self.open(mail.org).map(drop);
        self.remember(held)?;
        let taken =
            self.new_mails.iter().any(|one| one.id == mail.id) || self.shared.state().mails.contains_key(&mail.id);
        let fits = if taken { Err(constraint("mail_outbox: the id exists")) } else { Ok(()) };
        self.remember(fits)?;
        self.new_mails.push(mail.clone());
        Ok(())
    }
}

impl Transaction {
    fn knows_invite(&self, invite: &Invite) -> bool {
        let same = |one: &Invite| one.hash == invite.hash && (one.org, &one.email) != (invite.org, &invite.email);
        let own = self.orgs.values().flat_map(|open| open.policy.invites.values()).any(same);
        own || self.shared.state().orgs.values().flat_map(|rows| rows.policy.invites.values()).any(same)
    }
}
