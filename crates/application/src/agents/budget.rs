//! What an agent may spend in a month, whatever it buys.

use serde_json::json;
use upivia_domain::{
    AgentId, NanoUsd,
    agent::Agent,
    audit::Object,
    identity::Permission,
    ports::{Tx, transact},
};

use super::{AgentError, Agents, changeable};
use crate::access::{Author, Entry};

impl Agents {
    /// Sets or, with `None`, lifts the cap. It holds from the next request on; usage so far stays as it is.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn set_budget(&self, author: Author, id: AgentId, cap: Option<NanoUsd>) -> Result<Agent, AgentError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(set_budget(tx, author, id, cap))).await
    }
}

async fn set_budget(tx: &mut dyn Tx, author: Author, id: AgentId, cap: Option<NanoUsd>) -> Result<Agent, AgentError> {
    let agent = changeable(tx, &author, id, Permission::AgentCapAny).await?;
    let detail = json!({ "old": agent.month_cap.map(NanoUsd::nanos), "new": cap.map(NanoUsd::nanos) });
    let agent = Agent { month_cap: cap, ..agent };
    tx.agents().update(&agent).await?;
    let object = Object { kind: "agent", id: id.to_string() };
    let entry = Entry { kind: "agent.budget_changed", object, agent: Some(id), operation: None, detail };
    author.record(tx, entry).await?;
    Ok(agent)
}
