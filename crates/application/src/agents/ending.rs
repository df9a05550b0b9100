//! Agents that were deleted while a request was on its way are gone when it has ended. Nobody tells: a look now and then costs
//! the requests of everybody else nothing.

use std::{sync::Arc, time::Duration};

use upivia_domain::{
    AgentId, NodeId, OrgId,
    agent::AgentStatus,
    identity::Actor,
    ports::{AgentQueries, StoreError, Tx, UnitOfWork, transact},
};

use super::end::end;
use crate::access::Recorder;

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
        // Children are younger than their parents, who wait for them.
        for (org, id) in self.queries.ending_agents(AT_ONCE).await?.into_iter().rev() {
            gone += usize::from(self.end(org, id).await?);
        }
        Ok(gone)
    }

    async fn end(&self, org: OrgId, id: AgentId) -> Result<bool, StoreError> {
        let by = Recorder { org, actor: Actor::System { node: self.node }, trace: None };
        transact(&*self.unit, &[org], move |tx| Box::pin(end_now(tx, by, id))).await
    }
}

/// Another node may have been faster.
async fn end_now(tx: &mut dyn Tx, by: Recorder, id: AgentId) -> Result<bool, StoreError> {
    let agent = tx.agents().find(by.org(), id).await?.filter(|agent| agent.status == AgentStatus::Ending);
    let Some(agent) = agent else { return Ok(false) };
    Ok(end(tx, &by, agent).await?.status == AgentStatus::Deleted)
}
