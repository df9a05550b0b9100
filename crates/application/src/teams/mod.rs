//! Teams as people manage them: make, rename, cap, and say who belongs to them as what.
//!
//! Each change is one transaction with its audit event. Deliberately absent: the money of teams ([`crate::budgets`]).

mod edit;
mod error;
mod members;
mod read;

use std::sync::Arc;

use upivia_domain::{
    NanoUsd, TeamId,
    identity::{Name, Permission},
    ports::{AgentQueries, CredentialQueries, Ids, TeamQueries, Tx, UnitOfWork},
    team::{Team, TeamRole},
};

use crate::access::Author;

pub(crate) use edit::entry;
pub use error::TeamError;
pub use members::{NewMember, Person};
pub use read::MemberDetail;

/// What the use-cases need.
pub struct TeamsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where teams are read.
    pub agents: Arc<dyn AgentQueries>,
    /// Where members are read.
    pub teams: Arc<dyn TeamQueries>,
    /// Addresses of people.
    pub people: Arc<dyn CredentialQueries>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Teams {
    parts: TeamsParts,
}

/// What is to be different; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct TeamChange {
    /// The name.
    pub name: Option<Name>,
    /// What its agents may spend in a month; `Some(None)` lifts the cap.
    pub month_cap: Option<Option<NanoUsd>>,
    /// Whether its agents spend from a pool of their own.
    pub has_pool: Option<bool>,
}

impl Teams {
    /// Over these parts.
    pub const fn new(parts: TeamsParts) -> Self {
        Self { parts }
    }
}

/// The author may manage the team, by their role or as its manager, and it is there.
pub(crate) async fn managed(tx: &mut dyn Tx, author: &Author, id: TeamId) -> Result<Team, TeamError> {
    let org = author.org();
    let team = tx.teams().find(org, id).await?.ok_or(TeamError::NotFound("team"))?;
    if author.may(tx, Permission::TeamManageAny).await? {
        return Ok(team);
    }
    let own = author.may(tx, Permission::TeamManageOwn).await?;
    let place = tx.teams().find_member(org, id, author.caller.user).await?;
    match place.filter(|place| own && place.role == TeamRole::Manager) {
        Some(_) => Ok(team),
        None => Err(TeamError::Forbidden(Permission::TeamManageAny)),
    }
}
