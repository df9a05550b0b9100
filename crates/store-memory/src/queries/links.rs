//! What the tokens of links open.

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    identity::{CredentialHash, Invite, PasswordReset},
    ports::{LinkQueries, StoreError},
};

use crate::MemoryStore;

#[async_trait]
impl LinkQueries for MemoryStore {
    async fn invites(&self, org: OrgId) -> Result<Vec<Invite>, StoreError> {
        Ok(self.look(org, |rows| rows.policy.invites.values().cloned().collect()))
    }

    async fn invite(&self, hash: &CredentialHash) -> Result<Option<Invite>, StoreError> {
        let state = self.shared.state();
        let mut all = state.orgs.values().flat_map(|rows| rows.policy.invites.values());
        Ok(all.find(|one| one.hash == *hash).cloned())
    }

    async fn password_reset(&self, hash: &CredentialHash) -> Result<Option<PasswordReset>, StoreError> {
        Ok(self.shared.state().resets.values().find(|one| one.hash == *hash).copied())
    }
}
