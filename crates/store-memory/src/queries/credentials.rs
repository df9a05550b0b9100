//! Credentials, people and memberships.

use async_trait::async_trait;
use upivia_domain::{
    CredentialId, OrgId, UserId,
    identity::{
        Credential, CredentialHash, CredentialKind, Email, LinkedIdentity, Membership, Name, Organization,
        PersonStanding, Role, SignIn, TokenDetail, User,
    },
    ports::{CredentialQueries, PeopleQueries, StoreError},
};

use crate::MemoryStore;

#[async_trait]
impl CredentialQueries for MemoryStore {
    async fn credential(&self, hash: &CredentialHash) -> Result<Option<Credential>, StoreError> {
        let state = self.shared.state();
        let found = state.hashes.get(hash).and_then(|(org, id)| state.orgs.get(org)?.policy.credentials.get(id));
        Ok(found.cloned())
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.shared.state().users.get(&id).cloned())
    }

    async fn membership(&self, org: OrgId, user: UserId) -> Result<Option<Membership>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.memberships.get(&user).copied()))
    }

    async fn standing(
        &self,
        org: OrgId,
        user: UserId,
        token: Option<CredentialId>,
    ) -> Result<PersonStanding, StoreError> {
        Ok(self.shared.state().standing(org, user, token))
    }

    async fn is_suspended(&self, user: UserId) -> Result<bool, StoreError> {
        Ok(self.shared.state().suspensions.contains_key(&user))
    }

    async fn roles(&self, org: OrgId) -> Result<Vec<Role>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.roles.values().cloned().collect()))
    }
}

#[async_trait]
impl PeopleQueries for MemoryStore {
    async fn organizations_of(&self, user: UserId) -> Result<Vec<Organization>, StoreError> {
        let state = self.shared.state();
        let theirs = state.orgs.values().filter(|rows| rows.policy.memberships.contains_key(&user));
        Ok(theirs.filter_map(|rows| rows.organization.as_deref().cloned()).collect())
    }

    async fn personal_tokens(&self, org: OrgId, user: UserId) -> Result<Vec<Credential>, StoreError> {
        let theirs = |one: &&Credential| one.kind == CredentialKind::PersonalToken { user };
        let mut tokens: Vec<_> =
            self.look(org, |rows| rows.policy.credentials.values().filter(theirs).cloned().collect());
        tokens.sort_by_key(|token| token.id);
        Ok(tokens)
    }

    async fn token_details(&self, org: OrgId, user: UserId) -> Result<Vec<(CredentialId, TokenDetail)>, StoreError> {
        Ok(self.shared.state().details(org, user))
    }

    async fn members(&self, org: OrgId) -> Result<Vec<Membership>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.memberships.values().copied().collect()))
    }

    async fn name_of(&self, user: UserId) -> Result<Option<Name>, StoreError> {
        Ok(self.shared.state().names.get(&user).cloned())
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        let state = self.shared.state();
        Ok(state.emails.get(email).and_then(|id| state.users.get(id)).cloned())
    }

    async fn sign_in(&self, user: UserId) -> Result<Option<SignIn>, StoreError> {
        Ok(self.shared.state().sign_ins.get(&user).cloned())
    }

    async fn is_platform_admin(&self, user: UserId) -> Result<bool, StoreError> {
        Ok(self.shared.state().platform_admins.contains(&user))
    }

    async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>, StoreError> {
        let state = self.shared.state();
        let linked = state.identities.iter().find(|one| one.issuer == issuer && one.subject == subject);
        Ok(linked.and_then(|one| state.users.get(&one.user)).cloned())
    }

    async fn identities_of(&self, user: UserId) -> Result<Vec<LinkedIdentity>, StoreError> {
        let state = self.shared.state();
        let mut found: Vec<_> = state.identities.iter().filter(|one| one.user == user).cloned().collect();
        found.sort_by(|one, other| one.issuer.cmp(&other.issuer));
        Ok(found)
    }
}
