//! What is sent.

use serde::Deserialize;
use serde_json::Value;
use upivia_application::delegations::{NewTask, Step};
use utoipa::ToSchema;

use crate::{
    ApiError,
    fields::{self, Member},
};

/// A task to be.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Delegate {
    /// Who is to work on it; absent: the agent of the path itself.
    #[serde(alias = "childAgentId")]
    #[schema(value_type = Option<String>)]
    child_agent_id: Member,
    /// What is to be reached; at most 10,000 characters.
    #[schema(value_type = String, max_length = 10_000)]
    objective: Member,
    /// Whole cents, for live and for test money each; absent: counted, never refused by the task itself.
    #[serde(alias = "budgetCapCents")]
    #[schema(value_type = Option<i64>, minimum = 0)]
    budget_cap_cents: Member,
    /// Services such as `email` and operations such as `email.send`, all of which the child may use already; absent: all of
    /// those, an empty list: none.
    #[schema(value_type = Option<Vec<String>>)]
    permissions: Member,
    /// The model that is to work on it, for whoever runs it.
    #[serde(alias = "modelId")]
    #[schema(value_type = Option<String>)]
    model_id: Member,
    /// Must not be true: whoever holds the child's key works on the task.
    #[serde(alias = "executeNow")]
    #[schema(value_type = Option<bool>)]
    execute_now: Member,
}

/// A step of a task.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct AdvanceTask {
    /// `accepted`, `in_progress`, `completed`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    status: Member,
    /// What came of it, with `completed` or `failed`; at most 10,000 characters.
    #[schema(value_type = Option<String>, max_length = 10_000)]
    result: Member,
}

impl Delegate {
    pub(super) fn into_new(self) -> Result<NewTask, ApiError> {
        let child = fields::text("child_agent_id", self.child_agent_id)?;
        if fields::flag("execute_now", self.execute_now)? == Some(true) {
            return Err(ApiError::invalid(
                "execute_now",
                "is not available here: the child works on it with its own key",
            ));
        }
        Ok(NewTask {
            child: child.map(|id| id.parse().map_err(|_| ApiError::NotFound("agent"))).transpose()?,
            objective: fields::required("objective", fields::text("objective", self.objective)?)?,
            cap: fields::cents("budget_cap_cents", self.budget_cap_cents)?,
            permissions: names(self.permissions)?,
            model_id: fields::text("model_id", self.model_id)?,
        })
    }
}

impl AdvanceTask {
    pub(super) fn into_step(self) -> Result<Step, ApiError> {
        Ok(Step {
            status: fields::required("status", fields::parsed("status", self.status)?)?,
            result: fields::text("result", self.result)?,
        })
    }
}

/// Absent narrows nothing; an empty list takes everything away.
fn names(member: Member) -> Result<Option<Vec<String>>, ApiError> {
    if matches!(member, None | Some(Value::Null)) {
        return Ok(None);
    }
    let wrong = || ApiError::invalid("permissions", "must be an array of strings");
    let names = fields::list("permissions", member)?.into_iter();
    names.map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect::<Result<_, _>>().map(Some)
}
