//! A request to publish an agent. What becomes of it is told by the group of publishing.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::access::UserCaller;
use upivia_domain::identity::Permission;

use super::handlers::id;
use crate::{
    ApiError, Input,
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::{
        present::with_status,
        publishing::{PublishRequestBody, RequestPublication},
    },
};

pub(super) const PUBLISH: Route = Route {
    method: Method::Post,
    path: "/agents/{id}/publish",
    access: Access::Person(Permission::PublishRequest, |caller, input| Box::pin(publish(caller, input))),
    changes: true,
    doc: Doc {
        id: "publishAgent",
        summary: "Ask to publish an agent",
        details: "Of an agent of one's own, or of any with `agent.manageAny`. `team`: the members of its team see and clone it; \
                  `org`: everybody in the organization; `marketplace`: also everybody in other organizations, who see the \
                  manifest alone. The manifest is the agent as it is now, without money, limits, keys or people, and without its \
                  prompt unless `include_prompt` says so; somebody else has to approve it. One request to the same people at a \
                  time: another one is 409 `publish_request_pending`.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<RequestPublication>(),
            example: r#"{"scope":"org","note":"Finds things for everybody."}"#,
        }),
        answers: &[Success { status: 201, meaning: "Asked.", schema: SchemaOf::of::<PublishRequestBody>() }],
        errors: &[(409, "A request to publish it there waits already.")],
    },
};

async fn publish(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let new = input.json::<RequestPublication>()?.into_new(id(&input)?)?;
    let request = input.api.parts.publishing.ask(input.author(caller), new).await?;
    with_status(StatusCode::CREATED, &PublishRequestBody::from(request))
}
