//! One step of a task: the child says how far it came, the parent takes it back.

use serde_json::json;
use upivia_domain::{
    AgentId, DelegationId,
    delegation::{DelegatedTask, TaskStatus},
    identity::Permission,
    ports::{Tx, transact},
};

use super::{DelegationError, Delegations, create::object, permitted};
use crate::{
    access::{Entry, Initiator},
    agents::checked,
};

const LONGEST_RESULT: usize = 10_000;

/// Where a task goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The status to be.
    pub status: TaskStatus,
    /// What came of it; only where it ends by the child's word.
    pub result: Option<String>,
}

impl Delegations {
    /// Moves a task on, in the name of the agent on one of its sides. The same step again changes nothing.
    ///
    /// # Errors
    ///
    /// See [`DelegationError`]; nothing was written.
    pub async fn advance(
        &self,
        by: Initiator,
        (agent, id): (AgentId, DelegationId),
        step: Step,
    ) -> Result<DelegatedTask, DelegationError> {
        let result = checked("result", step.result, LONGEST_RESULT)?;
        if result.is_some() && !matches!(step.status, TaskStatus::Completed | TaskStatus::Failed) {
            return Err(DelegationError::invalid("result", "belongs to completed and failed"));
        }
        let (org, status) = (by.org(), step.status);
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move { advance(tx, &by, (agent, id), status, result).await })
        })
        .await
    }
}

async fn advance(
    tx: &mut dyn Tx,
    by: &Initiator,
    (agent, id): (AgentId, DelegationId),
    status: TaskStatus,
    result: Option<String>,
) -> Result<DelegatedTask, DelegationError> {
    permitted(tx, by, Permission::DelegationUpdate).await?;
    let found = tx.delegations().find(by.org(), id).await?;
    let task = found.filter(|task| task.involves(agent) && by.speaks_for(agent));
    let task = task.ok_or(DelegationError::NotFound("delegated task"))?;
    let side = status.said_by().ok_or_else(|| DelegationError::invalid("status", "cannot go back to pending"))?;
    if !task.is_on(side, agent) {
        return Err(DelegationError::OtherSide(side));
    }
    if task.status == status {
        return Ok(task);
    }
    if !task.status.may_become(status) {
        return Err(DelegationError::State(task.status));
    }
    let seq = by.record(tx, entry(agent, &task, status)).await?;
    let task = DelegatedTask { seq, ..task.advanced(status, result, tx.now()) };
    tx.delegations().update(&task).await?;
    Ok(task)
}

/// What the child says is free text: it stands in the row, never in the chain.
pub(super) fn entry(agent: AgentId, task: &DelegatedTask, status: TaskStatus) -> Entry {
    let kind = match status {
        TaskStatus::Cancelled => "delegation.cancelled",
        TaskStatus::Completed => "delegation.completed",
        TaskStatus::Failed => "delegation.failed",
        TaskStatus::Pending | TaskStatus::Accepted | TaskStatus::InProgress => "delegation.updated",
    };
    let detail = json!({
        "parent": task.parent,
        "child": task.child,
        "old": { "status": task.status.as_str() },
        "new": { "status": status.as_str() },
    });
    Entry { kind, object: object(task.id), agent: Some(agent), operation: None, detail }
}
