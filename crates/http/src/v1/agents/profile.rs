//! `PATCH` and `DELETE` of one agent.

use actix_web::HttpResponse;
use serde::Serialize;
use serde_json::{Map, Value};
use upivia_application::{
    access::{Principal, UserCaller},
    agents::{AgentPatch, Edit},
};
use upivia_domain::{agent::Agent, identity::Permission};
use utoipa::ToSchema;

use super::{handlers::id, rows::AgentBody};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Method, Route},
    v1::present::ok,
};

pub(super) const UPDATE: Route = Route {
    method: Method::Patch,
    path: "/agents/{id}",
    access: Access::Person(Permission::AgentManageAny, |caller, input| Box::pin(update(caller, input))),
    changes: true,
    doc: Doc {
        id: "updateAgent",
        summary: "Change an agent",
        details: "Only the members that are sent are changed, all of them or none; `null` clears one. A status holds from the \
                  next request on: those of a paused or disabled agent are `failed` with `agent_disabled`, and what is on its \
                  way goes on. Yupi can be paused, not disabled (403). The camelCase spellings `voiceConfig`, `defaultModelId`, \
                  `systemPrompt` and `memoryMode` are accepted. A member that is not known is 400.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<PatchAgent>(),
            example: r#"{"status":"paused","description":"Finds things","default_model_id":"openai/gpt-4o-mini"}"#,
        }),
        answers: &[Success {
            status: 200,
            meaning: "The agent as it is now.",
            schema: SchemaOf::of::<ChangedAgentBody>(),
        }],
        errors: &[],
    },
};

pub(super) const REMOVE: Route = Route {
    method: Method::Delete,
    path: "/agents/{id}",
    access: Access::PersonOrAgent(Permission::AgentDeleteAny, |caller, input| Box::pin(remove(caller, input))),
    changes: true,
    doc: Doc {
        id: "deleteAgent",
        summary: "Delete an agent",
        details: "Its keys die at once, its bindings go, and open tasks that it gave or was given are cancelled. While a request of it holds money it is `ending` and still listed; \
                  within seconds after the last one ended it is gone. Its requests, usage and events remain. Yupi cannot be \
                  deleted (403). Those that descend from it end first, and what a spawned agent did not spend is back where it \
                  came from. An agent ends only those that it spawned, directly or not, with money of its key's mode; for it \
                  all others are 404.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "Deleted, or ending.", schema: SchemaOf::of::<RemovedAgentBody>() }],
        errors: &[],
    },
};

/// What is to be changed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: members are read one by one, so that unknown ones can be named")]
struct PatchAgent {
    /// 1 to 200 characters; cannot be null.
    #[schema(required = false)]
    name: String,
    /// `active`, `paused` or `disabled`; cannot be null.
    #[schema(required = false)]
    status: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
    #[schema(max_length = 200)]
    icon: Option<String>,
    #[schema(max_length = 100)]
    category: Option<String>,
    #[schema(max_length = 10_000)]
    personality: Option<String>,
    /// At most 10,000 bytes as JSON.
    #[schema(value_type = Option<Object>)]
    voice_config: Option<Value>,
    #[schema(max_length = 200)]
    default_model_id: Option<String>,
    #[schema(max_length = 50_000)]
    system_prompt: Option<String>,
    /// A word of lower-case letters, digits, hyphens and underscores.
    #[schema(max_length = 64)]
    memory_mode: Option<String>,
}

/// An agent after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedAgentBody {
    pub(super) agent: AgentBody,
}

/// An agent that was deleted.
#[derive(Debug, Serialize, ToSchema)]
struct RemovedAgentBody {
    agent_id: String,
    /// `deleted`, or `ending` until its last request has ended.
    status: &'static str,
}

async fn update(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, patch) = (id(&input)?, patch(Members(input.json()?))?);
    let agent: Agent = input.api.parts.agents.update(input.author(caller), id, patch).await?;
    ok(&ChangedAgentBody { agent: agent.into() })
}

async fn remove(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let (id, agents) = (id(&input)?, &input.api.parts.agents);
    let agent = match caller {
        Principal::User(caller) => agents.remove(input.author(caller), id).await?,
        Principal::Agent(caller) => agents.end_own(caller, Some(input.trace.shared()), id).await?,
    };
    ok(&RemovedAgentBody { agent_id: agent.id.to_string(), status: agent.status.as_str() })
}

/// The members of a body, taken out one by one.
struct Members(Map<String, Value>);

fn patch(mut members: Members) -> Result<AgentPatch, ApiError> {
    let patch = AgentPatch {
        name: members.set("name", fields::parsed)?,
        status: members.set("status", fields::parsed)?,
        description: members.edit("description", None, fields::text)?,
        icon: members.edit("icon", None, fields::text)?,
        category: members.edit("category", None, fields::text)?,
        default_model_id: members.edit("default_model_id", Some("defaultModelId"), fields::text)?,
        system_prompt: members.edit("system_prompt", Some("systemPrompt"), fields::text)?,
        personality: members.edit("personality", None, fields::text)?,
        voice_config: members.edit("voice_config", Some("voiceConfig"), fields::object)?,
        memory_mode: members.edit("memory_mode", Some("memoryMode"), fields::parsed)?,
    };
    members.none_is_left()?;
    Ok(patch)
}

/// From a member and its name to a value.
type Reader<T> = fn(&str, Member) -> Result<Option<T>, ApiError>;

impl Members {
    /// A member that cannot be empty.
    fn set<T>(&mut self, name: &str, read: Reader<T>) -> Result<Option<T>, ApiError> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        read(name, Some(value))?.map(Some).ok_or_else(|| ApiError::invalid(name, "must not be null"))
    }

    fn edit<T>(&mut self, name: &str, alias: Option<&str>, read: Reader<T>) -> Result<Edit<T>, ApiError> {
        let (value, other) = (self.0.remove(name), alias.and_then(|alias| self.0.remove(alias)));
        if value.is_some() && other.is_some() {
            return Err(ApiError::invalid(name, "is there in both spellings"));
        }
        let Some(value) = value.or(other) else { return Ok(Edit::Keep) };
        Ok(read(name, Some(value))?.map_or(Edit::Clear, Edit::Set))
    }

    fn none_is_left(&self) -> Result<(), ApiError> {
        let unknown = self.0.keys().next().map(|name| name.chars().take(64).collect::<String>());
        unknown.map_or(Ok(()), |name| Err(ApiError::invalid(name, "is nothing that can be changed here")))
    }
}
