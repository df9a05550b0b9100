//! A new organization that can spend at once: owner, team, agents, keys, and its opening money.
//!
//! Everything is written in one transaction, each change with its audit event: there is no half of an organization.

mod found;
mod grant;
mod plan;
mod write;

use std::sync::Arc;

use upivia_domain::{
    AgentId, NanoUsd, OrgId, Secret, TeamId, UserId,
    identity::{Email, Name, PasswordHash},
    ledger::Refusal,
    ports::{Entropy, Ids, StoreError, TokenHasher, UnitOfWork, transact},
    time::Zone,
};

pub(crate) use found::Founding;
use plan::Plan;

/// What a person says about the organization to be.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Its name.
    pub name: Name,
    /// The owner's address; a person who has it already is the owner.
    pub email: Email,
    /// Live money in its wallet from the start.
    pub fund: NanoUsd,
    /// What cuts its days and months.
    pub zone: Zone,
}

/// What the operator says of the owner of a new organization.
#[derive(Debug, Clone, Default)]
pub struct NewOwner {
    /// Theirs from now on, also if they had another one.
    pub password: Option<PasswordHash>,
    /// They run the installation: may bring live money into a wallet without a payment.
    pub platform_admin: bool,
}

/// The new organization. Its secrets are here and nowhere else: show them once.
#[derive(Debug, Clone)]
pub struct Bootstrapped {
    /// The organization.
    pub org_id: OrgId,
    /// Its owner.
    pub user_id: UserId,
    /// The owner's address.
    pub email: Email,
    /// The owner's personal token.
    pub pat: Secret<String>,
    /// The team called Default.
    pub team_id: TeamId,
    /// The orchestrator that cannot be deleted; it has no key.
    pub yupi_agent_id: AgentId,
    /// The first agent.
    pub agent_id: AgentId,
    /// Its key for real money.
    pub agent_key_live: Secret<String>,
    /// Its key for play money.
    pub agent_key_test: Secret<String>,
}

/// Why there is no new organization. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BootstrapError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The ledger refuses the opening money.
    #[error("the opening money was refused: {0}")]
    Refused(#[from] Refusal),
}

/// Makes organizations for those who may use the machine itself.
pub struct Bootstrap {
    unit: Arc<dyn UnitOfWork>,
    ids: Arc<dyn Ids>,
    entropy: Arc<dyn Entropy>,
    hasher: Arc<dyn TokenHasher>,
}

impl Bootstrap {
    /// Over these ports.
    pub fn new(
        unit: Arc<dyn UnitOfWork>,
        ids: Arc<dyn Ids>,
        entropy: Arc<dyn Entropy>,
        hasher: Arc<dyn TokenHasher>,
    ) -> Self {
        Self { unit, ids, entropy, hasher }
    }

    /// Makes an organization.
    ///
    /// # Errors
    ///
    /// The store's, or the ledger's when the opening money is no amount.
    pub async fn create(&self, new: NewOrganization) -> Result<Bootstrapped, BootstrapError> {
        self.create_with(new, NewOwner::default()).await
    }

    /// The same, with what the operator says of its owner.
    ///
    /// # Errors
    ///
    /// As [`Bootstrap::create`].
    pub async fn create_with(&self, new: NewOrganization, owner: NewOwner) -> Result<Bootstrapped, BootstrapError> {
        let plan = Plan::mint(new, owner, &*self.ids, &*self.entropy, &*self.hasher);
        transact(&*self.unit, &[OrgId::PLATFORM], move |tx| Box::pin(plan.write(tx))).await
    }
}

#[cfg(test)]
mod tests;
