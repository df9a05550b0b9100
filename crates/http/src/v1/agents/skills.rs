//! What an agent can do: the operations that it is bound to. Workflows are granted elsewhere; as long as there are none, none is
//! listed, and taking one away finds nothing.

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::access::UserCaller;
use upivia_domain::identity::Permission;
use utoipa::ToSchema;

use super::{handlers::id, rows::BindingBody, view::bodies};
use crate::{
    ApiError, Input,
    fields::required,
    openapi::{Doc, Kind, Parameter, Place, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::{present::ok, skill_proposals::SkillProposalBody},
};

pub(super) const LIST: Route = Route {
    method: Method::Get,
    path: "/agents/{id}/skills",
    access: Access::Person(Permission::AgentReadSkills, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listAgentSkills",
        summary: "What an agent can do",
        details: "The operations that it is bound to, with their limits, the skills that people approved for it, and the workflows \
                  that it was granted.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "Its skills.", schema: SchemaOf::of::<AgentSkillsBody>() }],
        errors: &[],
    },
};

pub(super) const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/agents/{id}/skills",
    access: Access::Person(Permission::WorkflowCreate, |caller, input| Box::pin(remove(caller, input))),
    changes: false,
    doc: Doc {
        id: "removeAgentSkill",
        summary: "Take a workflow from an agent",
        details: "Nothing happens where it was not granted. Services are taken away with `DELETE /agents/{id}/services`.",
        parameters: &[Parameter {
            name: "workflow_id",
            place: Place::Query,
            meaning: "The workflow.",
            kind: Kind::Text,
            required: true,
        }],
        body: None,
        answers: &[Success {
            status: 200,
            meaning: "It is not granted any more.",
            schema: SchemaOf::of::<RemovedSkillBody>(),
        }],
        errors: &[],
    },
};

/// The skills of an agent.
#[derive(Debug, Serialize, ToSchema)]
struct AgentSkillsBody {
    agent_id: String,
    services: Vec<BindingBody>,
    /// What it learnt: the proposals of its own that people approved.
    learnt: Vec<SkillProposalBody>,
    #[schema(value_type = Vec<Object>)]
    workflows: [(); 0],
}

/// A workflow that the agent does not have any more.
#[derive(Debug, Serialize, ToSchema)]
struct RemovedSkillBody {
    agent_id: String,
    workflow_id: String,
    /// Whether it had been granted.
    removed: bool,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let detail = input.api.parts.agents.find(caller.org, id(&input)?).await?;
    let learnt = input.api.parts.skills.learnt(caller.org, detail.agent.id).await?;
    let learnt = learnt.into_iter().map(SkillProposalBody::from).collect();
    let detail = input.api.parts.agents.find_seen(&caller, id(&input)?).await?;
    let agent_id = detail.agent.id.to_string();
    ok(&AgentSkillsBody { agent_id, services: bodies(detail.bindings), learnt, workflows: [] })
}

async fn remove(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = id(&input)?;
    let workflow_id = required("workflow_id", input.query()?.text("workflow_id").map(str::to_owned))?;
    let detail = input.api.parts.agents.find_seen(&caller, id).await?;
    ok(&RemovedSkillBody { agent_id: detail.agent.id.to_string(), workflow_id, removed: false })
}
