//! Parse, one call, present.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::access::{Principal, UserCaller};
use upivia_domain::AgentId;

use super::{
    body::{CreateAgent, EnableService, RotateKey, SetBudget, team},
    view::{AgentDetailBody, AgentList, BudgetBody, CreatedAgentBody, EnabledBody, KeysBody, RemovedBody},
};
use crate::{
    ApiError, Input,
    fields::required,
    v1::present::{ok, with_status},
};

pub(super) async fn list(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let team = team(input.query()?.text("team_id").map(str::to_owned))?;
    let agents = input.api.parts.agents.list(&caller, team).await?;
    ok(&AgentList::of(agents))
}

pub(super) async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let new = input.json::<CreateAgent>()?.into_new()?;
    let created = input.api.parts.agents.create(input.author(caller), new).await?;
    with_status(StatusCode::CREATED, &CreatedAgentBody::of(created))
}

pub(super) async fn find(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let detail = input.api.parts.agents.find_seen(&caller, id(&input)?).await?;
    ok(&AgentDetailBody::of(detail))
}

pub(super) async fn enable(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, (what, terms)) = (id(&input)?, input.json::<EnableService>()?.into_binding()?);
    let bindings = input.api.parts.agents.bind(input.author(caller), id, what, terms).await?;
    ok(&EnabledBody::of(id, bindings))
}

pub(super) async fn disable(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let service = required("service_id", input.query()?.text("service_id").map(str::to_owned))?;
    let id = id(&input)?;
    let unbound = input.api.parts.agents.unbind(input.author(caller), id, service.clone()).await?;
    ok(&RemovedBody::of(id, service, &unbound))
}

pub(super) async fn budget(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, cap) = (id(&input)?, input.json::<SetBudget>()?.into_cap()?);
    let agent = input.api.parts.agents.set_budget(input.author(caller), id, cap).await?;
    ok(&BudgetBody::of(&agent))
}

pub(super) async fn rotate(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, mode) = (id(&input)?, input.json::<RotateKey>()?.into_mode()?);
    let keys = input.api.parts.agents.rotate_keys(input.author(caller), id, mode).await?;
    ok(&KeysBody::of(id, keys))
}

pub(super) fn id(input: &Input) -> Result<AgentId, ApiError> {
    input.path("id", "agent")
}
