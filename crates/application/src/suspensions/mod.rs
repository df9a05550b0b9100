//! Operations that cost more than their holds too often: which they are, and letting them be bought again.
//!
//! Only the ends of requests suspend an operation; see the domain's `ledger`.

mod error;

use std::sync::Arc;

use upivia_domain::{
    CommandId, Mode, OrgId,
    catalog::OperationName,
    identity::Permission,
    ledger::{Command, LiftSuspension},
    ports::{Ids, LedgerQueries, StoreError, Tx, UnitOfWork, transact},
};

use crate::access::Author;

pub use error::SuspensionError;

/// The use-cases. Cheap to clone.
#[derive(Clone)]
pub struct Suspensions {
    unit: Arc<dyn UnitOfWork>,
    queries: Arc<dyn LedgerQueries>,
    ids: Arc<dyn Ids>,
}

/// An operation that nobody may buy, in one world of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// In which world.
    pub mode: Mode,
    /// Which operation.
    pub operation: OperationName,
}

impl Suspensions {
    /// Over these ports.
    pub fn new(unit: Arc<dyn UnitOfWork>, queries: Arc<dyn LedgerQueries>, ids: Arc<dyn Ids>) -> Self {
        Self { unit, queries, ids }
    }

    /// What is suspended in an organization.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, org: OrgId) -> Result<Vec<Suspension>, StoreError> {
        let found = self.queries.suspensions(org).await?;
        Ok(found.into_iter().map(|(mode, operation)| Suspension { mode, operation }).collect())
    }

    /// Lets an operation be bought again, on every node from the next request on.
    ///
    /// # Errors
    ///
    /// See [`SuspensionError`]; nothing was changed, but for [`SuspensionError::InDoubt`].
    pub async fn lift(&self, author: Author, suspension: Suspension, reason: String) -> Result<(), SuspensionError> {
        let (org, actor, trace) = (author.org(), author.caller.actor(), author.trace.clone());
        let Suspension { mode, operation } = suspension;
        let id = CommandId::new(self.ids.uuid());
        let command = Command::LiftSuspension(LiftSuspension { id, org, mode, operation, actor, reason, trace });
        transact(&*self.unit, &[org], move |tx| Box::pin(lift(tx, author, command))).await
    }
}

async fn lift(tx: &mut dyn Tx, author: Author, command: Command) -> Result<(), SuspensionError> {
    author.require(tx, Permission::OperationResume, SuspensionError::Forbidden).await?;
    tx.apply(&command).await??;
    Ok(())
}
