//! Workers' wishes for money of their team's pool.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use upivia_application::{
    access::UserCaller,
    budgets::{Answer, NewWish},
};
use upivia_domain::{
    Mode, TeamId, Timestamp,
    identity::Permission,
    team::{BudgetRequest, BudgetRequestStatus},
};
use utoipa::ToSchema;

use super::present::{ok, with_status};
use crate::{
    ApiError, Input,
    fields::{self, Member},
    openapi::{Body, Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const GROUP: Group = Group { name: "Budget requests", routes: &[ASK, LIST, ANSWER] };

const ASK: Route = Route {
    method: Method::Post,
    path: "/budget-requests",
    access: Access::Person(Permission::BudgetRequestOwn, |caller, input| Box::pin(ask(caller, input))),
    changes: true,
    doc: Doc {
        id: "createBudgetRequest",
        summary: "Ask for money of a team's pool",
        details: "By members of the team, for themselves. Nothing moves until somebody approves.",
        parameters: &[],
        body: Some(Body {
            schema: SchemaOf::of::<Ask>(),
            example: r#"{"team_id":"team_0000000000000000000000","amount_cents":100,"reason":"The survey needs more mails."}"#,
        }),
        answers: &[Success { status: 201, meaning: "Asked.", schema: SchemaOf::of::<BudgetRequestBody>() }],
        errors: &[(404, "There is no such team.")],
    },
};

const LIST: Route = Route {
    method: Method::Get,
    path: "/budget-requests",
    access: Access::Person(Permission::BudgetReadRequests, |caller, input| Box::pin(list(caller, input))),
    changes: false,
    doc: Doc {
        id: "listBudgetRequests",
        summary: "Budget requests, the newest first",
        details: "Owners and admins see those of the organization, the manager of a team that is named by `team_id` those of \
                  the team, both the pending ones unless `status` says otherwise; everybody else sees their own. At most 200.",
        parameters: &[
            Parameter::query("team_id", "Only for this team.", Kind::Text),
            Parameter::query("status", "Only these.", Kind::OneOf(&["pending", "approved", "rejected"])),
        ],
        body: None,
        answers: &[Success { status: 200, meaning: "The requests.", schema: SchemaOf::of::<BudgetRequestList>() }],
        errors: &[],
    },
};

const ANSWER: Route = Route {
    method: Method::Patch,
    path: "/budget-requests/{id}",
    access: Access::Person(Permission::BudgetDecideOwn, |caller, input| Box::pin(answer(caller, input))),
    changes: true,
    doc: Doc {
        id: "answerBudgetRequest",
        summary: "Approve or reject a budget request",
        details: "By owners, admins and managers of the team. Approving moves the money from the pool to the worker in the same \
                  transaction; where the pool has too little it is 409 and the request stays open. The same answer again gives \
                  the present state; the opposite one is 409 `budget_request_resolved`.",
        parameters: &[],
        body: Some(Body { schema: SchemaOf::of::<Reply>(), example: r#"{"status":"approved"}"# }),
        answers: &[Success { status: 200, meaning: "Answered.", schema: SchemaOf::of::<BudgetRequestBody>() }],
        errors: &[(409, "It was answered otherwise before, or the pool has less than that.")],
    },
};

/// A wish.
#[derive(Debug, Deserialize, ToSchema)]
struct Ask {
    #[serde(alias = "teamId")]
    #[schema(value_type = String)]
    team_id: Member,
    /// Whole cents, more than 0.
    #[serde(alias = "amountCents")]
    #[schema(value_type = i64, minimum = 1)]
    amount_cents: Member,
    /// `live` or `test`; absent: live.
    #[schema(value_type = Option<String>)]
    mode: Member,
    /// For whoever answers; at most 500 characters.
    #[schema(value_type = Option<String>, max_length = 500)]
    reason: Member,
}

/// An answer: one of the two members.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(min_properties = 1)]
struct Reply {
    /// `approved` or `rejected`.
    #[schema(value_type = Option<String>)]
    status: Member,
    /// `approve` or `reject`.
    #[schema(value_type = Option<String>)]
    action: Member,
}

/// Budget requests.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetRequestList {
    budget_requests: Vec<BudgetRequestBody>,
}

/// A budget request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BudgetRequestBody {
    id: String,
    team_id: String,
    /// Who asked.
    user_id: String,
    mode: &'static str,
    amount_cents: i64,
    amount_usd: String,
    reason: Option<String>,
    /// `pending`, `approved` or `rejected`.
    status: &'static str,
    created_at: String,
    resolved_at: Option<String>,
    /// Who answered.
    resolved_by: Option<String>,
}

async fn ask(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let wish = input.json::<Ask>()?.into_wish()?;
    let request = input.api.parts.budgets.ask(input.author(caller), wish).await?;
    with_status(StatusCode::CREATED, &BudgetRequestBody::from(request))
}

async fn list(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let (team, status) = (query.parsed::<TeamId>("team_id")?, query.parsed::<BudgetRequestStatus>("status")?);
    let found = input.api.parts.budgets.wishes(&caller, team, status).await?;
    ok(&BudgetRequestList { budget_requests: found.into_iter().map(BudgetRequestBody::from).collect() })
}

async fn answer(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let id = input.path("id", "budget request")?;
    let answer = input.json::<Reply>()?.into_answer()?;
    let request = input.api.parts.budgets.answer(input.author(caller), id, answer).await?;
    ok(&BudgetRequestBody::from(request))
}

impl Ask {
    fn into_wish(self) -> Result<NewWish, ApiError> {
        let team = fields::required("team_id", fields::text("team_id", self.team_id)?)?;
        Ok(NewWish {
            team: team.parse().map_err(|_| ApiError::NotFound("team"))?,
            mode: fields::parsed("mode", self.mode)?.unwrap_or(Mode::Live),
            amount: fields::positive_cents("amount_cents", self.amount_cents)?,
            reason: fields::reason("reason", self.reason)?,
        })
    }
}

impl Reply {
    fn into_answer(self) -> Result<Answer, ApiError> {
        let (status, action) = (fields::text("status", self.status)?, fields::text("action", self.action)?);
        match (status.as_deref(), action.as_deref()) {
            (Some("approved"), None | Some("approve")) | (None, Some("approve")) => Ok(Answer::Approve),
            (Some("rejected"), None | Some("reject")) | (None, Some("reject")) => Ok(Answer::Reject),
            _ => Err(ApiError::invalid("status", "must be approved or rejected")),
        }
    }
}

impl From<BudgetRequest> for BudgetRequestBody {
    fn from(request: BudgetRequest) -> Self {
        Self {
            id: request.id.to_string(),
            team_id: request.team.to_string(),
            user_id: request.user.to_string(),
            mode: request.mode.as_str(),
            amount_cents: request.amount.cents_rounded_down(),
            amount_usd: request.amount.to_string(),
            reason: request.reason,
            status: request.status.as_str(),
            created_at: request.created_at.to_string(),
            resolved_at: request.resolved_at.as_ref().map(Timestamp::to_string),
            resolved_by: request.resolved_by.map(|user| user.to_string()),
        }
    }
}
