//! The delegated tasks of an admission, from the rows that are loaded.

use crate::{
    catalog::PayloadProblem,
    ledger::{Admit, Refusal, Snapshot},
    policy::{AgentPolicy, SpendContext, TaskProblem, Tasks},
};

/// Where a caller names the task.
const FIELD: &str = "metadata.delegated_task_id";

/// The tasks that the request is part of; ancestors are the oldest first.
pub(in crate::ledger) fn tasks<'a>(
    snapshot: &'a Snapshot,
    command: &Admit,
    agent: &'a AgentPolicy,
    ancestors: &[&'a AgentPolicy],
) -> Result<Tasks<'a>, Refusal> {
    let delegation = |context: &SpendContext| match context {
        SpendContext::Delegation(task) => Some(*task),
        SpendContext::Run(_) | SpendContext::Room(_) => None,
    };
    let named: Vec<_> = command.contexts.iter().filter_map(delegation).collect();
    let path = std::iter::once(agent).chain(ancestors.iter().rev().copied());
    Tasks::of(path, &named, &snapshot.policy.given).map_err(|problem| {
        let message = match problem {
            TaskProblem::Unknown => "is no task that was given to this agent",
            TaskProblem::Several => "must name one of the tasks: several are open",
        };
        Refusal::InvalidPayload(PayloadProblem::new(FIELD, message))
    })
}
