//! Parse, one call, present.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::access::UserCaller;
use upivia_domain::{WebhookEndpointId, ports::DeliveryFilter};

use super::{
    DEFAULT_LIMIT, MOST,
    body::{CreateEndpoint, Nothing, UpdateEndpoint},
    view::{DeliveryBody, DeliveryPage, EndpointBody, EndpointList, RemovedEndpoint, SecretBody},
};
use crate::{
    ApiError, Input,
    v1::{
        cursor,
        present::{ok, with_status},
    },
};

pub(super) async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let found = input.api.parts.webhooks.list(caller.org).await?;
    ok(&EndpointList { webhook_endpoints: found.iter().map(EndpointBody::of).collect() })
}

pub(super) async fn create(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let new = input.json::<CreateEndpoint>()?.read()?;
    let made = input.api.parts.webhooks.create(input.author(caller), new).await?;
    with_status(StatusCode::CREATED, &SecretBody::of(made))
}

pub(super) async fn read(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let endpoint = input.api.parts.webhooks.find(caller.org, id(&input)?).await?;
    ok(&EndpointBody::of(&endpoint))
}

pub(super) async fn update(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, change) = (id(&input)?, input.json::<UpdateEndpoint>()?.read()?);
    let endpoint = input.api.parts.webhooks.update(input.author(caller), id, change).await?;
    ok(&EndpointBody::of(&endpoint))
}

pub(super) async fn remove(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = id(&input)?;
    input.api.parts.webhooks.remove(input.author(caller), id).await?;
    ok(&RemovedEndpoint { id: id.to_string(), removed: true })
}

pub(super) async fn rotate(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, Nothing {}) = (id(&input)?, input.json()?);
    let made = input.api.parts.webhooks.rotate_secret(input.author(caller), id).await?;
    ok(&SecretBody::of(made))
}

pub(super) async fn test(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, Nothing {}) = (id(&input)?, input.json()?);
    let delivery = input.api.parts.webhooks.test(input.author(caller), id).await?;
    with_status(StatusCode::ACCEPTED, &DeliveryBody::of(&delivery))
}

pub(super) async fn deliveries(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, query) = (id(&input)?, input.query()?);
    let limit = query.limit(DEFAULT_LIMIT, MOST)?;
    let before_place = query.text("cursor").map(cursor::place).transpose()?;
    let filter = DeliveryFilter { status: query.parsed("status")?, before_place };
    // One more than is shown tells whether there is another page.
    let mut found = input.api.parts.webhooks.deliveries(caller.org, id, filter, limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next_cursor = found.last().filter(|_| more).map(|last| cursor::text(last.place));
    ok(&DeliveryPage { deliveries: found.iter().map(DeliveryBody::of).collect(), next_cursor })
}

pub(super) async fn redeliver(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, delivery, Nothing {}) = (id(&input)?, input.path("delivery_id", "delivery")?, input.json()?);
    let delivery = input.api.parts.webhooks.redeliver(input.author(caller), id, delivery).await?;
    with_status(StatusCode::ACCEPTED, &DeliveryBody::of(&delivery))
}

fn id(input: &Input) -> Result<WebhookEndpointId, ApiError> {
    input.path("id", "webhook endpoint")
}
