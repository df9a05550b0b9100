//! What people stopped, and whether organizations may spend at all, inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    dispatch::ServiceRequest,
    identity::{Credential, CredentialKind, OrganizationStatus, Standing},
    policy::{Stop, StopScope},
    ports::{StandingRepository, StopRepository, StoreError},
};

use super::Transaction;

#[async_trait]
impl StopRepository for Transaction {
    async fn insert(&mut self, stop: &Stop) -> Result<(), StoreError> {
        let known = self.knows_user(stop.stopped_by);
        self.change(stop.org, |policy| {
            if !known || policy.stops.contains_key(&stop.scope) {
                return Err(StoreError::Constraint("stops: it exists, or the person does not".to_owned()));
            }
            policy.stops.insert(stop.scope, stop.clone());
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, scope: StopScope) -> Result<Option<Stop>, StoreError> {
        Ok(self.see(org, |policy| policy.stops.get(&scope).cloned()).flatten())
    }

    async fn remove(&mut self, org: OrgId, scope: StopScope) -> Result<(), StoreError> {
        self.change(org, |policy| {
            policy.stops.remove(&scope);
            Ok(())
        })
    }
}

#[async_trait]
impl StandingRepository for Transaction {
    async fn status(&mut self, org: OrgId) -> Result<OrganizationStatus, StoreError> {
        let status = self.open(org).map(|open| open.snapshot.head().status);
        self.remember(status)
    }

    async fn put(&mut self, standing: &Standing) -> Result<(), StoreError> {
        let known = standing.changed_by.is_none_or(|user| self.knows_user(user));
        self.change(standing.org, |policy| {
            if !known {
                return Err(StoreError::Constraint("standings: there is no such person".to_owned()));
            }
            policy.standing = Some(standing.clone());
            Ok(())
        })?;
        self.open(standing.org)?.snapshot.head_mut().status = standing.status;
        Ok(())
    }

    async fn revoke_agent_keys(&mut self, org: OrgId) -> Result<u64, StoreError> {
        let is_key = |one: &&mut Credential| matches!(one.kind, CredentialKind::AgentKey { .. }) && !one.status.revoked;
        self.change(org, |policy| {
            let mut revoked = 0;
            for key in policy.credentials.values_mut().filter(is_key) {
                key.status.revoked = true;
                revoked += 1;
            }
            Ok(revoked)
        })
    }

    async fn has_open_requests(&mut self, org: OrgId) -> Result<bool, StoreError> {
        let state = self.shared.state();
        let open = |request: &ServiceRequest| request.state.holds_money();
        Ok(state.orgs.get(&org).is_some_and(|rows| rows.ledger.requests.values().any(open)))
    }
}
