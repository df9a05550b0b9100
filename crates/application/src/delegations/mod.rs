//! Delegated tasks: one agent gives another an objective, with a cap that holds on whatever is spent for it.
//!
//! Nothing is moved: the child goes on to spend its own money, and the ledger refuses what would pass the cap. Deliberately
//! absent: a model that works on the objective; whoever holds the child's key does, and says how far it came.

mod advance;
mod close;
mod create;
mod error;
mod read;

use std::sync::Arc;

use upivia_domain::{
    catalog::Catalog,
    identity::Permission,
    ports::{AgentQueries, DelegationQueries, Ids, LedgerQueries, Tx, UnitOfWork},
};

use crate::access::Initiator;

pub use advance::Step;
pub(crate) use close::close_with;
pub use create::NewTask;
pub use error::DelegationError;
pub use read::{TaskList, TaskView};

/// What the use-cases need.
pub struct DelegationsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where tasks are read.
    pub tasks: Arc<dyn DelegationQueries>,
    /// Agents.
    pub agents: Arc<dyn AgentQueries>,
    /// What was spent.
    pub ledger: Arc<dyn LedgerQueries>,
    /// What can be bound.
    pub catalog: Arc<Catalog>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Delegations {
    parts: DelegationsParts,
}

impl Delegations {
    /// Over these parts.
    pub const fn new(parts: DelegationsParts) -> Self {
        Self { parts }
    }
}

async fn permitted(tx: &mut dyn Tx, by: &Initiator, permission: Permission) -> Result<(), DelegationError> {
    Ok(by.permit(tx, permission).await??)
}
