//! A new owner for an agent. Whoever knew its keys before knows nothing any more.

use serde_json::json;
use upivia_domain::{
    AgentId, Mode, UserId,
    agent::Agent,
    audit::Object,
    identity::Permission,
    ports::{Tx, transact},
};

use super::{AgentError, AgentKeys, Agents, keys, living};
use crate::access::{Author, Entry};

/// An agent with its new owner. Its new keys are here and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transferred {
    /// The agent.
    pub agent: Agent,
    /// Its keys in clear.
    pub keys: AgentKeys,
}

impl Agents {
    /// Makes a member of the organization the one who answers for an agent, and replaces both of its keys. From the next
    /// request on the new owner's money of the team counts.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn transfer(&self, author: Author, id: AgentId, to: UserId) -> Result<Transferred, AgentError> {
        let (org, keys) = (author.org(), vec![self.mint(Mode::Live), self.mint(Mode::Test)]);
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(transfer(tx, author, id, to, keys))).await
    }
}

async fn transfer(
    tx: &mut dyn Tx,
    author: Author,
    id: AgentId,
    to: UserId,
    keys: Vec<keys::NewKey>,
) -> Result<Transferred, AgentError> {
    let before = living(tx, &author, id, Permission::AgentTransferAny).await?;
    tx.memberships().find(author.org(), to).await?.ok_or(AgentError::NotFound("member"))?;
    let detail = json!({ "old": { "owner": before.owner }, "new": { "owner": to } });
    let agent = Agent { owner: to, ..before };
    tx.agents().update(&agent).await?;
    let object = Object { kind: "agent", id: id.to_string() };
    author.record(tx, Entry { kind: "agent.transferred", object, agent: Some(id), operation: None, detail }).await?;
    let keys = keys::replace(tx, &author, &agent, keys).await?;
    Ok(Transferred { agent, keys })
}
