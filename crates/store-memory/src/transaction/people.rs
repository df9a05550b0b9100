//! Organizations, people and memberships inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, Timestamp, UserId,
    identity::{Email, LinkedIdentity, Membership, Name, Organization, SignIn, User, UserSuspension},
    ports::{MembershipRepository, OrganizationRepository, PlatformAdminRepository, StoreError, UserRepository},
};

use super::Transaction;

#[async_trait]
impl OrganizationRepository for Transaction {
    async fn insert(&mut self, organization: &Organization) -> Result<(), StoreError> {
        let result = self.create(organization);
        self.remember(result)
    }

    async fn find(&mut self, id: OrgId) -> Result<Option<Organization>, StoreError> {
        if let Some(created) = self.orgs.get(&id).and_then(|open| open.created.as_ref()) {
            return Ok(Some(created.as_ref().clone()));
        }
        let organization = self.shared.state().orgs.get(&id).and_then(|rows| rows.organization.clone());
        Ok(organization.map(|organization| organization.as_ref().clone()))
    }
}

#[async_trait]
impl UserRepository for Transaction {
    async fn insert(&mut self, user: &User) -> Result<(), StoreError> {
        let taken = self.find_by_email(&user.email).await?.is_some() || self.knows_user(user.id);
        let result = if taken { Err(StoreError::Constraint("users: id or address exist".to_owned())) } else { Ok(()) };
        self.remember(result)?;
        self.new_users.push(user.clone());
        Ok(())
    }

    async fn find_by_email(&mut self, email: &Email) -> Result<Option<User>, StoreError> {
        if let Some(user) = self.new_users.iter().find(|user| user.email == *email) {
            return Ok(Some(user.clone()));
        }
        let state = self.shared.state();
        Ok(state.emails.get(email).and_then(|id| state.users.get(id)).cloned())
    }

    async fn set_name(&mut self, user: UserId, name: &Name) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop);
        self.remember(held)?;
        let known = match self.knows_user(user) {
            true => Ok(()),
            false => Err(StoreError::Constraint("users: there is no such person".to_owned())),
        };
        self.remember(known)?;
        self.names.insert(user, name.clone());
        Ok(())
    }

    async fn sign_in(&mut self, user: UserId) -> Result<Option<SignIn>, StoreError> {
        let own = self.sign_ins.get(&user).cloned();
        Ok(own.or_else(|| self.shared.state().sign_ins.get(&user).cloned()))
    }

    async fn put_sign_in(&mut self, sign_in: &SignIn) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop);
        self.remember(held)?;
        let unknown = || StoreError::Constraint("sign_ins: there is no such person".to_owned());
        let known = if self.knows_user(sign_in.user) { Ok(()) } else { Err(unknown()) };
        self.remember(known)?;
        self.sign_ins.insert(sign_in.user, sign_in.clone());
        Ok(())
    }

    async fn find_by_identity(&mut self, issuer: &str, subject: &str) -> Result<Option<User>, StoreError> {
        let Some(user) = self.linked(|one| one.issuer == issuer && one.subject == subject).map(|one| one.user) else {
            return Ok(None);
        };
        let own = self.new_users.iter().find(|new| new.id == user).cloned();
        Ok(own.or_else(|| self.shared.state().users.get(&user).cloned()))
    }

    async fn link(&mut self, identity: &LinkedIdentity) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop);
        self.remember(held)?;
        let LinkedIdentity { issuer, subject, user, .. } = identity;
        let taken = self.linked(|one| one.issuer == *issuer && (one.subject == *subject || one.user == *user));
        let fits = taken.is_none() && self.knows_user(*user);
        let result =
            if fits { Ok(()) } else { Err(StoreError::Constraint("identities: taken, or nobody's".to_owned())) };
        self.remember(result)?;
        self.new_identities.push(identity.clone());
        Ok(())
    }

    async fn find_link(&mut self, issuer: &str, user: UserId) -> Result<Option<LinkedIdentity>, StoreError> {
        Ok(self.linked(|one| one.issuer == issuer && one.user == user))
    }

    async fn links_of(&mut self, user: UserId) -> Result<Vec<LinkedIdentity>, StoreError> {
        let mut found = self.all_linked(|one| one.user == user);
        found.sort_by(|one, other| one.issuer.cmp(&other.issuer));
        Ok(found)
    }

    async fn unlink(&mut self, issuer: &str, user: UserId) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop);
        self.remember(held)?;
        self.new_identities.retain(|one| !one.is_of(issuer, user));
        self.unlinked.push((issuer.to_owned(), user));
        Ok(())
    }

    async fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        let own = self.new_users.iter().find(|user| user.id == id).cloned();
        Ok(own.or_else(|| self.shared.state().users.get(&id).cloned()))
    }

    async fn suspension(&mut self, user: UserId) -> Result<Option<UserSuspension>, StoreError> {
        if let Some(own) = self.suspensions.get(&user) {
            return Ok(*own);
        }
        Ok(self.shared.state().suspensions.get(&user).copied())
    }

    async fn suspend(&mut self, suspension: &UserSuspension) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop).and_then(|()| match self.knows_user(suspension.user) {
            true => Ok(()),
            false => Err(StoreError::Constraint("user_suspensions: there is no such person".to_owned())),
        });
        self.remember(held)?;
        if self.suspension(suspension.user).await?.is_none() {
            self.suspensions.insert(suspension.user, Some(*suspension));
        }
        Ok(())
    }

    async fn resume(&mut self, user: UserId) -> Result<(), StoreError> {
        let held = self.open(OrgId::PLATFORM).map(drop);
        self.remember(held)?;
        self.suspensions.insert(user, None);
        Ok(())
    }
}

#[async_trait]
impl PlatformAdminRepository for Transaction {
    async fn insert(&mut self, user: UserId) -> Result<(), StoreError> {
        let known = self.open(OrgId::PLATFORM).map(drop).and_then(|()| match self.knows_user(user) {
            true => Ok(()),
            false => Err(StoreError::Constraint("platform_admins: there is no such person".to_owned())),
        });
        self.remember(known)?;
        self.new_platform_admins.push(user);
        Ok(())
    }

    async fn contains(&mut self, user: UserId) -> Result<bool, StoreError> {
        Ok(self.new_platform_admins.contains(&user) || self.shared.state().platform_admins.contains(&user))
    }
}

#[async_trait]
impl MembershipRepository for Transaction {
    async fn insert(&mut self, membership: &Membership) -> Result<(), StoreError> {
        let known = self.knows_user(membership.user);
        self.change(membership.org, |policy| {
            if !known || policy.memberships.contains_key(&membership.user) {
                return Err(StoreError::Constraint("memberships: it exists, or the person does not".to_owned()));
            }
            policy.memberships.insert(membership.user, *membership);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError> {
        Ok(self.see(org, |policy| policy.memberships.get(&user).copied()).flatten())
    }

    async fn update(&mut self, membership: &Membership) -> Result<(), StoreError> {
        self.change_beside(membership.org, |policy| {
            let missing = || StoreError::Constraint("memberships: there is no such row".to_owned());
            *policy.memberships.get_mut(&membership.user).ok_or_else(missing)? = *membership;
            Ok(())
        })
    }

    async fn remove(&mut self, org: OrgId, user: UserId) -> Result<(), StoreError> {
        let from = self.time().next_second();
        self.change_beside(org, |policy| {
            if policy.memberships.remove(&user).is_some() {
                policy.departures.insert(user, from);
            }
            Ok(())
        })
    }

    async fn sessions_from(&mut self, org: OrgId, user: UserId) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.see(org, |policy| policy.departures.get(&user).copied()).flatten())
    }

    async fn list(&mut self, org: OrgId) -> Result<Vec<Membership>, StoreError> {
        Ok(self.see(org, |policy| policy.memberships.values().copied().collect()).unwrap_or_default())
    }
}

impl Transaction {
    /// The identity that fits, of those that are committed or new.
    fn linked(&self, fits: impl Fn(&LinkedIdentity) -> bool) -> Option<LinkedIdentity> {
        self.all_linked(fits).pop()
    }

    fn all_linked(&self, fits: impl Fn(&LinkedIdentity) -> bool) -> Vec<LinkedIdentity> {
        let is_gone = |one: &LinkedIdentity| self.unlinked.iter().any(|(issuer, user)| one.is_of(issuer, *user));
        let state = self.shared.state();
        let kept = state.identities.iter().filter(|one| !is_gone(one));
        kept.chain(&self.new_identities).filter(|one| fits(one)).cloned().collect()
    }

    /// Whether there is such a person, for rows that refer to one.
    pub(super) fn knows_user(&self, id: UserId) -> bool {
        self.new_users.iter().any(|user| user.id == id) || self.shared.state().users.contains_key(&id)
    }
}
