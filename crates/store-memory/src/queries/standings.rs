//! When tokens were used, and what is kept of them.

use async_trait::async_trait;
use upivia_domain::{
    CredentialId, OrgId, Timestamp, UserId,
    identity::{CredentialKind, OrgRole, PermissionSet, PersonStanding, TokenDetail},
    ports::{StoreError, TokenUses},
};

use crate::{
    MemoryStore,
    state::{PolicyTables, State},
};

#[async_trait]
impl TokenUses for MemoryStore {
    async fn note(&self, token: CredentialId, at: Timestamp) -> Result<(), StoreError> {
        let mut state = self.shared.state();
        if state.orgs.values().any(|rows| rows.policy.credentials.contains_key(&token)) {
            let detail = state.token_details.entry(token).or_default();
            detail.last_used_at = detail.last_used_at.max(Some(at));
        }
        Ok(())
    }
}

impl State {
    /// What a person may in an organization.
    pub(super) fn standing(&self, org: OrgId, user: UserId, token: Option<CredentialId>) -> PersonStanding {
        let policy = self.orgs.get(&org).map(|rows| &rows.policy);
        let role = policy.and_then(|policy| policy.memberships.get(&user)).map(|membership| membership.role);
        let permissions = policy.zip(role).map(|(policy, role)| included(policy, role)).unwrap_or_default();
        let scope = token.and_then(|token| self.token_details.get(&token)?.scope);
        let departed = policy.and_then(|policy| policy.departures.get(&user)).copied();
        let sessions_from = departed.filter(|_| token.is_none());
        PersonStanding { role, permissions, suspended: self.suspensions.contains_key(&user), scope, sessions_from }
    }

    /// What is kept of the tokens of a person that open this organization.
    pub(super) fn details(&self, org: OrgId, user: UserId) -> Vec<(CredentialId, TokenDetail)> {
        let credentials = self.orgs.get(&org).into_iter().flat_map(|rows| rows.policy.credentials.values());
        let theirs = credentials.filter(|one| one.kind == CredentialKind::PersonalToken { user });
        let mut details: Vec<_> = theirs.filter_map(|one| Some((one.id, *self.token_details.get(&one.id)?))).collect();
        details.sort_by_key(|(id, _)| *id);
        details
    }
}

fn included(policy: &PolicyTables, role: OrgRole) -> PermissionSet {
    match role.custom() {
        Some(id) => policy.roles.get(&id).map(|role| role.permissions).unwrap_or_default(),
        None => role.permissions(),
    }
}
