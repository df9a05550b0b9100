//! Money and counts of a request, as the wire shows them.

use serde::Serialize;
use upivia_domain::{
    NanoUsd,
    budget::{LimitUnit, Reason},
    dispatch::Charge,
};
use utoipa::ToSchema;

use super::perhaps::PerhapsFigures;

/// What a request cost.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CostFigures {
    /// The whole cost, rounded half up.
    cost_cents: i64,
    /// The whole cost.
    cost_usd: String,
    /// The same as `cost_cents`.
    actual_cost_cents: i64,
    /// The same as `cost_usd`.
    actual_cost_usd: String,
    /// The part above the hold, which no account paid.
    overrun_cents: i64,
    /// The part above the hold.
    overrun_usd: String,
    /// How the cost is known: `provider_usage`, `counted`, `estimate` or `resolution`.
    settlement_basis: &'static str,
}

impl CostFigures {
    pub(super) fn of(charge: &Charge) -> Self {
        let (cost_cents, cost_usd) = (charge.cost.cents_half_up(), charge.cost.to_string());
        Self {
            cost_cents,
            actual_cost_cents: cost_cents,
            actual_cost_usd: cost_usd.clone(),
            cost_usd,
            overrun_cents: charge.overrun.cents_half_up(),
            overrun_usd: charge.overrun.to_string(),
            settlement_basis: charge.basis.as_str(),
        }
    }
}

/// One check that failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonBody {
    /// What failed.
    #[schema(example = "monthly_budget_exceeded")]
    code: &'static str,
    /// Whose limit it is.
    #[schema(example = "binding")]
    scope: &'static str,
    #[serde(flatten)]
    #[schema(value_type = PerhapsFigures)]
    figures: Option<Figures>,
    /// When usage starts anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    resets_at: Option<String>,
    /// Whether the same request may pass later without anybody changing a rule.
    retryable: bool,
}

/// The figures of a check, in its unit.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Figures {
    /// Money.
    Money(MoneyFigures),
    /// Requests.
    Requests(RequestFigures),
}

/// A limit of money, how much of it is gone, and what was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoneyFigures {
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_cents: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_usd: Option<String>,
    used_cents: i64,
    used_usd: String,
    held_cents: i64,
    held_usd: String,
    requested_cents: i64,
    requested_usd: String,
}

/// A limit of requests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestFigures {
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_requests: Option<i64>,
    used_requests: i64,
    held_requests: i64,
    requested_requests: i64,
}

impl ReasonBody {
    pub(crate) fn of(reason: &Reason) -> Self {
        Self {
            code: reason.code.as_str(),
            scope: reason.scope,
            figures: figures(reason),
            resets_at: reason.resets_at.map(|at| at.to_string()),
            retryable: reason.retryable,
        }
    }
}

/// Checks of a rule, rather than of an amount, have none.
fn figures(reason: &Reason) -> Option<Figures> {
    reason.limit?;
    Some(match reason.unit {
        LimitUnit::Money => Figures::Money(money(reason)),
        LimitUnit::Requests => Figures::Requests(RequestFigures {
            limit_requests: reason.limit,
            used_requests: reason.used,
            held_requests: reason.held,
            requested_requests: reason.requested,
        }),
    })
}

fn money(reason: &Reason) -> MoneyFigures {
    let (limit, used) = (reason.limit.map(NanoUsd::from_nanos), NanoUsd::from_nanos(reason.used));
    let (held, requested) = (NanoUsd::from_nanos(reason.held), NanoUsd::from_nanos(reason.requested));
    MoneyFigures {
        limit_cents: limit.map(NanoUsd::cents_rounded_down),
        limit_usd: limit.map(|limit| limit.to_string()),
        used_cents: used.cents_half_up(),
        used_usd: used.to_string(),
        held_cents: held.cents_half_up(),
        held_usd: held.to_string(),
        requested_cents: requested.cents_rounded_up(),
        requested_usd: requested.to_string(),
    }
}
