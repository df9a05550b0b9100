//! Custom roles inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, RoleId,
    identity::Role,
    ports::{RoleRepository, StoreError},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl RoleRepository for Transaction {
    async fn insert(&mut self, role: &Role) -> Result<(), StoreError> {
        self.change_beside(role.org, |policy| {
            if policy.roles.contains_key(&role.id) {
                return Err(constraint("roles: the id exists"));
            }
            policy.roles.insert(role.id, role.clone());
            Ok(())
        })
    }

    async fn update(&mut self, role: &Role) -> Result<(), StoreError> {
        self.change_beside(role.org, |policy| {
            let row = policy.roles.get_mut(&role.id).ok_or_else(|| constraint("roles: there is no such row"))?;
            (row.name, row.permissions) = (role.name.clone(), role.permissions);
            Ok(())
        })
    }

    async fn remove(&mut self, org: OrgId, id: RoleId) -> Result<(), StoreError> {
        self.change_beside(org, |policy| {
            policy.roles.remove(&id);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: RoleId) -> Result<Option<Role>, StoreError> {
        Ok(self.see(org, |policy| policy.roles.get(&id).cloned()).flatten())
    }

    async fn list(&mut self, org: OrgId) -> Result<Vec<Role>, StoreError> {
        Ok(self.see(org, |policy| policy.roles.values().cloned().collect()).unwrap_or_default())
    }

    async fn holders(&mut self, org: OrgId, id: RoleId) -> Result<u64, StoreError> {
        let count = self.see(org, |policy| {
            let members = policy.memberships.values().filter(|one| one.role.custom() == Some(id)).count();
            members + policy.team_members.values().filter(|one| one.role.custom() == Some(id)).count()
        });
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }
}
