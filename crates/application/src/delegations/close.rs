//! What becomes of the open tasks of an agent that ends: nobody is left to give them or to work on them.

use upivia_domain::{
    AgentId,
    delegation::{DelegatedTask, TaskStatus},
    ports::{StoreError, Tx},
};

use super::advance::entry;
use crate::access::{Entry, Recorder};

/// Cancels every open task that the agent gave or was given, in the name of whoever ends it. What was spent stays counted.
pub(crate) async fn close_with(tx: &mut dyn Tx, by: &Recorder, agent: AgentId) -> Result<(), StoreError> {
    let status = TaskStatus::Cancelled;
    for task in tx.delegations().open_with(by.org(), agent).await? {
        let mut entry: Entry = entry(agent, &task, status);
        entry.detail["because"] = "agent_ended".into();
        let seq = by.record(tx, entry).await?;
        let task = DelegatedTask { seq, ..task.advanced(status, None, tx.now()) };
        tx.delegations().update(&task).await?;
    }
    Ok(())
}
