//! Who belongs to a team, as what.

use serde_json::json;
use upivia_domain::{
    NanoUsd, OrgId, TeamId, UserId,
    identity::{Email, Permission},
    ports::{StoreError, Tx, transact},
    team::{Allocation, TeamMember, TeamRole},
};

use super::{TeamError, Teams, edit::entry, managed};
use crate::access::{Author, included_in_team};

/// How a person is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Person {
    /// By id.
    Id(UserId),
    /// By address.
    Email(Email),
}

/// Who is to belong to a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// Somebody of the organization.
    pub person: Person,
    /// As what.
    pub role: TeamRole,
}

impl Teams {
    /// Adds a person of the organization to a team.
    ///
    /// # Errors
    ///
    /// See [`TeamError`]; nothing was changed.
    pub async fn add_member(&self, author: Author, id: TeamId, new: NewMember) -> Result<TeamMember, TeamError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(add(tx, author, id, new))).await
    }

    /// Gives a member another role.
    ///
    /// # Errors
    ///
    /// See [`TeamError`]; nothing was changed.
    pub async fn set_role(
        &self,
        author: Author,
        id: TeamId,
        user: UserId,
        role: TeamRole,
    ) -> Result<TeamMember, TeamError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(set_role(tx, author, (id, user), role))).await
    }

    /// Takes a person out of a team. Where they held an allocation, its caps become nothing: their agents spend no more
    /// of the team's money. What is in their account stays there until somebody takes it back.
    ///
    /// # Errors
    ///
    /// See [`TeamError`]; nothing was changed.
    pub async fn remove_member(&self, author: Author, id: TeamId, user: UserId) -> Result<TeamMember, TeamError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(remove(tx, author, id, user))).await
    }
}

async fn add(tx: &mut dyn Tx, author: Author, id: TeamId, new: NewMember) -> Result<TeamMember, TeamError> {
    managed(tx, &author, id, Permission::TeamManageOwn).await?;
    within(tx, &author, id, new.role).await?;
    let org = author.org();
    let user = person(tx, org, &new.person).await?;
    if tx.teams().find_member(org, id, user).await?.is_some() {
        return Err(TeamError::Invalid { field: field(&new.person), message: "is a member of the team already" });
    }
    let member = TeamMember { team: id, user, role: new.role, created_at: tx.now() };
    tx.teams().insert_member(org, &member).await?;
    let detail = json!({ "user": user, "old": null, "new": member.role.to_string() });
    author.record(tx, entry("team.member_added", id, detail)).await?;
    Ok(member)
}

async fn set_role(
    tx: &mut dyn Tx,
    author: Author,
    (id, user): (TeamId, UserId),
    role: TeamRole,
) -> Result<TeamMember, TeamError> {
    managed(tx, &author, id, Permission::TeamManageOwn).await?;
    let before = member(tx, author.org(), id, user).await?;
    within(tx, &author, id, before.role).await?;
    within(tx, &author, id, role).await?;
    let after = TeamMember { role, ..before };
    tx.teams().update_member(author.org(), &after).await?;
    let detail = json!({ "user": user, "old": before.role.to_string(), "new": role.to_string() });
    author.record(tx, entry("team.member_changed", id, detail)).await?;
    Ok(after)
}

async fn remove(tx: &mut dyn Tx, author: Author, id: TeamId, user: UserId) -> Result<TeamMember, TeamError> {
    managed(tx, &author, id, Permission::TeamManageOwn).await?;
    let before = member(tx, author.org(), id, user).await?;
    within(tx, &author, id, before.role).await?;
    leave_team(tx, &author, before).await?;
    Ok(before)
}

/// Takes somebody out, whoever says so; nothing more of the team's money is spent for them.
pub(crate) async fn leave_team(tx: &mut dyn Tx, author: &Author, place: TeamMember) -> Result<(), StoreError> {
    let (org, TeamMember { team: id, user, role, .. }) = (author.org(), place);
    tx.teams().remove_member(org, id, user).await?;
    let allocation = tx.teams().find_allocation(org, id, user).await?;
    if allocation.is_some() {
        let none = Some(NanoUsd::ZERO);
        let closed = Allocation { team: id, user, day_cap: none, month_cap: none, life_cap: none };
        tx.teams().put_allocation(org, &closed).await?;
    }
    let detail =
        json!({ "user": user, "old": role.to_string(), "new": null, "allocation_closed": allocation.is_some() });
    author.record(tx, entry("team.member_removed", id, detail)).await
}

/// Nobody gives or takes in a team what they may not do there. A role that is not there is nobody's.
async fn within(tx: &mut dyn Tx, author: &Author, team: TeamId, role: TeamRole) -> Result<(), TeamError> {
    let org = author.org();
    if let Some(id) = role.custom() {
        let missing = TeamError::Invalid { field: "role_id", message: "is no role of this organization" };
        tx.roles().find(org, id).await?.ok_or(missing)?;
    }
    let held = author.permissions_in(tx, team).await?;
    let lacking = included_in_team(tx, org, role).await?.without(held).iter().next();
    lacking.map_or(Ok(()), |permission| Err(TeamError::Forbidden(permission)))
}

async fn member(tx: &mut dyn Tx, org: OrgId, team: TeamId, user: UserId) -> Result<TeamMember, TeamError> {
    tx.teams().find_member(org, team, user).await?.ok_or(TeamError::NotFound("team member"))
}

/// Somebody of this organization: of others nothing is said, not even that they exist.
async fn person(tx: &mut dyn Tx, org: OrgId, named: &Person) -> Result<UserId, TeamError> {
    let id = match named {
        Person::Id(id) => Some(*id),
        Person::Email(email) => tx.users().find_by_email(email).await?.map(|user| user.id),
    };
    let stranger = TeamError::Invalid { field: field(named), message: "is nobody of this organization" };
    let Some(id) = id else { return Err(stranger) };
    tx.memberships().find(org, id).await?.map(|membership| membership.user).ok_or(stranger)
}

const fn field(named: &Person) -> &'static str {
    match named {
        Person::Id(_) => "user_id",
        Person::Email(_) => "email",
    }
}
