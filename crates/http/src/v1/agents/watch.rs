//! Pausing an agent and letting it go on: for who keeps watch, and may change nothing else.

use actix_web::HttpResponse;
use serde::Deserialize;
use upivia_application::access::UserCaller;
use upivia_domain::identity::Permission;
use utoipa::ToSchema;

use super::{handlers::id, profile::ChangedAgentBody};
use crate::{
    ApiError, Input,
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::ok,
};

pub(super) const PAUSE: Route = Route {
    method: Method::Post,
    path: "/agents/{id}/pause",
    access: Access::Person(Permission::AgentPauseAny, |caller, input| Box::pin(pause(caller, input, true))),
    changes: true,
    doc: Doc {
        id: "pauseAgent",
        summary: "Pause an agent",
        details: "From the next request on those of the agent are `failed` with `agent_disabled`, on every node; what is on its \
                  way goes on. One that is paused stays so. `PATCH /agents/{id}` does the same for those who may change more.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<PauseAgent>(), example: "{}" }),
        answers: &[Success { status: 200, meaning: "The agent now.", schema: SchemaOf::of::<ChangedAgentBody>() }],
        errors: &[],
    },
};

pub(super) const RESUME: Route = Route {
    method: Method::Post,
    path: "/agents/{id}/resume",
    access: Access::Person(Permission::AgentPauseAny, |caller, input| Box::pin(pause(caller, input, false))),
    changes: true,
    doc: Doc {
        id: "resumeAgent",
        summary: "Let a paused agent go on",
        details: "One that was disabled stays so (400): that takes `PATCH /agents/{id}`.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<PauseAgent>(), example: "{}" }),
        answers: &[Success { status: 200, meaning: "The agent now.", schema: SchemaOf::of::<ChangedAgentBody>() }],
        errors: &[],
    },
};

/// Nothing is needed.
#[derive(Debug, Deserialize, ToSchema)]
struct PauseAgent {}

async fn pause(caller: UserCaller, input: Input, paused: bool) -> Result<HttpResponse, ApiError> {
    let (id, PauseAgent {}) = (id(&input)?, input.json()?);
    let agent = input.api.parts.agents.set_paused(input.author(caller), id, paused).await?;
    ok(&ChangedAgentBody { agent: agent.into() })
}
