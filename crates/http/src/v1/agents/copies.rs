//! Agents after the pattern of others, and agents with new owners. Both answers show keys for the only time.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::access::UserCaller;
use upivia_domain::{UserId, identity::Permission};
use utoipa::ToSchema;

use super::{
    handlers::id,
    rows::AgentBody,
    view::{CreatedAgentBody, KeysBody},
};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::{ok, with_status},
};

pub(super) const CLONE: Route = Route {
    method: Method::Post,
    path: "/agents/{id}/clone",
    access: Access::Person(Permission::AgentCreateOwn, |caller, input| Box::pin(clone(caller, input))),
    changes: true,
    doc: Doc {
        id: "cloneAgent",
        summary: "Create an agent after the pattern of another one",
        details: "Profile, team, monthly cap and bindings are copied; the clone is active, belongs to the caller, has used up \
                  nothing, and has two keys of its own, shown here for the only time. Bindings are handed out only by those \
                  with the permission `service.toggle`: without it the clone of an agent that was published to one has none, and \
                  an agent of one's own that has any cannot be cloned.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<CloneAgent>(), example: r#"{"name":"Scout 2"}"# }),
        answers: &[Success { status: 201, meaning: "Created.", schema: SchemaOf::of::<CreatedAgentBody>() }],
        errors: &[],
    },
};

pub(super) const TRANSFER: Route = Route {
    method: Method::Patch,
    path: "/agents/{id}/transfer",
    access: Access::Person(Permission::AgentTransferAny, |caller, input| Box::pin(transfer(caller, input))),
    changes: true,
    doc: Doc {
        id: "transferAgent",
        summary: "Give an agent another owner",
        details: "The new owner is a member of the organization. Both keys die at once; the new ones are shown here for the \
                  only time. From the next request on the new owner's budget in the team counts.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<TransferAgent>(),
            example: r#"{"user_id":"usr_0000000000000000000000"}"#,
        }),
        answers: &[Success { status: 200, meaning: "Transferred.", schema: SchemaOf::of::<TransferredAgentBody>() }],
        errors: &[(404, "There is no such agent, or no such member of the organization.")],
    },
};

/// How the clone differs.
#[derive(Debug, Deserialize, ToSchema)]
struct CloneAgent {
    /// 1 to 200 characters; absent: the name of the pattern with ` (copy)` behind it.
    #[schema(value_type = Option<String>, example = "Scout 2")]
    name: Member,
}

/// Who is to answer for the agent.
#[derive(Debug, Deserialize, ToSchema)]
struct TransferAgent {
    /// A member of the organization.
    #[serde(alias = "userId")]
    #[schema(value_type = String)]
    user_id: Member,
}

/// An agent with its new owner and its new keys.
#[derive(Debug, Serialize, ToSchema)]
struct TransferredAgentBody {
    agent: AgentBody,
    #[serde(flatten)]
    keys: KeysBody,
}

async fn clone(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, body) = (id(&input)?, input.json::<CloneAgent>()?);
    let name = fields::parsed("name", body.name)?;
    let made = input.api.parts.agents.clone_agent(input.author(caller), id, name).await?;
    with_status(StatusCode::CREATED, &CreatedAgentBody::of(made))
}

async fn transfer(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, body) = (id(&input)?, input.json::<TransferAgent>()?);
    let to = fields::required("user_id", fields::text("user_id", body.user_id)?)?;
    // A text that cannot be an id names nobody.
    let to: UserId = to.parse().map_err(|_| ApiError::NotFound("member"))?;
    let done = input.api.parts.agents.transfer(input.author(caller), id, to).await?;
    let keys = KeysBody::of(done.agent.id, done.keys);
    ok(&TransferredAgentBody { agent: done.agent.into(), keys })
}
