//! Agents as people manage them: create, look at, change, clone, bind, cap, give new keys and owners, delete. And as agents
//! make others: spawn and end.
//!
//! Each change is one transaction with its audit events. Deliberately absent: what agents do themselves ([`crate::dispatch`]).

mod adopt;
mod bind;
mod budget;
mod clone;
mod create;
mod end;
mod ending;
mod error;
mod estimate;
mod keys;
mod read;
mod remove;
mod sight;
mod spawn;
mod spawned_before;
mod text;
mod transfer;
mod update;

use std::sync::Arc;

use upivia_domain::{
    AgentId,
    agent::{Agent, AgentStatus},
    catalog::Catalog,
    identity::Permission,
    ports::{AgentQueries, Entropy, Ids, JournalQueries, PublishingQueries, TeamQueries, TokenHasher, Tx, UnitOfWork},
};

use crate::access::Author;

pub use adopt::Adoption;
pub(crate) use bind::selected;
pub use bind::{Selection, Unbound};
pub use create::{CreatedAgent, NewAgent, NewBinding};
pub use ending::EndingAgents;
pub use error::AgentError;
pub use estimate::{OperationEstimate, SpawnEstimate};
pub use keys::AgentKeys;
pub use read::AgentDetail;
pub(crate) use sight::sees;
pub use spawn::{NewChild, SpawnedAgent};
pub(crate) use text::checked;
pub use transfer::Transferred;
pub use update::{AgentPatch, Edit};

/// What the use-cases need.
pub struct AgentsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where agents are read.
    pub queries: Arc<dyn AgentQueries>,
    /// What colleagues published.
    pub publishing: Arc<dyn PublishingQueries>,
    /// Who belongs to which team.
    pub teams: Arc<dyn TeamQueries>,
    /// What was asked for before.
    pub journal: Arc<dyn JournalQueries>,
    /// What can be bound.
    pub catalog: Arc<Catalog>,
    /// How keys are stored.
    pub hasher: Arc<dyn TokenHasher>,
    /// Keys.
    pub entropy: Arc<dyn Entropy>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Agents {
    parts: AgentsParts,
}

impl Agents {
    /// Over these parts.
    pub const fn new(parts: AgentsParts) -> Self {
        Self { parts }
    }
}

/// The author may, and the agent is there to be changed: everything that a change asks before it writes.
async fn changeable(
    tx: &mut dyn Tx,
    author: &Author,
    id: AgentId,
    permission: Permission,
) -> Result<Agent, AgentError> {
    permitted(tx, author, permission).await?;
    let agent = tx.agents().find(author.org(), id).await?;
    agent.filter(|agent| agent.status != AgentStatus::Deleted).ok_or(AgentError::NotFound("agent"))
}

/// The same, of an agent that is not on its way out.
async fn living(tx: &mut dyn Tx, author: &Author, id: AgentId, permission: Permission) -> Result<Agent, AgentError> {
    let agent = changeable(tx, author, id, permission).await?;
    if agent.status == AgentStatus::Ending {
        return Err(AgentError::invalid("status", "is ending: the agent is deleted when its last request has ended"));
    }
    Ok(agent)
}

async fn permitted(tx: &mut dyn Tx, author: &Author, permission: Permission) -> Result<(), AgentError> {
    author.require(tx, permission, AgentError::Forbidden).await
}

#[cfg(test)]
mod tests;
