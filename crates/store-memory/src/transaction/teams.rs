//! Teams and allocations inside a transaction.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, TeamId, UserId,
    ports::{StoreError, TeamRepository},
    team::{Allocation, Team, TeamMember},
};

use super::Transaction;
use crate::state::PolicyTables;

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

    async fn find_allocation(
        &mut self,
        org: OrgId,
        team: TeamId,
        user: UserId,
    ) -> Result<Option<Allocation>, StoreError> {
        Ok(self.see(org, |policy| policy.allocations.get(&(team, user)).copied()).flatten())
    }

    async fn insert_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError> {
        let known = self.knows_user(member.user);
        self.change_beside(org, |policy| {
            let place = (member.team, member.user);
            if !known || !policy.teams.contains_key(&member.team) || policy.team_members.contains_key(&place) {
                return Err(constraint("team_members: it exists, or team or person do not"));
            }
            policy.team_members.insert(place, *member);
            Ok(())
        })
    }

    async fn update_member(&mut self, org: OrgId, member: &TeamMember) -> Result<(), StoreError> {
        self.change_beside(org, |policy| {
            let row = policy.team_members.get_mut(&(member.team, member.user));
            row.ok_or_else(|| constraint("team_members: there is no such row"))?.role = member.role;
            Ok(())
        })
    }

    async fn remove_member(&mut self, org: OrgId, team: TeamId, user: UserId) -> Result<(), StoreError> {
        self.change_beside(org, |policy| {
            policy.team_members.remove(&(team, user));
            Ok(())
        })
    }

    async fn find_member(&mut self, org: OrgId, team: TeamId, user: UserId) -> Result<Option<TeamMember>, StoreError> {
        Ok(self.see(org, |policy| policy.team_members.get(&(team, user)).copied()).flatten())
    }

    async fn places_of(&mut self, org: OrgId, user: UserId) -> Result<Vec<TeamMember>, StoreError> {
        let places =
            |policy: &PolicyTables| policy.team_members.values().filter(|place| place.user == user).copied().collect();
        Ok(self.see(org, places).unwrap_or_default())
    }
}
