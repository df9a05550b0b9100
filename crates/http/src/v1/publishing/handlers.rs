//! Parse, one call, present.

use actix_web::HttpResponse;
use upivia_application::{access::UserCaller, publishing::PublicationsWanted};
use upivia_domain::{
    AgentId, PublicationId, PublishRequestId,
    publishing::{PublicationStatus, PublishRequestStatus, Subject},
};

use super::{
    DEFAULT_LIMIT, MOST,
    body::{AnswerPublishRequest, Nothing},
    view::{PublicationBody, PublicationList, PublishRequestBody, PublishRequestList},
};
use crate::{
    ApiError, Input, fields,
    query::Query,
    v1::{cursor, present::ok},
};

const WHAT: &str = "publish request";

pub(super) async fn requests(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let status = match query.text("status") {
        Some("all") => None,
        _ => Some(query.parsed("status")?.unwrap_or(PublishRequestStatus::Pending)),
    };
    let limit = query.limit(DEFAULT_LIMIT, MOST)?;
    let page = input.api.parts.publishing.requests(&caller, status, place(&query)?, limit).await?;
    ok(&PublishRequestList::from(page))
}

pub(super) async fn answer(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, body) = (input.path::<PublishRequestId>("id", WHAT)?, input.json::<AnswerPublishRequest>()?);
    if body.named()?.is_some_and(|named| named != id) {
        return Err(ApiError::invalid("request_id", "names another request than the path"));
    }
    respond(caller, &input, id, body).await
}

pub(super) async fn answer_by_body(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let body = input.json::<AnswerPublishRequest>()?;
    let id = fields::required("request_id", body.named()?)?;
    respond(caller, &input, id, body).await
}

async fn respond(
    caller: UserCaller,
    input: &Input,
    id: PublishRequestId,
    body: AnswerPublishRequest,
) -> Result<HttpResponse, ApiError> {
    let (answer, reason) = body.into_answer()?;
    let answered = input.api.parts.publishing.answer(input.author(caller), id, answer, reason).await?;
    ok(&PublishRequestBody::from(answered))
}

pub(super) async fn publications(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let status = match query.text("status") {
        Some("all") => None,
        _ => Some(query.parsed("status")?.unwrap_or(PublicationStatus::Active)),
    };
    let subject = query.parsed::<AgentId>("agent_id")?.map(Subject::Agent);
    let wanted = PublicationsWanted { status, scope: query.parsed("scope")?, subject, cursor: place(&query)? };
    let page = input.api.parts.publishing.publications(&caller, wanted, query.limit(DEFAULT_LIMIT, MOST)?).await?;
    ok(&PublicationList::from(page))
}

pub(super) async fn revoke(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let _: Nothing = input.json()?;
    let id: PublicationId = input.path("id", "publication")?;
    ok(&PublicationBody::from(input.api.parts.publishing.revoke(input.author(caller), id).await?))
}

fn place(query: &Query) -> Result<Option<i64>, ApiError> {
    query.text("cursor").map(cursor::place).transpose()
}
