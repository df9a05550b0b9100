//! Keys and tokens inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    AgentId, CredentialId, Mode, OrgId, UserId,
    identity::{Credential, CredentialHash, CredentialKind, PermissionSet},
    ports::{CredentialRepository, StoreError},
};

use super::Transaction;

#[async_trait]
impl CredentialRepository for Transaction {
    async fn insert(&mut self, credential: &Credential) -> Result<(), StoreError> {
        let hash_taken = self.knows_hash(&credential.hash);
        let user_known = match credential.kind {
            CredentialKind::PersonalToken { user } => self.knows_user(user),
            CredentialKind::AgentKey { .. } => true,
        };
        self.change(credential.org, |policy| {
            let holder_known = match credential.kind {
                CredentialKind::AgentKey { agent, .. } => policy.agents.contains_key(&agent),
                CredentialKind::PersonalToken { .. } => user_known,
            };
            if hash_taken || !holder_known || policy.credentials.contains_key(&credential.id) {
                return Err(StoreError::Constraint("credentials: id or hash exist, or the holder does not".to_owned()));
            }
            policy.credentials.insert(credential.id, credential.clone());
            Ok(())
        })
    }

    async fn active_agent_keys(
        &mut self,
        org: OrgId,
        agent: AgentId,
        mode: Mode,
    ) -> Result<Vec<Credential>, StoreError> {
        let wanted = |one: &&Credential| one.kind == CredentialKind::AgentKey { agent, mode } && !one.status.revoked;
        let keys = self.see(org, |policy| policy.credentials.values().filter(wanted).cloned().collect());
        Ok(keys.unwrap_or_default())
    }

    async fn revoke(&mut self, org: OrgId, id: CredentialId) -> Result<(), StoreError> {
        self.change(org, |policy| {
            if let Some(credential) = policy.credentials.get_mut(&id) {
                credential.status.revoked = true;
            }
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        Ok(self.see(org, |policy| policy.credentials.get(&id).cloned()).flatten())
    }

    async fn update(&mut self, org: OrgId, credential: &Credential) -> Result<(), StoreError> {
        let held = self.open(credential.org).map(drop);
        self.remember(held)?;
        let missing = || StoreError::Constraint("credentials: there is no such row".to_owned());
        let mut row = self.change(org, |policy| policy.credentials.remove(&credential.id).ok_or_else(missing))?;
        row.org = credential.org;
        (row.label, row.status) = (credential.label.clone(), credential.status);
        self.change(credential.org, |policy| {
            policy.credentials.insert(row.id, row);
            Ok(())
        })
    }

    async fn remove(&mut self, org: OrgId, id: CredentialId) -> Result<(), StoreError> {
        self.change(org, |policy| {
            policy.credentials.remove(&id);
            Ok(())
        })
    }

    async fn tokens_of(&mut self, org: OrgId, user: UserId) -> Result<Vec<CredentialId>, StoreError> {
        let theirs = |one: &&Credential| one.kind == CredentialKind::PersonalToken { user };
        let ids = self.see(org, |policy| policy.credentials.values().filter(theirs).map(|one| one.id).collect());
        Ok(ids.unwrap_or_default())
    }

    async fn set_scope(&mut self, org: OrgId, id: CredentialId, scope: PermissionSet) -> Result<(), StoreError> {
        let found = self.see(org, |policy| policy.credentials.get(&id).map(|one| one.kind)).flatten();
        let is_token = matches!(found, Some(CredentialKind::PersonalToken { .. }));
        let fits = self.open(org).map(drop).and_then(|()| match is_token {
            true => Ok(()),
            false => Err(StoreError::Constraint("token_details: there is no such token".to_owned())),
        });
        self.remember(fits)?;
        self.scopes.insert(id, scope);
        Ok(())
    }
}

impl Transaction {
    fn knows_hash(&self, hash: &CredentialHash) -> bool {
        let mut own = self.orgs.values().flat_map(|open| open.policy.credentials.values());
        own.any(|credential| credential.hash == *hash) || self.shared.state().hashes.contains_key(hash)
    }
}
