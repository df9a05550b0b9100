//! What people may at this moment, read in the transaction that they want to change something in: a demotion holds at once.

use upivia_domain::{
    OrgId, TeamId,
    identity::{OrgRole, Permission, PermissionSet},
    ports::{StoreError, Tx},
    team::TeamRole,
};

use super::Author;

/// What a role of the organization includes. A custom role that is not there includes nothing.
pub(crate) async fn included(tx: &mut dyn Tx, org: OrgId, role: OrgRole) -> Result<PermissionSet, StoreError> {
    match role.custom() {
        Some(id) => Ok(tx.roles().find(org, id).await?.map(|role| role.permissions).unwrap_or_default()),
        None => Ok(role.permissions()),
    }
}

/// What a role of a team includes, as far as it counts in teams.
pub(crate) async fn included_in_team(tx: &mut dyn Tx, org: OrgId, role: TeamRole) -> Result<PermissionSet, StoreError> {
    let included = match role.custom() {
        Some(id) => tx.roles().find(org, id).await?.map(|role| role.permissions).unwrap_or_default(),
        None => role.permissions(),
    };
    Ok(included.of_teams())
}

impl Author {
    /// What they may in the organization: what their role of this very transaction includes, as far as their token goes.
    pub(crate) async fn permissions(&self, tx: &mut dyn Tx) -> Result<PermissionSet, StoreError> {
        let (org, user) = (self.caller.org, self.caller.user);
        let Some(membership) = tx.memberships().find(org, user).await? else { return Ok(PermissionSet::EMPTY) };
        Ok(self.caller.bounded(included(tx, org, membership.role).await?))
    }

    /// What they may in a team of the organization: with `team.manageAny` all that they may anywhere, else what their roles in
    /// organization and team both include.
    pub(crate) async fn permissions_in(&self, tx: &mut dyn Tx, team: TeamId) -> Result<PermissionSet, StoreError> {
        let anywhere = self.permissions(tx).await?;
        if anywhere.contains(Permission::TeamManageAny) {
            return Ok(anywhere.of_teams());
        }
        let place = tx.teams().find_member(self.caller.org, team, self.caller.user).await?;
        let Some(place) = place else { return Ok(PermissionSet::EMPTY) };
        Ok(anywhere.intersection(included_in_team(tx, self.caller.org, place.role).await?))
    }

    /// What they are in the organization now.
    pub(crate) async fn role(&self, tx: &mut dyn Tx) -> Result<Option<OrgRole>, StoreError> {
        let membership = tx.memberships().find(self.caller.org, self.caller.user).await?;
        Ok(membership.map(|membership| membership.role))
    }
}
