//! Answers about agent requests.

use serde::Serialize;
use upivia_application::inbox::{InboxPage, InboxRow};
use upivia_domain::{Timestamp, inbox::Link, team::BudgetRequest};
use utoipa::ToSchema;

use crate::v1::{budget_requests::BudgetRequestBody, cursor};

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgentRequestList {
    requests: Vec<AgentRequestBody>,
    /// Null on the last page.
    next_cursor: Option<String>,
}

/// A request, and the budget request that it made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AskedBody {
    request: AgentRequestBody,
    /// Where this call made or answered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget_request: Option<BudgetRequestBody>,
}

/// A request.
#[derive(Debug, Serialize, ToSchema)]
struct AgentRequestBody {
    id: String,
    request_type: &'static str,
    title: String,
    body: String,
    link: Option<String>,
    /// `pending`, `resolved` or `rejected`.
    status: &'static str,
    agent_id: Option<String>,
    agent_name: Option<String>,
    /// The person who asked; null where the agent did.
    requested_by: Option<String>,
    /// The budget request that is answered together with it.
    budget_request_id: Option<String>,
    created_at: String,
    /// What the person said who answered.
    response: Option<String>,
    resolved_at: Option<String>,
    resolved_by: Option<String>,
}

impl From<InboxPage> for AgentRequestList {
    fn from(page: InboxPage) -> Self {
        let requests = page.rows.into_iter().map(AgentRequestBody::from).collect();
        Self { requests, next_cursor: page.next.map(cursor::text) }
    }
}

impl AskedBody {
    pub(super) fn of(row: InboxRow, budget_request: Option<BudgetRequest>) -> Self {
        Self { request: row.into(), budget_request: budget_request.map(BudgetRequestBody::from) }
    }
}

impl From<InboxRow> for AgentRequestBody {
    fn from(InboxRow { request, agent_name }: InboxRow) -> Self {
        Self {
            id: request.id.to_string(),
            request_type: request.kind.as_str(),
            title: request.title,
            body: request.body,
            link: request.link.as_ref().map(Link::to_string),
            status: request.status.as_str(),
            agent_id: request.agent.map(|agent| agent.to_string()),
            agent_name: agent_name.map(|name| name.to_string()),
            requested_by: request.asked_by.map(|user| user.to_string()),
            budget_request_id: request.budget_request.map(|id| id.to_string()),
            created_at: request.created_at.to_string(),
            response: request.response,
            resolved_at: request.resolved_at.as_ref().map(Timestamp::to_string),
            resolved_by: request.resolved_by.map(|user| user.to_string()),
        }
    }
}
