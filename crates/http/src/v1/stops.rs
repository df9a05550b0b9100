//! The stop switch: stop all spending of the organization, a team, or an agent and everything below it, and resume.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use upivia_application::{
    access::UserCaller,
    stops::{Halted, StoppedThings},
};
use upivia_domain::{
    AgentId, OrgId, TeamId,
    identity::{Permission, Standing},
    policy::StopScope,
};
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Stop switch", routes: &[LIST, STOP, RESUME] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/ops/stops",
    access: Access::Person(Permission::SpendingReadStops, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listStops",
        summary: "What is stopped, by whom and why",
        details: "The stops in force, the widest first, and whether the organization itself may spend.",
        parameters: &[],
        body: None,
        answers: &[Success { status: 200, meaning: "All of them.", schema: SchemaOf::of::<StopList>() }],
        errors: &[],
    },
};

const STOP: Route = Route {
    method: Method::Post,
    path: "/ops/stop",
    access: Access::Person(Permission::SpendingStop, |caller, input| Box::pin(stop(caller, input))),
    changes: true,
    doc: Doc {
        id: "stopSpending",
        summary: "Stop all spending at once",
        details: "From the next request on, on every node, requests of the agents that the stop reaches are `blocked` with \
                  `organization_suspended`; `reasons` names the scope: `organization`, `team` or `agent_tree`. A stopped \
                  agent tree is the agent and everything that it spawned or will spawn. What was admitted before goes on, \
                  ends and is settled; an approval answered meanwhile stays pending and says why. `platform.check_budget` \
                  works on. Repeated, it answers the stop that is in force and changes nothing. Stops add up: a request \
                  passes when none of them reaches it.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<StopOrder>(),
            example: r#"{"scope":"agent_tree","id":"agt_0000000000000000000000","reason":"It buys the same search again and again."}"#,
        }),
        answers: &[Success { status: 200, meaning: "It is stopped.", schema: SchemaOf::of::<StopBody>() }],
        errors: &[(404, "There is no such team or agent.")],
    },
};

const RESUME: Route = Route {
    method: Method::Post,
    path: "/ops/resume",
    access: Access::Person(Permission::SpendingResume, |caller, input| Box::pin(resume(caller, input))),
    changes: true,
    doc: Doc {
        id: "resumeSpending",
        summary: "Let spend again what was stopped",
        details: "Ends the stop of that very scope, from the next request on, on every node. Other stops that reach the same \
                  agents stay in force. Repeated, it changes nothing.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<ResumeOrder>(),
            example: r#"{"scope":"agent_tree","id":"agt_0000000000000000000000","reason":"The loop is repaired."}"#,
        }),
        answers: &[Success { status: 200, meaning: "It is not stopped.", schema: SchemaOf::of::<ResumedBody>() }],
        errors: &[(404, "There is no such team or agent.")],
    },
};

/// What to stop, and why.
#[derive(Debug, Deserialize, ToSchema)]
struct StopOrder {
    /// `org`, `team` or `agent_tree`.
    #[schema(value_type = String, example = "team")]
    scope: Member,
    /// The team or agent; for `org` absent, or the organization's own.
    #[schema(value_type = Option<String>)]
    id: Member,
    /// For the audit trail and for whoever looks at the list; at most 500 characters.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    reason: Member,
}

/// What to resume.
#[derive(Debug, Deserialize, ToSchema)]
struct ResumeOrder {
    /// `org`, `team` or `agent_tree`.
    #[schema(value_type = String, example = "team")]
    scope: Member,
    /// The team or agent; for `org` absent, or the organization's own.
    #[schema(value_type = Option<String>)]
    id: Member,
    /// For the audit trail; at most 500 characters.
    #[schema(value_type = Option<String>, max_length = 500)]
    reason: Member,
}

/// All that is stopped.
#[derive(Debug, Serialize, ToSchema)]
struct StopList {
    organization: OrganizationStatusBody,
    stops: Vec<StopBody>,
}

/// Whether the organization may spend at all.
#[derive(Debug, Serialize, ToSchema)]
struct OrganizationStatusBody {
    /// `active`; `suspended` by a platform administrator; `closing` or `closed` by an owner.
    #[schema(example = "active")]
    status: &'static str,
    /// Why it changed last.
    reason: Option<String>,
    /// When it changed last.
    changed_at: Option<String>,
}

/// A stop in force.
#[derive(Debug, Serialize, ToSchema)]
struct StopBody {
    #[schema(example = "agent_tree")]
    scope: &'static str,
    /// The organization, team or agent.
    id: String,
    /// What the team or agent is called.
    name: Option<String>,
    reason: String,
    /// The person who stopped it.
    stopped_by: String,
    stopped_by_email: Option<String>,
    stopped_at: String,
}

/// What is not stopped, or not any more.
#[derive(Debug, Serialize, ToSchema)]
struct ResumedBody {
    #[schema(example = "agent_tree")]
    scope: &'static str,
    id: String,
    /// Whether it was stopped until now.
    resumed: bool,
    /// The stop that was ended.
    was: Option<StopBody>,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let StoppedThings { status, standing, stops } = input.api.parts.stops.list(caller.org).await?;
    let (reason, changed_at) =
        standing.map(|Standing { reason, changed_at, .. }| (reason, changed_at.to_string())).unzip();
    let organization = OrganizationStatusBody { status: status.as_str(), reason, changed_at };
    ok(&StopList { organization, stops: stops.into_iter().map(StopBody::of).collect() })
}

async fn stop(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let StopOrder { scope, id, reason } = input.json()?;
    let scope = scope_of(caller.org, scope, id)?;
    let reason = fields::required("reason", fields::reason("reason", reason)?)?;
    let stops = &input.api.parts.stops;
    let stop = stops.stop(input.author(caller), scope, reason).await?;
    ok(&StopBody::of(stops.shown(stop).await?))
}

async fn resume(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let ResumeOrder { scope, id, reason } = input.json()?;
    let org = caller.org;
    let scope = scope_of(org, scope, id)?;
    let reason = fields::reason("reason", reason)?;
    let stops = &input.api.parts.stops;
    let was = match stops.resume(input.author(caller), scope, reason).await? {
        Some(stop) => Some(StopBody::of(stops.shown(stop).await?)),
        None => None,
    };
    ok(&ResumedBody { scope: word(scope), id: id_of(org, scope), resumed: was.is_some(), was })
}

fn scope_of(org: OrgId, scope: Member, id: Member) -> Result<StopScope, ApiError> {
    let scope = fields::required("scope", fields::text("scope", scope)?)?;
    match scope.as_str() {
        "org" | "organization" => match fields::parsed::<OrgId>("id", id)? {
            Some(other) if other != org => Err(ApiError::NotFound("organization")),
            _ => Ok(StopScope::Organization),
        },
        "team" => Ok(StopScope::Team(fields::required("id", fields::parsed::<TeamId>("id", id)?)?)),
        "agent_tree" => Ok(StopScope::AgentTree(fields::required("id", fields::parsed::<AgentId>("id", id)?)?)),
        _ => Err(ApiError::invalid("scope", "must be org, team or agent_tree")),
    }
}

/// The scope as it is sent.
const fn word(scope: StopScope) -> &'static str {
    match scope {
        StopScope::Organization => "org",
        StopScope::Team(_) => "team",
        StopScope::AgentTree(_) => "agent_tree",
    }
}

fn id_of(org: OrgId, scope: StopScope) -> String {
    match scope {
        StopScope::Organization => org.to_string(),
        StopScope::Team(id) => id.to_string(),
        StopScope::AgentTree(id) => id.to_string(),
    }
}

impl StopBody {
    fn of(Halted { stop, name, email }: Halted) -> Self {
        Self {
            scope: word(stop.scope),
            id: id_of(stop.org, stop.scope),
            name,
            reason: stop.reason,
            stopped_by: stop.stopped_by.to_string(),
            stopped_by_email: email.map(|email| email.to_string()),
            stopped_at: stop.stopped_at.to_string(),
        }
    }
}
