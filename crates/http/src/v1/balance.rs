//! What the organization, or one of its teams, can still spend.

use actix_web::HttpResponse;
use serde::Serialize;
use upivia_application::{access::UserCaller, reports::Balance};
use upivia_domain::{TeamId, identity::Permission};
use utoipa::ToSchema;

use super::present::ok;
use crate::{
    ApiError, Input,
    openapi::{Doc, Kind, Parameter, SchemaOf, Success},
    route::{Access, Group, Method, Route},
};

pub(crate) const MODE: Parameter = Parameter::query(
    "mode",
    "The world of money. Absent: live, or test as long as the organization never had live money.",
    Kind::OneOf(&["live", "test"]),
);

pub(crate) const GROUP: Group = Group { name: "Balance", routes: &[GET, super::top_up::ROUTE] };

const GET: Route = Route {
    method: Method::Get,
    path: "/balance",
    access: Access::Person(Permission::BalanceRead, |caller, input| Box::pin(get(caller, input))),
    changes: false,
    doc: Doc {
        id: "getBalance",
        summary: "What can still be spent",
        details: "`amount` is what is in the account, less what is held for open requests, less what the organization \
                  owes. With `team_id` the figures are those of the team's pool.",
        parameters: &[Parameter::query("team_id", "The team's pool instead of the wallet.", Kind::Text), MODE],
        body: None,
        answers: &[Success { status: 200, meaning: "The balance.", schema: SchemaOf::of::<BalanceBody>() }],
        errors: &[(404, "There is no such team.")],
    },
};

/// A balance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BalanceBody {
    /// What can be spent, rounded down; negative where the organization owes more than it has.
    amount_cents: i64,
    amount_usd: String,
    /// Held for open requests, rounded half up.
    held_cents: i64,
    held_usd: String,
    /// In the account, rounded down.
    posted_cents: i64,
    posted_usd: String,
    /// What the organization owes, rounded half up.
    debt_cents: i64,
    debt_usd: String,
    #[schema(example = "USD")]
    currency: &'static str,
    /// `live` or `test`.
    #[schema(example = "live")]
    mode: &'static str,
    /// The team, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<String>,
}

async fn get(caller: UserCaller, input: Input) -> Result<HttpResponse, ApiError> {
    let query = input.query()?;
    let team: Option<TeamId> =
        query.text("team_id").map(|id| id.parse().map_err(|_| ApiError::NotFound("team"))).transpose()?;
    let balance = input.api.parts.reports.balance(caller.org, query.parsed("mode")?, team).await?;
    ok(&body(&balance, team))
}

pub(super) fn body(balance: &Balance, team: Option<TeamId>) -> BalanceBody {
    BalanceBody {
        amount_cents: balance.amount.cents_rounded_down(),
        amount_usd: balance.amount.to_string(),
        held_cents: balance.held.cents_half_up(),
        held_usd: balance.held.to_string(),
        posted_cents: balance.posted.cents_rounded_down(),
        posted_usd: balance.posted.to_string(),
        debt_cents: balance.debt.cents_half_up(),
        debt_usd: balance.debt.to_string(),
        currency: "USD",
        mode: balance.mode.as_str(),
        team_id: team.map(|team| team.to_string()),
    }
}
