//! Looking at teams and their members.

use upivia_domain::{
    OrgId, TeamId,
    identity::{Email, Name, Permission, Role},
    team::{Team, TeamMember},
};

use super::{TeamError, Teams};
use crate::access::UserCaller;

/// A member with their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberDetail {
    /// The member.
    pub member: TeamMember,
    /// Where mail reaches them.
    pub email: Option<Email>,
    /// What their custom role is called.
    pub role_name: Option<Name>,
}

impl Teams {
    /// The teams that the caller can see, the oldest first: all with `team.readAny`, else their own.
    ///
    /// # Errors
    ///
    /// [`TeamError::Unavailable`].
    pub async fn list(&self, caller: &UserCaller) -> Result<Vec<Team>, TeamError> {
        let mut teams = self.parts.agents.teams(caller.org).await?;
        if !caller.may(Permission::TeamReadAny) {
            let own = self.parts.teams.teams_of(caller.org, caller.user).await?;
            teams.retain(|team| own.iter().any(|member| member.team == team.id));
        }
        Ok(teams)
    }

    /// A team that the caller can see.
    ///
    /// # Errors
    ///
    /// [`TeamError::NotFound`], [`TeamError::Forbidden`] for a team of colleagues, [`TeamError::Unavailable`].
    pub async fn find(&self, caller: &UserCaller, id: TeamId) -> Result<Team, TeamError> {
        let teams = self.parts.agents.teams(caller.org).await?;
        let team = teams.into_iter().find(|team| team.id == id).ok_or(TeamError::NotFound("team"))?;
        if caller.may(Permission::TeamReadAny) {
            return Ok(team);
        }
        let own = self.parts.teams.teams_of(caller.org, caller.user).await?;
        let is_own = own.iter().any(|member| member.team == id);
        is_own.then_some(team).ok_or(TeamError::Forbidden(Permission::TeamReadAny))
    }

    /// The members of a team that the caller can see.
    ///
    /// # Errors
    ///
    /// As [`Self::find`].
    pub async fn members(&self, caller: &UserCaller, id: TeamId) -> Result<Vec<MemberDetail>, TeamError> {
        self.find(caller, id).await?;
        let members = self.parts.teams.team_members(caller.org, id).await?;
        let roles = self.parts.people.roles(caller.org).await?;
        let mut details = Vec::with_capacity(members.len());
        for member in members {
            details.push(self.named(member, &roles).await?);
        }
        Ok(details)
    }

    /// A member with their address.
    ///
    /// # Errors
    ///
    /// [`TeamError::Unavailable`].
    pub async fn detail(&self, org: OrgId, member: TeamMember) -> Result<MemberDetail, TeamError> {
        let roles = self.parts.people.roles(org).await?;
        self.named(member, &roles).await
    }

    async fn named(&self, member: TeamMember, roles: &[Role]) -> Result<MemberDetail, TeamError> {
        let person = self.parts.people.user(member.user).await?;
        let role = roles.iter().find(|role| member.role.custom() == Some(role.id));
        let role_name = role.map(|role| role.name.clone());
        Ok(MemberDetail { member, email: person.map(|person| person.email), role_name })
    }
}
