//! The end of an agent: at once where nothing is open, else when its last request has ended.

use serde_json::json;
use upivia_domain::{
    AgentId, Mode,
    agent::{Agent, AgentStatus},
    audit::Object,
    identity::Permission,
    ports::{Tx, transact},
    publishing::Subject,
};

use super::{AgentError, Agents, bind, changeable, keys};
use crate::{
    access::{Author, Entry},
    publishing::withdraw,
};

impl Agents {
    /// Deletes an agent: its keys are dead and its bindings gone when this returns; requests, usage and events stay. One
    /// that still has a request on its way is [`AgentStatus::Ending`] until that has ended. May be repeated until then.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn remove(&self, author: Author, id: AgentId) -> Result<Agent, AgentError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(remove(tx, author, id))).await
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
    strip(tx, &author, id).await?;
    withdraw(tx, &author, Subject::Agent(id)).await?;
    let is_open = tx.agents().has_open_requests(author.org(), id).await?;
    let (kind, status) = match is_open {
        true => ("agent.ending", AgentStatus::Ending),
        false => ("agent.deleted", AgentStatus::Deleted),
    };
    let detail = json!({ "old": { "status": before.status.as_str() }, "new": { "status": status.as_str() } });
    let agent = Agent { status, ..before };
    tx.agents().update(&agent).await?;
    let object = Object { kind: "agent", id: id.to_string() };
    author.record(tx, Entry { kind, object, agent: Some(id), operation: None, detail }).await?;
    Ok(agent)
}

/// Takes everything that the agent could act with.
async fn strip(tx: &mut dyn Tx, author: &Author, id: AgentId) -> Result<(), AgentError> {
    for mode in [Mode::Live, Mode::Test] {
        keys::revoke(tx, author, id, mode, None).await?;
    }
    for binding in tx.bindings().list(author.org(), id).await? {
        bind::remove(tx, author, &binding).await?;
    }
    Ok(())
}
