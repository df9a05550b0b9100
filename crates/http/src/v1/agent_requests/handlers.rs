//! Parse, one call, present.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::{
    access::{Principal, UserCaller},
    inbox::InboxFilter,
};
use upivia_domain::AgentRequestId;

use super::{
    DEFAULT_LIMIT, MOST,
    body::{AnswerAgentRequest, AskPeople},
    view::{AgentRequestList, AskedBody},
};
use crate::{
    ApiError, Input, fields,
    v1::{
        cursor,
        present::{ok, with_status},
    },
};

const WHAT: &str = "agent request";

pub(super) async fn ask(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let new = input.json::<AskPeople>()?.into_new()?;
    let inbox = &input.api.parts.inbox;
    let asked = match caller {
        Principal::Agent(agent) => inbox.ask_as_agent(agent, Some(input.trace.shared()), new).await?,
        Principal::User(person) => inbox.ask(input.author(person), new).await?,
    };
    let row = inbox.name(asked.request).await?;
    with_status(StatusCode::CREATED, &AskedBody::of(row, asked.budget_request))
}

pub(super) async fn list(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let is_pending = match query.one_of("status", &["pending", "resolved", "all"])?.as_deref() {
        Some("all") => None,
        Some("resolved") => Some(false),
        _ => Some(true),
    };
    let (kind, cursor) = (query.parsed("type")?, query.text("cursor").map(cursor::place).transpose()?);
    let filter = InboxFilter { is_pending, kind, cursor };
    let page = input.api.parts.inbox.list(&caller, filter, query.limit(DEFAULT_LIMIT, MOST)?).await?;
    ok(&AgentRequestList::from(page))
}

pub(super) async fn find(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let row = input.api.parts.inbox.find(&caller, input.path("id", WHAT)?).await?;
    ok(&AskedBody::of(row, None))
}

pub(super) async fn answer(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, body) = (input.path::<AgentRequestId>("id", WHAT)?, input.json::<AnswerAgentRequest>()?);
    if body.named()?.is_some_and(|named| named != id) {
        return Err(ApiError::invalid("request_id", "names another request than the path"));
    }
    respond(caller, &input, id, body).await
}

pub(super) async fn answer_by_body(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let body = input.json::<AnswerAgentRequest>()?;
    let id = fields::required("request_id", body.named()?)?;
    respond(caller, &input, id, body).await
}

async fn respond(
    caller: UserCaller,
    input: &Input,
    id: AgentRequestId,
    body: AnswerAgentRequest,
) -> Result<HttpResponse, ApiError> {
    let (answer, response) = body.into_answer()?;
    let inbox = &input.api.parts.inbox;
    let asked = inbox.answer(input.author(caller), id, answer, response).await?;
    ok(&AskedBody::of(inbox.name(asked.request).await?, asked.budget_request))
}
