//! Organizations as a person sees them, all of those they belong to: list, make one more, go to another one.
//!
//! Deliberately absent: the cookie that remembers where a session is; the border writes it.

use std::sync::Arc;

use serde_json::json;
use upivia_domain::{
    CredentialId, OrgId,
    audit::{NewEvent, Object},
    identity::{Name, Organization},
    ports::{Ids, MembershipRepository, PeopleQueries, StoreError, Tx, UnitOfWork, transact},
    time::Zone,
};

use crate::{
    access::{Author, UserCaller},
    bootstrap::{BootstrapError, Founding},
};

/// The use-cases. Cheap to clone.
#[derive(Clone)]
pub struct Workspaces {
    unit: Arc<dyn UnitOfWork>,
    people: Arc<dyn PeopleQueries>,
    ids: Arc<dyn Ids>,
}

/// An organization, as far as everybody in it may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: Name,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkspaceError {
    /// There is none, or the person does not belong to it.
    #[error("there is no such workspace")]
    NotFound,
    /// The person was removed from it once, and this is no session that began since.
    #[error("you were removed from this workspace once: sign in again to go there, and make your tokens there")]
    BeforeRemoval,
    /// The token was revoked in the meantime.
    #[error("the credential is expired or revoked")]
    Unauthorized,
    /// The store failed; the cause is in the log.
    #[error("the store is unavailable; try again")]
    Unavailable,
}

impl From<StoreError> for WorkspaceError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "workspaces could not be read or changed");
        Self::Unavailable
    }
}

impl From<BootstrapError> for WorkspaceError {
    fn from(error: BootstrapError) -> Self {
        tracing::error!(%error, "a workspace could not be made");
        Self::Unavailable
    }
}

impl Workspaces {
    /// Over these ports.
    pub fn new(unit: Arc<dyn UnitOfWork>, people: Arc<dyn PeopleQueries>, ids: Arc<dyn Ids>) -> Self {
        Self { unit, people, ids }
    }

    /// Those of a person, the oldest first; never empty, for the caller acts in one.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, caller: &UserCaller) -> Result<Vec<Workspace>, WorkspaceError> {
        let found = self.people.organizations_of(caller.user).await?;
        Ok(found.into_iter().map(Workspace::from).collect())
    }

    /// Makes an organization that belongs to the author: no live money, one team, Yupi.
    ///
    /// # Errors
    ///
    /// The store's; nothing was written.
    pub async fn create(&self, author: Author, name: Name) -> Result<Workspace, WorkspaceError> {
        let user = author.caller.user;
        let founding = Founding::mint(name, Zone::UTC, author.caller.actor(), author.trace, &*self.ids);
        transact(&*self.unit, &[OrgId::PLATFORM], move |tx| {
            Box::pin(async move {
                founding.write(tx, user).await?;
                founding.give_play_money(tx).await?;
                Ok(Workspace { id: founding.org, name: founding.name })
            })
        })
        .await
    }

    /// Goes to another organization of the author. A token opens that one from now on, and no other; for a session
    /// nothing is written here.
    ///
    /// # Errors
    ///
    /// [`WorkspaceError::NotFound`] where the author is no member, [`WorkspaceError::BeforeRemoval`]; nothing was changed.
    pub async fn switch(&self, author: Author, to: OrgId) -> Result<Workspace, WorkspaceError> {
        let from = author.org();
        let orgs = if from == to { vec![to] } else { vec![from, to] };
        transact(&*self.unit, &orgs, move |tx| Box::pin(switch(tx, author, to))).await
    }
}

async fn switch(tx: &mut dyn Tx, author: Author, to: OrgId) -> Result<Workspace, WorkspaceError> {
    let memberships: &mut dyn MembershipRepository = tx.memberships();
    memberships.find(to, author.caller.user).await?.ok_or(WorkspaceError::NotFound)?;
    if author.org() != to && !comes_after(tx, &author, to).await? {
        return Err(WorkspaceError::BeforeRemoval);
    }
    let target = tx.organizations().find(to).await?.ok_or(WorkspaceError::NotFound)?;
    if let Some(token) = author.caller.credential.filter(|_| author.org() != to) {
        move_token(tx, &author, token, to).await?;
    }
    Ok(target.into())
}

/// Whether nothing of before a removal comes along: neither a session nor a token, which a session of before may have made.
async fn comes_after(tx: &mut dyn Tx, author: &Author, to: OrgId) -> Result<bool, WorkspaceError> {
    let Some(from) = tx.memberships().sessions_from(to, author.caller.user).await? else { return Ok(true) };
    Ok(author.caller.session_began.is_some_and(|began| began >= from))
}

/// Both organizations learn of it: one that a token left, one that it came.
async fn move_token(tx: &mut dyn Tx, author: &Author, token: CredentialId, to: OrgId) -> Result<(), WorkspaceError> {
    let (from, now) = (author.org(), tx.now());
    let found = tx.credentials().find(from, token).await?.filter(|one| one.status.is_valid(now));
    let mut credential = found.ok_or(WorkspaceError::Unauthorized)?;
    credential.org = to;
    tx.credentials().update(from, &credential).await?;
    let (actor, trace) = (author.caller.actor(), author.trace.clone());
    let object = Object { kind: "credential", id: token.to_string() };
    let detail = json!({ "kind": "personal_token", "user": author.caller.user, "old": from, "new": to });
    let event = NewEvent { kind: "credential.moved", actor, agent: None, operation: None, object, detail, trace };
    tx.append(from, event.clone()).await?;
    tx.append(to, event).await?;
    Ok(())
}

impl From<Organization> for Workspace {
    fn from(organization: Organization) -> Self {
        Self { id: organization.id, name: organization.name }
    }
}
