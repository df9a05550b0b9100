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
    team::Team,
};

use crate::access::Author;

pub(crate) use edit::entry;
pub use error::TeamError;
pub(crate) use members::leave_team;
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

/// The author may do that in the team, by their role in it or because they manage all of them, and it is there.
pub(crate) async fn managed(
    tx: &mut dyn Tx,
    author: &Author,
    id: TeamId,
    permission: Permission,
) -> Result<Team, TeamError> {
    let team = tx.teams().find(author.org(), id).await?.ok_or(TeamError::NotFound("team"))?;
    if author.permissions_in(tx, id).await?.contains(permission) {
        return Ok(team);
    }
    // With the permission it is the team's role that lacks it.
    let lacks = if author.may(tx, permission).await? { Permission::TeamManageAny } else { permission };
    Err(TeamError::Forbidden(lacks))
}
