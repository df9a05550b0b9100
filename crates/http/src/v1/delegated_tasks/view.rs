//! What is shown.

use serde::Serialize;
use upivia_application::delegations::TaskView;
use upivia_domain::{NanoUsd, Timestamp, catalog::OperationName};
use utoipa::ToSchema;

/// Tasks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskListBody {
    delegated_tasks: Vec<TaskBody>,
}

/// A delegated task, with what was spent for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskBody {
    id: String,
    /// Who gave it.
    parent_agent_id: String,
    /// Who was given it.
    child_agent_id: String,
    objective: String,
    /// `pending`, `accepted`, `in_progress`, `completed`, `failed` or `cancelled`.
    #[schema(example = "pending")]
    status: &'static str,
    /// Null: the task itself refuses nothing.
    budget_cap_cents: Option<i64>,
    budget_cap_usd: Option<String>,
    spent_cents: i64,
    spent_usd: String,
    /// Promised to open requests.
    held_cents: i64,
    held_usd: String,
    /// What may still be spent for it, rounded down; nothing once it has ended. Null without a cap.
    remaining_cents: Option<i64>,
    remaining_usd: Option<String>,
    /// Whose money these figures are: `live` or `test`.
    mode: &'static str,
    /// The operations that may be used for it; null: all that the child is bound to.
    permissions: Option<Vec<String>>,
    model_id: Option<String>,
    /// What the child said at its end.
    result: Option<String>,
    /// The place of its last event in the journal.
    seq: i64,
    created_at: String,
    updated_at: String,
    ended_at: Option<String>,
}

/// A task that somebody looks at again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReattachedBody {
    #[serde(flatten)]
    task: TaskBody,
    /// Whether its status changed after `since`.
    changed: bool,
    /// Files that runs of the task wrote after `since`. As long as no model runs tasks here, none are written.
    #[schema(value_type = Vec<Object>)]
    file_writes: [(); 0],
}

impl TaskListBody {
    pub(super) fn of(tasks: Vec<TaskView>) -> Self {
        Self { delegated_tasks: tasks.into_iter().map(TaskBody::of).collect() }
    }
}

impl ReattachedBody {
    pub(super) fn of(view: TaskView, since: i64) -> Self {
        Self { changed: view.task.seq > since, task: TaskBody::of(view), file_writes: [] }
    }
}

impl TaskBody {
    pub(crate) fn of(TaskView { task, mode, spent }: TaskView) -> Self {
        let is_open = task.is_open();
        let rest = |cap: NanoUsd| {
            let rest = cap.checked_sub(spent.posted).and_then(|rest| rest.checked_sub(spent.held)).unwrap_or_default();
            if is_open { rest.max(NanoUsd::ZERO) } else { NanoUsd::ZERO }
        };
        let remaining = task.cap.map(rest);
        let names = |operations: Vec<OperationName>| operations.iter().map(OperationName::to_string).collect();
        Self {
            id: task.id.to_string(),
            parent_agent_id: task.parent.to_string(),
            child_agent_id: task.child.to_string(),
            objective: task.objective,
            status: task.status.as_str(),
            budget_cap_cents: task.cap.map(NanoUsd::cents_rounded_down),
            budget_cap_usd: task.cap.map(|cap| cap.to_string()),
            spent_cents: spent.posted.cents_half_up(),
            spent_usd: spent.posted.to_string(),
            held_cents: spent.held.cents_half_up(),
            held_usd: spent.held.to_string(),
            remaining_cents: remaining.map(NanoUsd::cents_rounded_down),
            remaining_usd: remaining.map(|rest| rest.to_string()),
            mode: mode.as_str(),
            permissions: task.operations.map(names),
            model_id: task.model_id,
            result: task.result,
            seq: task.seq,
            created_at: task.created_at.to_string(),
            updated_at: task.updated_at.to_string(),
            ended_at: task.ended_at.as_ref().map(Timestamp::to_string),
        }
    }
}
