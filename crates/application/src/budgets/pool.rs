//! The wallet and the pools of teams.

use serde_json::json;
use upivia_domain::{
    TeamId,
    agent::{Agent, AgentKind},
    audit::Object,
    budget::{Account, AccountOwner},
    identity::Permission,
    ledger::TransferPurpose,
    ports::{Tx, transact},
    team::Team,
};

use super::{
    BudgetError, Budgets, Direction, Sum, TeamBudget,
    once::{Ended, Movement},
};
use crate::access::Author;

/// What a movement between wallet and pool led to.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolMoved {
    /// How the team stands now.
    pub budget: TeamBudget,
    /// Where this made the pool: how many agents spend from it from now on.
    pub moved_agents: Option<usize>,
    /// Whether the money had moved before, under the same idempotency key.
    pub replayed: bool,
}

impl Budgets {
    /// Moves money between the wallet and a team's pool. The first allocation makes the pool: from then on the team's
    /// agents spend from it and never from the wallet, in both modes.
    ///
    /// # Errors
    ///
    /// See [`BudgetError`].
    pub async fn move_pool(
        &self,
        author: Author,
        team: TeamId,
        direction: Direction,
        sum: Sum,
    ) -> Result<PoolMoved, BudgetError> {
        let (caller, mode) = (author.caller.clone(), sum.mode);
        let movement = self.pool_movement(&author, team, direction, sum);
        let (inner, org) = (movement.clone(), author.org());
        let moved =
            transact(&*self.parts.unit, &[org], move |tx| Box::pin(post(tx, author, team, direction, inner))).await;
        let (made, replayed) = match moved {
            Ok(made) => (made, false),
            Err(Ended::Repeated(seq)) => {
                let changed = self.repeated(org, seq, &movement).await?;
                (changed.get("pool_made").is_some_and(|made| made == true), true)
            }
            Err(Ended::Failed(error)) => return Err(error),
        };
        let budget = self.team(&caller, team, Some(mode)).await?;
        let moved_agents = if made { Some(self.spenders(&budget).await?) } else { None };
        Ok(PoolMoved { budget, moved_agents, replayed })
    }

    fn pool_movement(&self, author: &Author, team: TeamId, direction: Direction, sum: Sum) -> Movement {
        let (wallet, pool) = (Account::Owned(AccountOwner::Wallet), Account::Owned(AccountOwner::Pool(team)));
        let (kind, from, to) = match direction {
            Direction::Allocate => ("pool.allocated", wallet, pool),
            Direction::TakeBack => ("pool.taken_back", pool, wallet),
        };
        Movement {
            id: self.command_id(author.org(), sum.key.as_ref()),
            kind,
            object: Object { kind: "team", id: team.to_string() },
            mode: sum.mode,
            from,
            to,
            amount: sum.amount,
            purpose: TransferPurpose::Allocation,
            note: String::new(),
            asked: json!(null),
        }
    }

    /// How many agents of the team spend from its pool.
    async fn spenders(&self, budget: &TeamBudget) -> Result<usize, BudgetError> {
        let team = &budget.team;
        let agents = self.parts.agents.agents(team.org, Some(team.id)).await?;
        let has_own = |agent: &Agent| budget.workers.iter().any(|worker| worker.allocation.user == agent.owner);
        Ok(agents.iter().filter(|agent| agent.kind != AgentKind::Spawned && !has_own(agent)).count())
    }
}

async fn post(
    tx: &mut dyn Tx,
    author: Author,
    id: TeamId,
    direction: Direction,
    movement: Movement,
) -> Result<bool, Ended> {
    let permission = match direction {
        Direction::Allocate => Permission::BudgetAllocateAny,
        Direction::TakeBack => Permission::BudgetTakeBackAny,
    };
    if !author.may(tx, permission).await? {
        return Err(BudgetError::Forbidden(permission).into());
    }
    let team = tx.teams().find(author.org(), id).await?.ok_or(BudgetError::NotFound("team"))?;
    let made = direction == Direction::Allocate && !team.has_pool;
    if made {
        tx.teams().update(&Team { has_pool: true, ..team }).await?;
    }
    movement.post(tx, &author, json!({ "pool_made": made })).await?;
    Ok(made)
}
