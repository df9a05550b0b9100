//! Credentials, people and memberships.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, UserId,
    identity::{Credential, CredentialHash, Membership, User},
    ports::{CredentialQueries, StoreError},
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
}
