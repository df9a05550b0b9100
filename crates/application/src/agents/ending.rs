//! Agents that were deleted while a request was on its way are gone when it has ended. Nobody tells: a look now and then costs
//! the requests of everybody else nothing.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use upivia_domain::{
    AgentId, NodeId, OrgId,
    agent::{Agent, AgentStatus},
    audit::{NewEvent, Object},
    identity::Actor,
    ports::{AgentQueries, StoreError, Tx, UnitOfWork, transact},
};

const PAUSE: Duration = Duration::from_secs(5);
const AT_ONCE: u32 = 200;

/// Looks after agents that are ending.
pub struct EndingAgents {
    unit: Arc<dyn UnitOfWork>,
    queries: Arc<dyn AgentQueries>,
    node: NodeId,
}

impl EndingAgents {
    /// On this node.
    pub const fn new(unit: Arc<dyn UnitOfWork>, queries: Arc<dyn AgentQueries>, node: NodeId) -> Self {
        Self { unit, queries, node }
    }

    /// Looks for ever; the task is simply aborted at the end of the process. Any number of nodes may do so.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "looking for agents that are ending failed");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Looks once; returns how many are gone now.
    ///
    /// # Errors
    ///
    /// The store could not be asked; the next look continues.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let mut gone = 0;
        for (org, id) in self.queries.ending_agents(AT_ONCE).await? {
            gone += usize::from(self.end(org, id).await?);
        }
        Ok(gone)
    }

    async fn end(&self, org: OrgId, id: AgentId) -> Result<bool, StoreError> {
        let actor = Actor::System { node: self.node };
        transact(&*self.unit, &[org], move |tx| Box::pin(end(tx, actor, org, id))).await
    }
}

/// Another node may have been faster.
async fn end(tx: &mut dyn Tx, actor: Actor, org: OrgId, id: AgentId) -> Result<bool, StoreError> {
    let agent = tx.agents().find(org, id).await?.filter(|agent| agent.status == AgentStatus::Ending);
    let Some(agent) = agent else { return Ok(false) };
    if tx.agents().has_open_requests(org, id).await? {
        return Ok(false);
    }
    tx.agents().update(&Agent { status: AgentStatus::Deleted, ..agent }).await?;
    let object = Object { kind: "agent", id: id.to_string() };
    let detail = json!({ "old": { "status": "ending" }, "new": { "status": "deleted" } });
    let event =
        NewEvent { kind: "agent.deleted", actor, agent: Some(id), operation: None, object, detail, trace: None };
    tx.append(org, event).await?;
    Ok(true)
}
