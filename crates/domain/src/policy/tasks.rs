//! Which delegated tasks a request is part of, and what they leave of its operations.
//!
//! A request counts in one task of its agent and in one of every agent that it descends from: no tree does more for a task
//! than its cap allows. With one open task nothing has to be named; with several a request says for which it is.

use std::collections::HashMap;

use super::AgentPolicy;
use crate::{AgentId, DelegationId, NanoUsd, catalog::OperationName};

/// An open task of an agent, as far as an admission asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTerms {
    /// Which.
    pub id: DelegationId,
    /// What may be spent for it; absent = counted, never refused.
    pub cap: Option<NanoUsd>,
    /// All that may be used for it; absent = whatever is bound.
    pub operations: Option<Vec<OperationName>>,
}

/// The tasks that a request is part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks<'a> {
    /// Those that are open: the agent's own first, then those of its ancestors, the nearest first.
    pub open: Vec<&'a TaskTerms>,
    /// Those that it names and that are over.
    pub ended: Vec<DelegationId>,
}

/// Why it cannot be said which tasks a request is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskProblem {
    /// It names a task that was given to somebody else, or to nobody.
    Unknown,
    /// Several tasks are open and none of them is named.
    Several,
}

impl TaskTerms {
    /// Whether the operation may be used for the task.
    pub fn permits(&self, operation: &OperationName) -> bool {
        self.operations.as_ref().is_none_or(|operations| operations.contains(operation))
    }
}

impl<'a> Tasks<'a> {
    /// For a request of the first agent of the path, which goes on with those that it descends from. `given` says to whom
    /// tasks that are named were given, where none of these agents has them open.
    ///
    /// # Errors
    ///
    /// [`TaskProblem`].
    pub fn of(
        path: impl Iterator<Item = &'a AgentPolicy>,
        named: &[DelegationId],
        given: &HashMap<DelegationId, AgentId>,
    ) -> Result<Self, TaskProblem> {
        let mut tasks = Self::default();
        for agent in path {
            let over = named.iter().copied().find(|id| given.get(id) == Some(&agent.id));
            match (agent.tasks.iter().find(|task| named.contains(&task.id)), over, agent.tasks.as_slice()) {
                (Some(task), _, _) | (None, None, [task]) => tasks.open.push(task),
                (None, Some(over), _) => tasks.ended.push(over),
                (None, None, []) => {}
                (None, None, _) => return Err(TaskProblem::Several),
            }
        }
        let is_known = |id: &DelegationId| tasks.ended.contains(id) || tasks.open.iter().any(|task| task.id == *id);
        if named.iter().all(is_known) { Ok(tasks) } else { Err(TaskProblem::Unknown) }
    }
}
