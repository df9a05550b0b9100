//! The money of a team as the wire shows it: what can be spent rounded down, what was used half up.

use serde::Serialize;
use upivia_application::budgets::{Cap, PoolMoved, TeamBudget, WorkerBudget};
use upivia_domain::{NanoUsd, budget::Meter};
use utoipa::ToSchema;

/// How a team's money stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TeamBudgetBody {
    team_id: String,
    /// `live` or `test`.
    #[schema(example = "live")]
    mode: &'static str,
    /// Whether its agents spend from the pool, however little is in it.
    has_pool: bool,
    pool: AccountBody,
    /// What all agents of the team spent this month, whoever paid.
    monthly: CapBody,
    allocations: Vec<WorkerBudgetBody>,
}

/// What a movement between wallet and pool led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoolMovedBody {
    #[serde(flatten)]
    budget: TeamBudgetBody,
    /// Whether this made the pool: then the team's agents spend from it from now on, and no more from the wallet.
    moved_agents: bool,
    /// How many agents those are.
    moved_agent_count: usize,
}

/// What a worker has and may.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkerBudgetBody {
    user_id: String,
    email: Option<String>,
    #[serde(flatten)]
    account: AccountBody,
    daily: CapBody,
    monthly: CapBody,
    hard: CapBody,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountBody {
    /// What is in it, rounded down.
    posted_cents: i64,
    posted_usd: String,
    /// Held for open requests, rounded half up.
    held_cents: i64,
    held_usd: String,
    /// What can be spent or moved, rounded down.
    available_cents: i64,
    available_usd: String,
}

/// A cap and its present window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CapBody {
    /// Null: no cap.
    limit_cents: Option<i64>,
    limit_usd: Option<String>,
    used_cents: i64,
    used_usd: String,
    held_cents: i64,
    held_usd: String,
    /// When usage starts anew; null for a hard limit.
    resets_at: Option<String>,
}

impl From<&TeamBudget> for TeamBudgetBody {
    fn from(budget: &TeamBudget) -> Self {
        Self {
            team_id: budget.team.id.to_string(),
            mode: budget.mode.as_str(),
            has_pool: budget.team.has_pool,
            pool: AccountBody::from(&budget.pool),
            monthly: CapBody::from(&budget.month),
            allocations: budget.workers.iter().map(WorkerBudgetBody::from).collect(),
        }
    }
}

impl From<&PoolMoved> for PoolMovedBody {
    fn from(moved: &PoolMoved) -> Self {
        Self {
            budget: TeamBudgetBody::from(&moved.budget),
            moved_agents: moved.moved_agents.is_some(),
            moved_agent_count: moved.moved_agents.unwrap_or_default(),
        }
    }
}

impl From<&WorkerBudget> for WorkerBudgetBody {
    fn from(worker: &WorkerBudget) -> Self {
        Self {
            user_id: worker.allocation.user.to_string(),
            email: worker.email.as_ref().map(ToString::to_string),
            account: AccountBody::from(&worker.account),
            daily: CapBody::from(&worker.day),
            monthly: CapBody::from(&worker.month),
            hard: CapBody::from(&worker.life),
        }
    }
}

impl From<&Meter> for AccountBody {
    fn from(meter: &Meter) -> Self {
        let available = meter.available();
        Self {
            posted_cents: meter.posted.cents_rounded_down(),
            posted_usd: meter.posted.to_string(),
            held_cents: meter.held.cents_half_up(),
            held_usd: meter.held.to_string(),
            available_cents: available.cents_rounded_down(),
            available_usd: available.to_string(),
        }
    }
}

impl From<&Cap> for CapBody {
    fn from(cap: &Cap) -> Self {
        Self {
            limit_cents: cap.limit.map(NanoUsd::cents_rounded_down),
            limit_usd: cap.limit.map(|limit| limit.to_string()),
            used_cents: cap.used.cents_half_up(),
            used_usd: cap.used.to_string(),
            held_cents: cap.held.cents_half_up(),
            held_usd: cap.held.to_string(),
            resets_at: cap.resets_at.map(|at| at.to_string()),
        }
    }
}
