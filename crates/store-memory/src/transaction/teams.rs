//! Teams and allocations inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, TeamId,
    ports::{StoreError, TeamRepository},
    team::{Allocation, Team},
};

use super::Transaction;

fn constraint(text: &str) -> StoreError {
    StoreError::Constraint(text.to_owned())
}

#[async_trait]
impl TeamRepository for Transaction {
    async fn insert(&mut self, team: &Team) -> Result<(), StoreError> {
        self.change(team.org, |policy| {
            if policy.teams.contains_key(&team.id) {
                return Err(constraint("teams: the id exists"));
            }
            policy.teams.insert(team.id, team.clone());
            Ok(())
        })
    }

    async fn update(&mut self, team: &Team) -> Result<(), StoreError> {
        self.change(team.org, |policy| {
            let row = policy.teams.get_mut(&team.id).ok_or_else(|| constraint("teams: there is no such row"))?;
            (row.name, row.has_pool, row.month_cap) = (team.name.clone(), team.has_pool, team.month_cap);
            Ok(())
        })
    }

    async fn find(&mut self, org: OrgId, id: TeamId) -> Result<Option<Team>, StoreError> {
        Ok(self.see(org, |policy| policy.teams.get(&id).cloned()).flatten())
    }

    async fn put_allocation(&mut self, org: OrgId, allocation: &Allocation) -> Result<(), StoreError> {
        let known = self.knows_user(allocation.user);
        self.change(org, |policy| {
            if !known || !policy.teams.contains_key(&allocation.team) {
                return Err(constraint("allocations: there is no such team or person"));
            }
            policy.allocations.insert((allocation.team, allocation.user), *allocation);
            Ok(())
        })
    }
}
