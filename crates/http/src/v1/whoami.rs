//! Who the caller is, as the server sees it.

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::access::{AgentCaller, Principal, UserCaller};
use upivia_domain::{OrgId, identity::Name};
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input,
    openapi::{Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group {
    name: "Who am I",
    routes: &[Route {
        method: Method::Get,
        path: "/whoami",
        access: Access::Anyone(|caller, input| Box::pin(get(caller, input))),
        changes: false,
        doc: Doc {
            id: "whoami",
            summary: "Whom the credential speaks for",
            details: "For a person their address, role and organization; for an agent key the agent.",
            parameters: &[],
            body: None,
            answers: &[Success { status: 200, meaning: "The caller.", schema: SchemaOf::of::<WhoamiBody>() }],
            errors: &[],
        },
    }],
};

/// A caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum WhoamiBody {
    /// A person.
    Person(PersonBody),
    /// An agent.
    Agent(AgentSelfBody),
}

/// A person in an organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonBody {
    email: String,
    user: UserBody,
    organization: OrganizationBody,
    /// `owner`, `admin`, `member` or `custom`.
    #[schema(example = "owner")]
    role: &'static str,
    /// The custom role, where it is one.
    role_id: Option<String>,
    /// What the credential may: what the role includes, as far as a token with chosen permissions goes.
    permissions: Vec<&'static str>,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
struct UserBody {
    id: String,
    email: String,
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
struct OrganizationBody {
    id: String,
    name: String,
}

/// An agent that asks about itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentSelfBody {
    agent: NamedAgent,
    organization: OrganizationBody,
    /// What its key opens: `live` or `test`.
    #[schema(example = "test")]
    mode: &'static str,
}

/// An agent's id and name.
#[derive(Debug, Serialize, ToSchema)]
struct NamedAgent {
    id: String,
    name: String,
    status: &'static str,
}

async fn get(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let name = input.api.parts.reports.organization_name(caller.org()).await?;
    let organization = organization(caller.org(), &name);
    match caller {
        Principal::User(caller) => ok(&WhoamiBody::Person(person(caller, organization))),
        Principal::Agent(caller) => ok(&WhoamiBody::Agent(agent(caller, organization, &input).await?)),
    }
}

fn organization(id: OrgId, name: &Name) -> OrganizationBody {
    OrganizationBody { id: id.to_string(), name: name.to_string() }
}

fn person(caller: UserCaller, organization: OrganizationBody) -> PersonBody {
    let email = caller.email.to_string();
    let user = UserBody { id: caller.user.to_string(), email: email.clone() };
    PersonBody {
        email,
        user,
        organization,
        role: caller.role.as_str(),
        role_id: caller.role.custom().map(|id| id.to_string()),
        permissions: caller.permissions.names(),
    }
}

async fn agent(caller: AgentCaller, organization: OrganizationBody, input: &Input) -> Result<AgentSelfBody, ApiError> {
    let agent = input.api.parts.agents.find(caller.org, caller.agent).await?.agent;
    let agent = NamedAgent { id: agent.id.to_string(), name: agent.name.to_string(), status: agent.status.as_str() };
    Ok(AgentSelfBody { agent, organization, mode: caller.mode.as_str() })
}
