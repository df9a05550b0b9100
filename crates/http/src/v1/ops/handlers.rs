//! From a request of a person to the use-cases and back.

use std::collections::HashMap;

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::{
    access::{Principal, UserCaller},
    outcomes::{OutcomeError, OutcomeWish, Resolved},
};
use upivia_domain::{AgentId, RequestId, dispatch::RequestState};

use super::{
    DEFAULT_LIMIT, MOST,
    body::{AcknowledgeBody, ResolveBody},
    view::{AcknowledgedBody, AlreadyResolvedBody, OutcomeDetailBody, OutcomePageBody},
};
use crate::{
    ApiError, Input,
    query::Query,
    v1::{
        cursor, idempotency,
        present::{ok, with_status},
        service_requests::ServiceRequestBody,
    },
};

pub(super) async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let (wish, limit) = (wish(&query)?, query.limit(DEFAULT_LIMIT, MOST)?);
    let page = input.api.parts.outcomes.list(caller.org, &wish, limit).await?;
    ok(&OutcomePageBody::of(&page, &names(&input, caller).await?))
}

pub(super) async fn find(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let detail = input.api.parts.outcomes.find(caller.org, id(&input)?).await?;
    ok(&OutcomeDetailBody::of(&detail, &names(&input, caller).await?))
}

pub(super) async fn resolve(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = id(&input)?;
    let (decision, field) = input.json::<ResolveBody>()?.into_decision(&input)?;
    match input.api.parts.outcomes.resolve(input.author(caller), id, decision).await {
        Ok(resolved) => ended(&resolved),
        Err(OutcomeError::AboveHold(hold)) => Err(ApiError::invalid(field, OutcomeError::AboveHold(hold))),
        Err(OutcomeError::Ended(request)) => with_status(StatusCode::CONFLICT, &AlreadyResolvedBody::of(&request)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn acknowledge(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = id(&input)?;
    let reason = input.json::<AcknowledgeBody>()?.into_reason()?;
    let was_listed = input.api.parts.outcomes.acknowledge(input.author(caller), id, reason).await?;
    Ok(idempotency::marked(ok(&AcknowledgedBody::of(id))?, !was_listed))
}

fn ended(resolved: &Resolved) -> Result<HttpResponse, ApiError> {
    let response = ok(&ServiceRequestBody::of(&resolved.request, false))?;
    Ok(idempotency::marked(response, resolved.replayed))
}

fn id(input: &Input) -> Result<RequestId, ApiError> {
    input.path("id", "service request with an open outcome")
}

async fn names(input: &Input, caller: UserCaller) -> Result<HashMap<AgentId, String>, ApiError> {
    let agents = input.api.parts.agents.list(&Principal::User(caller), None).await?;
    Ok(agents.into_iter().map(|agent| (agent.id, agent.name.to_string())).collect())
}

fn wish(query: &Query) -> Result<OutcomeWish, ApiError> {
    Ok(OutcomeWish {
        flagged: query.parsed("flagged")?,
        state: query.text("state").map(state).transpose()?,
        mode: query.parsed("mode")?,
        agent: query.parsed("agent_id")?,
        older_than_seconds: query.parsed("older_than_seconds")?,
        cursor: query.text("cursor").map(cursor::place).transpose()?,
    })
}

fn state(text: &str) -> Result<RequestState, ApiError> {
    let found = [RequestState::Running, RequestState::Unknown].into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| ApiError::invalid("state", "must be running or unknown"))
}
