//! The stop switch as people use it: stop an organization, a team or an agent's tree, see what is stopped, resume.
//!
//! Each change is one transaction with its audit event; it decides from the next command on, on every node. What it refuses
//! and in which order is the domain's business ([`upivia_domain::policy::StopScope`]).

mod error;
mod list;

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    OrgId,
    agent::AgentStatus,
    audit::Object,
    identity::Permission,
    policy::{Stop, StopScope},
    ports::{AgentQueries, CredentialQueries, LedgerQueries, StandingQueries, StopQueries, Tx, UnitOfWork, transact},
};

use crate::access::{Author, Entry};

pub use error::StopError;
pub use list::{Halted, StoppedThings};

/// What the use-cases need.
pub struct StopsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// What is stopped.
    pub stops: Arc<dyn StopQueries>,
    /// Whether the organization may spend at all.
    pub standings: Arc<dyn StandingQueries>,
    /// The status that decides.
    pub ledger: Arc<dyn LedgerQueries>,
    /// Names of agents and teams.
    pub agents: Arc<dyn AgentQueries>,
    /// Addresses of people.
    pub people: Arc<dyn CredentialQueries>,
}

/// The use-cases.
pub struct Stops {
    parts: StopsParts,
}

impl Stops {
    /// Over these parts.
    pub const fn new(parts: StopsParts) -> Self {
        Self { parts }
    }

    /// Stops all spending of that scope, from the next request on, on every node. What is stopped already stays as it is,
    /// with the reason that it has.
    ///
    /// # Errors
    ///
    /// See [`StopError`].
    pub async fn stop(&self, author: Author, scope: StopScope, reason: String) -> Result<Stop, StopError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(stop(tx, author, scope, reason))).await
    }

    /// Ends the stop of that very scope; returns it, or `None` where nothing was stopped and nothing was changed. Other
    /// stops that reach the same agents stay.
    ///
    /// # Errors
    ///
    /// See [`StopError`].
    pub async fn resume(
        &self,
        author: Author,
        scope: StopScope,
        reason: Option<String>,
    ) -> Result<Option<Stop>, StopError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(resume(tx, author, scope, reason))).await
    }
}

async fn stop(tx: &mut dyn Tx, author: Author, scope: StopScope, reason: String) -> Result<Stop, StopError> {
    permitted(tx, &author, Permission::SpendingStop).await?;
    let org = author.org();
    require(tx, org, scope).await?;
    if let Some(earlier) = tx.stops().find(org, scope).await? {
        return Ok(earlier);
    }
    let stop = Stop { org, scope, reason, stopped_by: author.caller.user, stopped_at: tx.now() };
    tx.stops().insert(&stop).await?;
    author.record(tx, entry("spending.stopped", &stop, json!({ "reason": stop.reason }))).await?;
    Ok(stop)
}

async fn resume(
    tx: &mut dyn Tx,
    author: Author,
    scope: StopScope,
    reason: Option<String>,
) -> Result<Option<Stop>, StopError> {
    permitted(tx, &author, Permission::SpendingResume).await?;
    let org = author.org();
    let Some(stop) = tx.stops().find(org, scope).await? else {
        require(tx, org, scope).await?;
        return Ok(None);
    };
    tx.stops().remove(org, scope).await?;
    let old = json!({ "stopped_by": stop.stopped_by, "stopped_at": stop.stopped_at, "reason": stop.reason });
    author.record(tx, entry("spending.resumed", &stop, json!({ "reason": reason, "old": old }))).await?;
    Ok(Some(stop))
}

async fn permitted(tx: &mut dyn Tx, author: &Author, permission: Permission) -> Result<(), StopError> {
    author.require(tx, permission, StopError::Forbidden).await
}

/// What is to be stopped must be there. An agent that was deleted spends nothing.
async fn require(tx: &mut dyn Tx, org: OrgId, scope: StopScope) -> Result<(), StopError> {
    match scope {
        StopScope::Organization => Ok(()),
        StopScope::Team(id) => tx.teams().find(org, id).await?.map(drop).ok_or(StopError::NotFound("team")),
        StopScope::AgentTree(id) => {
            let agent = tx.agents().find(org, id).await?.filter(|agent| agent.status != AgentStatus::Deleted);
            agent.map(drop).ok_or(StopError::NotFound("agent"))
        }
    }
}

fn entry(kind: &'static str, stop: &Stop, detail: Value) -> Entry {
    let (object, agent) = match stop.scope {
        StopScope::Organization => (Object { kind: "organization", id: stop.org.to_string() }, None),
        StopScope::Team(id) => (Object { kind: "team", id: id.to_string() }, None),
        StopScope::AgentTree(id) => (Object { kind: "agent_tree", id: id.to_string() }, Some(id)),
    };
    Entry { kind, object, agent, operation: None, detail }
}
