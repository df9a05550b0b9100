//! Parse, one call, present.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::{
    access::{Principal, UserCaller},
    delegations::TaskList,
};
use upivia_domain::{AgentId, DelegationId, delegation::Side};

use super::{
    body::{AdvanceTask, Delegate},
    view::{ReattachedBody, TaskBody, TaskListBody},
};
use crate::{
    ApiError, Input,
    v1::present::{ok, with_status},
};

pub(super) async fn create(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let (agent, new, delegations) =
        (agent(&input)?, input.json::<Delegate>()?.into_new()?, &input.api.parts.delegations);
    let task = delegations.create(input.initiator(caller.clone()), agent, new).await?;
    with_status(StatusCode::CREATED, &TaskBody::of(delegations.shown(&caller, task).await?))
}

pub(super) async fn list(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let side = match query.one_of("direction", &["created", "received"])?.as_deref() {
        Some("received") => Side::Child,
        _ => Side::Parent,
    };
    let list = TaskList { side, status: query.parsed("status")?, mode: query.parsed("mode")? };
    let tasks = input.api.parts.delegations.list(&caller, agent(&input)?, list).await?;
    ok(&TaskListBody::of(tasks))
}

pub(super) async fn find(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let (agent, task, mode) = (agent(&input)?, task(&input, "task_id")?, input.query()?.parsed("mode")?);
    ok(&TaskBody::of(input.api.parts.delegations.find(&caller, Some(agent), task, mode).await?))
}

pub(super) async fn advance(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let (which, delegations) = ((agent(&input)?, task(&input, "task_id")?), &input.api.parts.delegations);
    let step = input.json::<AdvanceTask>()?.into_step()?;
    let task = delegations.advance(input.initiator(caller.clone()), which, step).await?;
    ok(&TaskBody::of(delegations.shown(&caller, task).await?))
}

pub(super) async fn reattach(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (query, task) = (input.query()?, task(&input, "id")?);
    let since = query.text("since").map(|text| text.parse::<i64>().ok().filter(|since| *since >= 0));
    let since = since.map(|since| since.ok_or_else(|| ApiError::invalid("since", "must be the seq of an event")));
    let mode = query.parsed("mode")?;
    let since = since.transpose()?.unwrap_or(0);
    let view = input.api.parts.delegations.find(&Principal::User(caller), None, task, mode).await?;
    ok(&ReattachedBody::of(view, since))
}

fn agent(input: &Input) -> Result<AgentId, ApiError> {
    input.path("id", "agent")
}

fn task(input: &Input, part: &str) -> Result<DelegationId, ApiError> {
    input.path(part, "delegated task")
}
