//! Money down the tree: into the wallet, from the wallet to a team's pool, from the pool to a worker, and back.
//!
//! Each movement is one transfer of the ledger in one transaction with its audit event; under an idempotency key it
//! happens once. Deliberately absent: rules about money, which are the domain's `ledger`.

mod error;
mod once;
mod payout;
mod pool;
mod requests;
mod top_up;
mod view;
mod worker;

use std::sync::Arc;

use upivia_domain::{
    CommandId, Mode, NanoUsd, OrgId,
    dispatch::IdempotencyKey,
    ports::{AgentQueries, Clock, CredentialQueries, Ids, JournalQueries, LedgerQueries, TeamQueries, UnitOfWork},
};

pub use error::BudgetError;
pub use pool::PoolMoved;
pub use requests::{Answer, NewWish};
pub(crate) use requests::{answer_wish, write_wish};
pub use top_up::{MOST_TEST_CREDIT, ToppedUp};
pub use view::{Cap, TeamBudget, WorkerBudget};
pub use worker::{Caps, WorkerMoved};

/// What the use-cases need.
pub struct BudgetsParts {
    /// Where money moves.
    pub unit: Arc<dyn UnitOfWork>,
    /// Agents and teams.
    pub agents: Arc<dyn AgentQueries>,
    /// Members, allocations and wishes.
    pub teams: Arc<dyn TeamQueries>,
    /// Addresses of people.
    pub people: Arc<dyn CredentialQueries>,
    /// Accounts and windows.
    pub ledger: Arc<dyn LedgerQueries>,
    /// What an idempotency key stood for.
    pub journal: Arc<dyn JournalQueries>,
    /// Which day is today.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Budgets {
    parts: BudgetsParts,
}

/// Which way money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Down the tree.
    Allocate,
    /// Back up; never what is held.
    TakeBack,
}

/// How much is to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// Live or test money.
    pub mode: Mode,
    /// How much.
    pub amount: NanoUsd,
    /// The caller's name for this attempt: the money moves once under it.
    pub key: Option<IdempotencyKey>,
}

impl Budgets {
    /// Over these parts.
    pub const fn new(parts: BudgetsParts) -> Self {
        Self { parts }
    }

    fn command_id(&self, org: OrgId, key: Option<&IdempotencyKey>) -> CommandId {
        key.map_or_else(|| CommandId::new(self.parts.ids.uuid()), |key| key.command(org))
    }
}
