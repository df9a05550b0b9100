//! The pool of a team and what its workers may spend of it.

use serde_json::{Value, json};
use upivia_domain::{
    CommandId, NanoUsd, TeamId, UserId,
    audit::Object,
    budget::{Account, AccountOwner},
    identity::Permission,
    ledger::TransferPurpose,
    ports::{Tx, transact},
    team::Allocation,
};

use super::{
    BudgetError, Budgets, Direction, Sum, TeamBudget,
    once::{Ended, Movement},
};
use crate::{access::Author, teams::managed};

/// Caps to be; what is absent stays, `Some(None)` lifts a cap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// In a day.
    pub day: Option<Option<NanoUsd>>,
    /// In a month.
    pub month: Option<Option<NanoUsd>>,
    /// In the whole life of the allocation.
    pub life: Option<Option<NanoUsd>>,
}

/// What a movement between pool and worker led to.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerMoved {
    /// How the team stands now.
    pub budget: TeamBudget,
    /// Whether the money had moved before, under the same idempotency key.
    pub replayed: bool,
}

/// Who gets or gives back, and within which caps.
#[derive(Debug, Clone, Copy)]
struct Worker {
    team: TeamId,
    user: UserId,
    direction: Direction,
    caps: Caps,
}

impl Budgets {
    /// Moves money between a team's pool and a worker of it, and sets the worker's caps. From the first allocation on the
    /// worker's agents in the team spend from the worker's account alone. An amount of zero sets caps only.
    ///
    /// # Errors
    ///
    /// See [`BudgetError`].
    pub async fn move_worker(
        &self,
        author: Author,
        (team, user): (TeamId, UserId),
        direction: Direction,
        sum: Sum,
        caps: Caps,
    ) -> Result<WorkerMoved, BudgetError> {
        let (caller, mode, org) = (author.caller.clone(), sum.mode, author.org());
        let worker = Worker { team, user, direction, caps };
        let movement = worker.movement(self.command_id(org, sum.key.as_ref()), &sum);
        let inner = movement.clone();
        let moved = transact(&*self.parts.unit, &[org], move |tx| Box::pin(post(tx, author, worker, inner))).await;
        let replayed = match moved {
            Ok(()) => false,
            Err(Ended::Repeated(seq)) => self.repeated(org, seq, &movement).await.map(|_| true)?,
            Err(Ended::Failed(error)) => return Err(error),
        };
        Ok(WorkerMoved { budget: self.team(&caller, team, Some(mode)).await?, replayed })
    }
}

impl Worker {
    fn movement(&self, id: CommandId, sum: &Sum) -> Movement {
        let pool = Account::Owned(AccountOwner::Pool(self.team));
        let own = Account::Owned(AccountOwner::Worker(self.team, self.user));
        let (kind, from, to) = match self.direction {
            Direction::Allocate => ("worker.allocated", pool, own),
            Direction::TakeBack => ("worker.taken_back", own, pool),
        };
        let cap = |cap: Option<Option<NanoUsd>>| cap.map(|cap| json!({ "cap": cap.map(NanoUsd::nanos) }));
        Movement {
            id,
            kind,
            object: Object { kind: "team", id: self.team.to_string() },
            mode: sum.mode,
            from,
            to,
            amount: sum.amount,
            purpose: TransferPurpose::Allocation,
            note: String::new(),
            asked: json!({ "day": cap(self.caps.day), "month": cap(self.caps.month), "life": cap(self.caps.life) }),
        }
    }
}

async fn post(tx: &mut dyn Tx, author: Author, worker: Worker, movement: Movement) -> Result<(), Ended> {
    let (team, user) = (worker.team, worker.user);
    let permission = match worker.direction {
        Direction::Allocate => Permission::BudgetAllocateOwn,
        Direction::TakeBack => Permission::BudgetTakeBackOwn,
    };
    managed(tx, &author, team, permission).await?;
    let before = tx.teams().find_allocation(author.org(), team, user).await?;
    let is_member = tx.teams().find_member(author.org(), team, user).await?.is_some();
    // Who left the team can only give back.
    if !is_member && (worker.direction == Direction::Allocate || before.is_none()) {
        return Err(BudgetError::NotFound("worker in this team").into());
    }
    if worker.direction == Direction::Allocate {
        let changed = grant(tx, &author, (team, user), worker.caps, before).await?;
        return movement.post(tx, &author, changed).await;
    }
    movement.post(tx, &author, json!(null)).await
}

/// Writes the allocation with its caps; tells what was and what is.
pub(super) async fn grant(
    tx: &mut dyn Tx,
    author: &Author,
    (team, user): (TeamId, UserId),
    caps: Caps,
    before: Option<Allocation>,
) -> Result<Value, Ended> {
    let held = before.unwrap_or(Allocation { team, user, day_cap: None, month_cap: None, life_cap: None });
    let after = Allocation {
        day_cap: caps.day.unwrap_or(held.day_cap),
        month_cap: caps.month.unwrap_or(held.month_cap),
        life_cap: caps.life.unwrap_or(held.life_cap),
        ..held
    };
    tx.teams().put_allocation(author.org(), &after).await?;
    Ok(json!({ "old": before.as_ref().map(figures), "new": figures(&after) }))
}

fn figures(allocation: &Allocation) -> Value {
    json!({
        "day_cap": allocation.day_cap.map(NanoUsd::nanos),
        "month_cap": allocation.month_cap.map(NanoUsd::nanos),
        "life_cap": allocation.life_cap.map(NanoUsd::nanos),
    })
}
