//! Organizations, people and memberships inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, UserId,
    identity::{Email, Membership, Name, Organization, SignIn, User},
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
}

impl Transaction {
    /// Whether there is such a person, for rows that refer to one.
    pub(super) fn knows_user(&self, id: UserId) -> bool {
        self.new_users.iter().any(|user| user.id == id) || self.shared.state().users.contains_key(&id)
    }
}
