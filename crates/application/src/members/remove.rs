//! A member goes: by the wish of others, or by their own.

use serde_json::json;
use upivia_domain::{
    AgentId, OrgId, UserId,
    audit::Object,
    identity::{Membership, OrgRole, Permission},
    ports::{Tx, transact},
};

use super::{
    MemberError, Members,
    role::{changeable, entry, keep_an_owner, place},
};
use crate::{
    access::{Author, Entry},
    teams::leave_team,
};

/// What went with a member, and what stayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Who went.
    pub user: UserId,
    /// How many of their tokens opened the organization.
    pub tokens: usize,
    /// How many of its teams they belonged to.
    pub teams: usize,
    /// Their agents. They stay, with their keys.
    pub agents: Vec<AgentId>,
    /// Whose the agents are now.
    pub heir: UserId,
}

impl Members {
    /// Removes a member. Sessions of theirs in this organization and tokens that open it are worth nothing when this returns;
    /// their agents go to `heir`, or to the author.
    ///
    /// # Errors
    ///
    /// See [`MemberError`]; nothing was changed.
    pub async fn remove(&self, author: Author, user: UserId, heir: Option<UserId>) -> Result<Removed, MemberError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(remove(tx, author, user, heir))).await
    }

    /// The author goes, whatever their role. Their agents go to `heir`, or to the oldest owner.
    ///
    /// # Errors
    ///
    /// See [`MemberError`]; nothing was changed.
    pub async fn leave(&self, author: Author, heir: Option<UserId>) -> Result<Removed, MemberError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(leave(tx, author, heir))).await
    }
}

async fn remove(tx: &mut dyn Tx, author: Author, user: UserId, heir: Option<UserId>) -> Result<Removed, MemberError> {
    let place = changeable(tx, &author, user, Permission::MemberRemove).await?;
    let heir = match heir {
        None if user == author.caller.user => oldest_owner(tx, place).await?,
        None => author.caller.user,
        Some(heir) => heir,
    };
    take_out(tx, &author, place, heir).await
}

async fn leave(tx: &mut dyn Tx, author: Author, heir: Option<UserId>) -> Result<Removed, MemberError> {
    let place = place(tx, author.org(), author.caller.user).await?;
    let heir = match heir {
        None => oldest_owner(tx, place).await?,
        Some(heir) => heir,
    };
    take_out(tx, &author, place, heir).await
}

/// Another owner than whoever goes; the oldest account of them.
async fn oldest_owner(tx: &mut dyn Tx, place: Membership) -> Result<UserId, MemberError> {
    let members = tx.memberships().list(place.org).await?;
    let owner = members.iter().find(|one| one.role == OrgRole::Owner && one.user != place.user);
    owner.map(|owner| owner.user).ok_or(MemberError::LastOwner)
}

async fn take_out(tx: &mut dyn Tx, author: &Author, place: Membership, heir: UserId) -> Result<Removed, MemberError> {
    let Membership { org, user, role } = place;
    keep_an_owner(tx, place, None).await?;
    if heir == user || tx.memberships().find(org, heir).await?.is_none() {
        let message = "must be another member of the organization";
        return Err(MemberError::Invalid { field: "agents_to", message });
    }
    let teams = tx.teams().places_of(org, user).await?;
    for team in &teams {
        leave_team(tx, author, *team).await?;
    }
    let tokens = revoke_tokens(tx, author, org, user).await?;
    let agents = hand_over(tx, author, user, heir).await?;
    tx.memberships().remove(org, user).await?;
    let detail = json!({
        "old": role.to_string(),
        "new": null,
        "tokens": tokens,
        "teams": teams.len(),
        "agents": agents.len(),
        "agents_to": heir,
    });
    author.record(tx, entry("membership.removed", user, detail)).await?;
    Ok(Removed { user, tokens, teams: teams.len(), agents, heir })
}

/// For good: whoever comes back one day finds none of them in force.
async fn revoke_tokens(tx: &mut dyn Tx, author: &Author, org: OrgId, user: UserId) -> Result<usize, MemberError> {
    let tokens = tx.credentials().tokens_of(org, user).await?;
    for token in &tokens {
        tx.credentials().remove(org, *token).await?;
        let object = Object { kind: "credential", id: token.to_string() };
        let detail = json!({ "kind": "personal_token", "user": user });
        let entry = Entry { kind: "credential.revoked", object, agent: None, operation: None, detail };
        author.record(tx, entry).await?;
    }
    Ok(tokens.len())
}

async fn hand_over(tx: &mut dyn Tx, author: &Author, from: UserId, to: UserId) -> Result<Vec<AgentId>, MemberError> {
    let agents = tx.agents().hand_over(author.org(), from, to).await?;
    for agent in &agents {
        let object = Object { kind: "agent", id: agent.to_string() };
        let detail = json!({ "old": { "owner": from }, "new": { "owner": to }, "keys": "kept" });
        let (kind, agent) = ("agent.transferred", Some(*agent));
        author.record(tx, Entry { kind, object, agent, operation: None, detail }).await?;
    }
    Ok(agents)
}
