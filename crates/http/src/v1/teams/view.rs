//! Teams and members as the wire shows them.

use serde::Serialize;
use upivia_application::{budgets::TeamBudget, teams::MemberDetail};
use upivia_domain::{NanoUsd, TeamId, team::Team};
use utoipa::ToSchema;

use super::money::WorkerBudgetBody;

/// Teams.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TeamList {
    teams: Vec<TeamBody>,
    /// The one that a session looks at, by `POST /teams/switch`.
    active_team_id: Option<String>,
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TeamBody {
    #[schema(example = "team_01K5N2T7Q8J4W3X6Y9Z0AB")]
    id: String,
    name: String,
    /// Whether its agents spend from a pool of their own, however little is in it.
    has_pool: bool,
    /// Null: no cap.
    monthly_limit_cents: Option<i64>,
    monthly_limit_usd: Option<String>,
    created_at: String,
}

/// Members.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberList {
    members: Vec<MemberBody>,
}

/// A member.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberBody {
    /// The membership: in a team a person is their own.
    id: String,
    team_id: String,
    user_id: String,
    email: Option<String>,
    /// `manager`, `worker` or `custom`.
    #[schema(example = "worker")]
    role: &'static str,
    /// The custom role, where it is one.
    role_id: Option<String>,
    /// What it is called.
    role_name: Option<String>,
    created_at: String,
    /// What they have and may, where they hold an allocation; shown in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<WorkerBudgetBody>,
}

impl From<Team> for TeamBody {
    fn from(team: Team) -> Self {
        Self {
            id: team.id.to_string(),
            name: team.name.to_string(),
            has_pool: team.has_pool,
            monthly_limit_cents: team.month_cap.map(NanoUsd::cents_rounded_down),
            monthly_limit_usd: team.month_cap.map(|cap| cap.to_string()),
            created_at: team.created_at.to_string(),
        }
    }
}

impl TeamList {
    pub(super) fn of(teams: Vec<Team>, active: Option<TeamId>) -> Self {
        let active_team_id = active.map(|id| id.to_string());
        Self { teams: teams.into_iter().map(TeamBody::from).collect(), active_team_id }
    }
}

impl MemberList {
    pub(super) fn of(members: Vec<MemberDetail>, budget: &TeamBudget) -> Self {
        let of = |detail: MemberDetail| {
            let worker = budget.workers.iter().find(|worker| worker.allocation.user == detail.member.user);
            MemberBody::of(detail, worker.map(WorkerBudgetBody::from))
        };
        Self { members: members.into_iter().map(of).collect() }
    }
}

impl MemberBody {
    pub(super) fn of(detail: MemberDetail, budget: Option<WorkerBudgetBody>) -> Self {
        let member = detail.member;
        Self {
            id: member.user.to_string(),
            team_id: member.team.to_string(),
            user_id: member.user.to_string(),
            email: detail.email.map(|email| email.to_string()),
            role: member.role.as_str(),
            role_id: member.role.custom().map(|id| id.to_string()),
            role_name: detail.role_name.map(|name| name.to_string()),
            created_at: member.created_at.to_string(),
            budget,
        }
    }
}
