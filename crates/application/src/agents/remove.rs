//! The end of an agent: at once where nothing is open, else when its last request has ended.

use std::sync::Arc;

use upivia_domain::{
    AgentId,
    agent::{Agent, AgentStatus},
    identity::Permission,
    ports::{Tx, transact},
};

use super::{AgentError, Agents, changeable, end::end};
use crate::access::{AgentCaller, Author, Recorder};

impl Agents {
    /// Deletes an agent and all that descend from it: their keys are dead, their bindings gone and the open tasks that they
    /// gave or were given cancelled when this returns, and what spawned ones did not spend is back where it came from;
    /// requests, usage and events stay. One that still has a request on its way is [`AgentStatus::Ending`] until that has
    /// ended. May be repeated until then.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn remove(&self, author: Author, id: AgentId) -> Result<Agent, AgentError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(remove(tx, author, id))).await
    }

    /// The same by an agent, of one that descends from it and has money of the caller's mode.
    ///
    /// # Errors
    ///
    /// [`AgentError::NotFound`] for any other agent, [`AgentError::Unauthorized`], [`AgentError::Unavailable`]; nothing was
    /// changed.
    pub async fn end_own(
        &self,
        caller: AgentCaller,
        trace: Option<Arc<str>>,
        id: AgentId,
    ) -> Result<Agent, AgentError> {
        transact(&*self.parts.unit, &[caller.org], move |tx| Box::pin(end_own(tx, caller, trace, id))).await
    }
}

async fn remove(tx: &mut dyn Tx, author: Author, id: AgentId) -> Result<Agent, AgentError> {
    let before = changeable(tx, &author, id, Permission::AgentDeleteAny).await?;
    if before.status == AgentStatus::Ending {
        return Ok(before);
    }
    if let Some(why) = before.kind.never_deleted() {
        return Err(AgentError::Protected(why));
    }
    Ok(end(tx, &author.recorder(), before).await?)
}

async fn end_own(
    tx: &mut dyn Tx,
    caller: AgentCaller,
    trace: Option<Arc<str>>,
    id: AgentId,
) -> Result<Agent, AgentError> {
    if !caller.is_in_force(tx).await? {
        return Err(AgentError::Unauthorized);
    }
    let is_own = |agent: &Agent| {
        let is_alive = agent.status != AgentStatus::Deleted;
        let has_money = agent.origin.as_ref().is_some_and(|origin| origin.mode == caller.mode);
        is_alive && has_money && agent.ancestors.contains(&caller.agent)
    };
    let agent = tx.agents().find(caller.org, id).await?.filter(is_own).ok_or(AgentError::NotFound("agent"))?;
    if agent.status == AgentStatus::Ending {
        return Ok(agent);
    }
    Ok(end(tx, &Recorder::agent(&caller, trace), agent).await?)
}
