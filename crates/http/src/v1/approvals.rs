//! Questions to people about requests above their threshold.

use std::collections::HashMap;

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use upivia_application::{
    access::{Principal, UserCaller},
    approvals::{ApprovalError, Question},
};
use upivia_domain::{AgentId, ApprovalId, identity::Permission, ports::ApprovalFilter};
use utoipa::ToSchema;

use super::{
    cursor,
    present::ok,
    service_requests::{ServiceRequestBody, present},
};
use crate::{
    ApiError, Input,
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    query::Query,
    route::{Access, Group, Method, Route},
};

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;
const STATUSES: &[&str] = &["pending", "approved", "rejected", "expired", "withdrawn"];

pub(crate) const GROUP: Group = Group { name: "Approvals", routes: &[LIST, APPROVE, REJECT] };

const LIST: Route = Route {
    method: Method::Get,
    path: "/approvals",
    access: Access::Person(Permission::ApprovalRead, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listApprovals",
        summary: "Questions that wait for a person, and their answers",
        details: "The newest first, each with the payload that an approval would send.",
        parameters: &[
            Parameter::query("status", "Only with this status.", Kind::OneOf(STATUSES)),
            Parameter::query("agent_id", "Only of this agent.", Kind::Text),
            Parameter::query("mode", "Only of this world of money.", Kind::OneOf(&["live", "test"])),
            Parameter::query("limit", "How many.", Kind::Limit { default: DEFAULT_LIMIT, most: MOST }),
            Parameter::query("cursor", "The `next_cursor` of the page before.", Kind::Text),
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "A page.", schema: SchemaOf::of::<ApprovalPageBody>() }],
        errors: &[],
    },
};

const APPROVE: Route = Route {
    method: Method::Post,
    path: "/approvals/{id}/approve",
    access: Access::Person(Permission::ApprovalDecide, |caller, input| Box::pin(approve(caller, input))),
    changes: true,
    doc: Doc {
        id: "approve",
        summary: "Approve and execute",
        details: "Decides anew with today's limits, holds at most what was asked about, and carries the original request out; \
                  the answer is that request. Where it does not fit now, the question stays open: `status` is \
                  `approval_required` and `reasons` say why. A price that rose is asked about anew under a new `approval_id`. \
                  Repeated, the answer is the present state.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<Nothing>(), example: "{}" }),
        answers: ENVELOPES,
        errors: ERRORS,
    },
};

const REJECT: Route = Route {
    method: Method::Post,
    path: "/approvals/{id}/reject",
    access: Access::Person(Permission::ApprovalDecide, |caller, input| Box::pin(reject(caller, input))),
    changes: true,
    doc: Doc {
        id: "reject",
        summary: "Reject",
        details: "The request ends as `blocked` with `approval_rejected`. Repeated, the answer is the same.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<Nothing>(), example: "{}" }),
        answers: ENVELOPES,
        errors: ERRORS,
    },
};

const ENVELOPES: &[Success] = &[
    Success { status: 200, meaning: "The request.", schema: SchemaOf::of::<ServiceRequestBody<'static>>() },
    Success { status: 202, meaning: "It is still running.", schema: SchemaOf::of::<ServiceRequestBody<'static>>() },
];

const ERRORS: &[(u16, &str)] = &[(409, "The question was resolved before, otherwise: `approval_resolved`.")];

/// An empty object; nothing in it is read.
#[derive(Debug, Deserialize, ToSchema)]
struct Nothing {}

/// A page of questions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalPageBody {
    approvals: Vec<ApprovalBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A question.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalBody {
    id: String,
    request_id: String,
    agent_id: String,
    agent_name: Option<String>,
    service: String,
    operation: String,
    /// What an approval would send.
    #[schema(value_type = Object)]
    payload: Value,
    estimated_cost_cents: i64,
    estimated_cost_usd: String,
    #[schema(example = "pending")]
    status: &'static str,
    mode: &'static str,
    created_at: String,
    expires_at: String,
    resolved_at: Option<String>,
    /// The person who answered, or the process that found it expired.
    resolved_by: Option<String>,
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let (filter, limit) = (filter(&query)?, query.limit(DEFAULT_LIMIT, MOST)?);
    let page = input.api.parts.approvals.list(caller.org, &filter, limit).await?;
    let names = names(&input, caller).await?;
    let approvals = page.questions.into_iter().map(|question| body(question, &names)).collect();
    ok(&ApprovalPageBody { approvals, next_cursor: page.next.map(cursor::text) })
}

async fn names(input: &Input, caller: UserCaller) -> Result<HashMap<AgentId, String>, ApiError> {
    let agents = input.api.parts.agents.list(&Principal::User(caller), None).await?;
    Ok(agents.into_iter().map(|agent| (agent.id, agent.name.to_string())).collect())
}

fn filter(query: &Query) -> Result<ApprovalFilter, ApiError> {
    Ok(ApprovalFilter {
        status: query.parsed("status")?,
        mode: query.parsed("mode")?,
        agent: query.parsed("agent_id")?,
        before_seq: query.text("cursor").map(cursor::place).transpose()?,
    })
}

fn body(Question { approval, request }: Question, names: &HashMap<AgentId, String>) -> ApprovalBody {
    ApprovalBody {
        id: approval.id.to_string(),
        request_id: approval.request.to_string(),
        agent_id: approval.agent.to_string(),
        agent_name: names.get(&approval.agent).cloned(),
        service: request.operation.service().to_owned(),
        operation: request.operation.operation().to_owned(),
        payload: request.content.payload(),
        estimated_cost_cents: request.estimate.cents_rounded_up(),
        estimated_cost_usd: request.estimate.to_string(),
        status: approval.status.as_str(),
        mode: approval.mode.as_str(),
        created_at: request.created_at.to_string(),
        expires_at: approval.expires_at.to_string(),
        resolved_at: approval.resolved_at.map(|at| at.to_string()),
        resolved_by: approval.resolved_by,
    }
}

async fn approve(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = id(&input)?;
    let (org, approvals) = (caller.org, &input.api.parts.approvals);
    match approvals.approve(input.author(caller), id).await {
        Ok(answer) => present(&answer),
        Err(ApprovalError::NotNow(reasons)) => {
            let mut request = approvals.find(org, id).await?.request;
            request.reasons = reasons;
            ok(&ServiceRequestBody::of(&request, false))
        }
        Err(error) => Err(error.into()),
    }
}

async fn reject(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = id(&input)?;
    present(&input.api.parts.approvals.reject(input.author(caller), id).await?)
}

fn id(input: &Input) -> Result<ApprovalId, ApiError> {
    let _: Nothing = input.json()?;
    input.path("id", "approval")
}
