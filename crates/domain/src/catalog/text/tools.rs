//! Tools: functions that the caller runs. What a provider runs itself is billed apart, so it is refused.

use serde_json::Value;

use super::{Fields, PayloadProblem};

pub(super) fn check(fields: &Fields) -> Result<(), PayloadProblem> {
    match fields.get("tools") {
        None => Ok(()),
        Some(Value::Array(tools)) => {
            tools.iter().enumerate().try_for_each(|(position, tool)| check_tool(position, tool))
        }
        Some(_) => Err(PayloadProblem::new("payload.tools", "must be a list of functions")),
    }
}

fn check_tool(position: usize, tool: &Value) -> Result<(), PayloadProblem> {
    let is_function = tool.get("type").and_then(Value::as_str) == Some("function");
    let only_function =
        tool.as_object().is_some_and(|tool| tool.keys().all(|name| ["function", "type"].contains(&name.as_str())));
    let problem = || {
        PayloadProblem::new(format!("payload.tools[{position}]"), "only functions that the caller runs have a price")
    };
    (is_function && only_function).then_some(()).ok_or_else(problem)
}
