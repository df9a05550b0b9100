//! How an agent ends, and all that descend from it before it: keys and bindings go, open tasks are cancelled, what was not
//! spent goes back.
//!
//! Whoever has a request on its way, or a descendant that has, is ending until that has ended: see [`super::EndingAgents`].

use std::cmp::Reverse;

use serde_json::json;
use upivia_domain::{
    AgentId, CommandId, Mode,
    agent::{Agent, AgentStatus},
    audit::Object,
    ledger::{Command, ReturnUnspent},
    ports::{StoreError, Tx},
    publishing::Subject,
};

use super::{bind, keys};
use crate::{
    access::{Entry, Recorder},
    delegations::close_with,
    publishing::withdraw,
};

/// So many descendants end in one transaction. The others end soon: nothing is admitted below an agent that is ending.
const AT_ONCE: usize = 16;

/// Ends the agent, or lets it be ending. Returns it as it is now.
pub(super) async fn end(tx: &mut dyn Tx, by: &Recorder, agent: Agent) -> Result<Agent, StoreError> {
    let below = tx.agents().descendants(by.org(), agent.id).await?;
    // Those that are ending already end by themselves, each in its own time.
    let (mut left, mut next): (Vec<_>, Vec<_>) = below.into_iter().partition(|one| one.status == AgentStatus::Ending);
    next.sort_by_key(|one| Reverse(one.ancestors.len()));
    left.extend(next.split_off(next.len().min(AT_ONCE)));
    for one in next {
        let waits = is_above(one.id, &left);
        let ended = end_one(tx, by, one, waits).await?;
        if ended.status == AgentStatus::Ending {
            left.push(ended);
        }
    }
    let waits = !left.is_empty();
    end_one(tx, by, agent, waits).await
}

fn is_above(id: AgentId, others: &[Agent]) -> bool {
    others.iter().any(|other| other.ancestors.contains(&id))
}

async fn end_one(tx: &mut dyn Tx, by: &Recorder, agent: Agent, waits: bool) -> Result<Agent, StoreError> {
    if agent.status != AgentStatus::Ending {
        strip(tx, by, agent.id).await?;
        withdraw(tx, by, Subject::Agent(agent.id)).await?;
        close_with(tx, by, agent.id).await?;
    }
    let is_open = waits || tx.agents().has_open_requests(by.org(), agent.id).await?;
    let (kind, status) = match is_open {
        true => ("agent.ending", AgentStatus::Ending),
        false => ("agent.deleted", AgentStatus::Deleted),
    };
    if status == agent.status {
        return Ok(agent);
    }
    let detail = json!({ "old": { "status": agent.status.as_str() }, "new": { "status": status.as_str() } });
    let agent = Agent { status, ..agent };
    tx.agents().update(&agent).await?;
    if agent.origin.is_some() {
        give_back(tx, by, &agent).await?;
    }
    let object = Object { kind: "agent", id: agent.id.to_string() };
    by.record(tx, Entry { kind, object, agent: Some(agent.id), operation: None, detail }).await?;
    Ok(agent)
}

/// Takes everything that the agent could act with.
async fn strip(tx: &mut dyn Tx, by: &Recorder, id: AgentId) -> Result<(), StoreError> {
    for mode in [Mode::Live, Mode::Test] {
        keys::revoke(tx, by, id, mode, None).await?;
    }
    for binding in tx.bindings().list(by.org(), id).await? {
        bind::remove(tx, by, &binding).await?;
    }
    Ok(())
}

/// Once when the end begins, and once for the rest when it has come.
async fn give_back(tx: &mut dyn Tx, by: &Recorder, agent: &Agent) -> Result<(), StoreError> {
    let id = CommandId::derived(&["agent.unspent_returned", &agent.id.to_string(), agent.status.as_str()]);
    let (org, actor, trace) = (by.org(), by.actor, by.trace.clone());
    let command = Command::ReturnUnspent(ReturnUnspent { id, org, agent: agent.id, actor, trace });
    let refused =
        |refusal| StoreError::Internal(format!("{}: what was not spent does not go back: {refusal}", agent.id));
    tx.apply(&command).await?.map(drop).map_err(refused)
}
