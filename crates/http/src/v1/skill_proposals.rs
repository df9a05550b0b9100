//! Skills that agents propose for themselves, and the people who say which of them become one.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{
    access::{Principal, UserCaller},
    skills::{Decision, NewSkill},
};
use upivia_domain::{AgentId, Timestamp, identity::Permission, skill::SkillProposal};
use utoipa::ToSchema;

use super::present::{ok, with_status};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Skill proposals", routes: &[LIST, PROPOSE, DECIDE] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/agents/{id}/skill-proposals",
    access: Access::PersonOrAgent(Permission::OrganizationRead, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listSkillProposals",
        summary: "Skills that were proposed for an agent",
        details: "The newest 200. An agent sees its own; with `status=approved` it reads the skills that it has.",
        parameters: &[Parameter::query(
            "status",
            "Only these.",
            Kind::OneOf(&["pending", "approved", "rejected", "superseded"]),
        )],
        body: None,
        answers: &[Success { status: 200, meaning: "The proposals.", schema: SchemaOf::of::<SkillProposalList>() }],
        errors: &[],
    },
};

const PROPOSE: Route = Route {
    method: Method::Post,
    path: "/agents/{id}/skill-proposals",
    access: Access::PersonOrAgent(Permission::SkillPropose, |caller, input| Box::pin(propose(caller, input))),
    changes: true,
    doc: Doc {
        id: "proposeSkill",
        summary: "Propose a skill",
        details: "By the agent for itself, or by a person for it: how it would do something from now on. Nothing changes until a \
                  person approves. A proposal under the name of a skill that the agent has would take its place.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<ProposeSkill>(),
            example: r#"{"name":"Polite reminders","description":"For invoices that are late","instructions":"Thank first, then ask, and name the date.","reason":"Three customers answered only then."}"#,
        }),
        answers: &[Success { status: 201, meaning: "Proposed.", schema: SchemaOf::of::<SkillProposalBody>() }],
        errors: &[(409, "Too many proposals of the agent wait for an answer.")],
    },
};

const DECIDE: Route = Route {
    method: Method::Patch,
    path: "/agents/{id}/skill-proposals",
    access: Access::Person(Permission::SkillDecide, |caller, input| Box::pin(decide(caller, input))),
    changes: true,
    doc: Doc {
        id: "decideSkillProposal",
        summary: "Approve or reject a proposed skill",
        details: "An approved one is a skill of the agent from then on. The same answer again gives the present state; the \
                  opposite one is 409 `skill_proposal_resolved`.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<DecideSkill>(),
            example: r#"{"proposal_id":"skp_0000000000000000000000","action":"approve"}"#,
        }),
        answers: &[Success { status: 200, meaning: "Answered.", schema: SchemaOf::of::<SkillProposalBody>() }],
        errors: &[(409, "It was answered otherwise before, or the agent has too many skills.")],
    },
};

/// A skill that an agent would have.
#[derive(Debug, Deserialize, ToSchema)]
struct ProposeSkill {
    /// At most 200 characters.
    #[schema(value_type = String, max_length = 200)]
    name: Member,
    /// What it is for; at most 2,000 characters.
    #[schema(value_type = Option<String>, max_length = 2_000)]
    description: Member,
    /// How it is done; at most 20,000 characters.
    #[schema(value_type = String, max_length = 20_000)]
    instructions: Member,
    /// Why, for whoever decides; at most 2,000 characters.
    #[schema(value_type = Option<String>, max_length = 2_000)]
    reason: Member,
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
struct DecideSkill {
    #[serde(alias = "proposalId", alias = "id")]
    #[schema(value_type = String)]
    proposal_id: Member,
    /// `approve` or `reject`.
    #[schema(value_type = String)]
    action: Member,
}

/// Proposals.
#[derive(Debug, Serialize, ToSchema)]
struct SkillProposalList {
    skill_proposals: Vec<SkillProposalBody>,
}

/// A proposed skill.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkillProposalBody {
    id: String,
    agent_id: String,
    name: String,
    description: Option<String>,
    instructions: String,
    reason: Option<String>,
    /// `pending`, `approved`, `rejected`, or `superseded` by a newer one of the same name.
    #[schema(example = "pending")]
    status: &'static str,
    created_at: String,
    resolved_at: Option<String>,
    /// Who answered.
    resolved_by: Option<String>,
}

async fn list(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let (agent, status) = (agent(&input)?, input.query()?.parsed("status")?);
    let found = input.api.parts.skills.proposals(&caller, agent, status).await?;
    ok(&SkillProposalList { skill_proposals: found.into_iter().map(SkillProposalBody::from).collect() })
}

async fn propose(caller: Principal, input: Input) -> Result<HttpResponse, ApiError> {
    let (agent, new) = (agent(&input)?, input.json::<ProposeSkill>()?.into_new()?);
    let proposal = input.api.parts.skills.propose(input.initiator(caller), agent, new).await?;
    with_status(StatusCode::CREATED, &SkillProposalBody::from(proposal))
}

async fn decide(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let (agent, body) = (agent(&input)?, input.json::<DecideSkill>()?);
    let id = fields::required("proposal_id", fields::text("proposal_id", body.proposal_id)?)?;
    let id = id.parse().map_err(|_| ApiError::NotFound("skill proposal"))?;
    let decision = match fields::text("action", body.action)?.as_deref() {
        Some("approve") => Decision::Approve,
        Some("reject") => Decision::Reject,
        _ => return Err(ApiError::invalid("action", "must be approve or reject")),
    };
    let proposal = input.api.parts.skills.decide(input.author(caller), (agent, id), decision).await?;
    ok(&SkillProposalBody::from(proposal))
}

fn agent(input: &Input) -> Result<AgentId, ApiError> {
    input.path("id", "agent")
}

impl ProposeSkill {
    fn into_new(self) -> Result<NewSkill, ApiError> {
        Ok(NewSkill {
            name: fields::required("name", fields::parsed("name", self.name)?)?,
            description: fields::text("description", self.description)?,
            instructions: fields::required("instructions", fields::text("instructions", self.instructions)?)?,
            reason: fields::text("reason", self.reason)?,
        })
    }
}

impl From<SkillProposal> for SkillProposalBody {
    fn from(proposal: SkillProposal) -> Self {
        Self {
            id: proposal.id.to_string(),
            agent_id: proposal.agent.to_string(),
            name: proposal.name.to_string(),
            description: proposal.description,
            instructions: proposal.instructions,
            reason: proposal.reason,
            status: proposal.status.as_str(),
            created_at: proposal.created_at.to_string(),
            resolved_at: proposal.resolved_at.as_ref().map(Timestamp::to_string),
            resolved_by: proposal.resolved_by.map(|user| user.to_string()),
        }
    }
}
