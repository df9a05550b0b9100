//! Paid actions: the one endpoint that an agent calls for everything that costs money, and the state of what it asked.

mod body;
mod envelope;
mod figures;
mod message;
pub(super) mod perhaps;
mod reason;
mod shapes;

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::{access::AgentCaller, dispatch::Answer};
use upivia_domain::RequestId;

use self::body::CreateServiceRequest;
use super::{
    idempotency,
    present::{ok, with_status},
};
use crate::{
    ApiError, Input,
    openapi::{Body, Doc, Kind, Parameter, Place, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) use figures::ReasonBody;
pub(crate) use message::reason_of;
pub(crate) use reason::{DELEGATION, explained, explanation, status_of};
pub(crate) use shapes::ServiceRequestBody;

pub(crate) const GROUP: Group = Group {
    name: "Service requests",
    routes: &[
        Route {
            method: Method::Post,
            path: "/service-requests",
            access: Access::Dispatch(|caller, input| Box::pin(create(caller, input))),
            changes: true,
            doc: Doc {
                id: "createServiceRequest",
                summary: "Dispatch one paid action",
                details: "Decides, holds the money, calls the provider and settles. Every decision is a 2xx; `status` says \
                          which: `executed`, `blocked`, `approval_required`, `failed`, or `running` (202, poll it). A repeat \
                          under the same idempotency key answers the present state of the first request with the header \
                          `Idempotent-Replayed: true` and is never charged again; `blocked` and `failed` are final for a key.",
                parameters: &[Parameter {
                    name: "Idempotency-Key",
                    place: Place::Header,
                    meaning: "The caller's name for this attempt, 1 to 255 bytes; the same as `idempotency_key` in the body.",
                    kind: Kind::Text,
                    required: false,
                }],
                body: Some(Body {
                    schema: SchemaOf::of::<CreateServiceRequest>(),
                    example: r#"{"service":"email","operation":"send","payload":{"to":"ada@example.com","subject":"Hi","body":"Hello."}}"#,
                }),
                answers: &[
                    Success {
                        status: 200,
                        meaning: "Decided and ended, or waiting for a person.",
                        schema: SchemaOf::of::<ServiceRequestBody<'static>>(),
                    },
                    Success {
                        status: 202,
                        meaning: "Still running: poll the request.",
                        schema: SchemaOf::of::<ServiceRequestBody<'static>>(),
                    },
                ],
                errors: &[
                    (404, "Something that the payload names is not there for this agent."),
                    (409, "The idempotency key was used with another payload."),
                ],
            },
        },
        Route {
            method: Method::Get,
            path: "/service-requests/{id}",
            access: Access::Agent(|caller, input| Box::pin(find(caller, input))),
            changes: false,
            doc: Doc {
                id: "getServiceRequest",
                summary: "The present state of a request",
                details: "The same shape as the answer to its creation. An agent sees its own requests of the key's mode only.",
                parameters: &[],
                body: None,
                answers: &[Success {
                    status: 200,
                    meaning: "As it stands.",
                    schema: SchemaOf::of::<ServiceRequestBody<'static>>(),
                }],
                errors: &[],
            },
        },
    ],
};

async fn create(caller: AgentCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let body: CreateServiceRequest = input.json()?;
    let new = body.into_request(&input)?;
    let answer = input.api.parts.dispatcher.create(&caller, new).await?;
    input.api.metrics.dispatched(&answer);
    present(&answer)
}

/// A request as its envelope: 202 while it runs.
pub(super) fn present(answer: &Answer) -> Result<HttpResponse, ApiError> {
    let body = ServiceRequestBody::of(&answer.request, answer.replayed);
    let status = if body.is_running() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok(idempotency::marked(with_status(status, &body)?, answer.replayed))
}

async fn find(caller: AgentCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id: RequestId = input.path("id", "service request")?;
    let request = input.api.parts.dispatcher.find(&caller, id).await?;
    ok(&ServiceRequestBody::of(&request, false))
}
