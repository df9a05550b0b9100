//! Whether an organization may spend at all: suspended and let go again by who runs the installation, closed by its owner.
//!
//! Each change is one transaction with its audit event; it decides from the next command on, on every node. What is left of
//! a closed organization's money is paid out by [`crate::budgets`]; its last steps are [`ClosingOrganizations`].

mod close;
mod closing;
mod error;
mod suspend;
mod view;

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    OrgId,
    audit::Object,
    identity::{OrganizationStatus, Standing},
    ports::{LedgerQueries, PeopleQueries, StandingQueries, Tx, UnitOfWork},
};

use crate::access::{Author, Entry};

pub use closing::{ClosingOrganizations, ClosingParts};
pub use error::OrganizationError;
pub use view::{OrganizationView, Purse};

/// What the use-cases need.
pub struct OrganizationsParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// Names, heads and wallets.
    pub ledger: Arc<dyn LedgerQueries>,
    /// Who changed a status, and why.
    pub standings: Arc<dyn StandingQueries>,
    /// Who runs the installation.
    pub people: Arc<dyn PeopleQueries>,
}

/// The use-cases.
pub struct Organizations {
    parts: OrganizationsParts,
}

impl Organizations {
    /// Over these parts.
    pub const fn new(parts: OrganizationsParts) -> Self {
        Self { parts }
    }
}

/// What a person changes about an organization, and what the trail says of it.
struct Change {
    org: OrgId,
    status: OrganizationStatus,
    kind: &'static str,
    reason: String,
}

impl Change {
    async fn standing(&self, tx: &mut dyn Tx, author: &Author) -> Result<Standing, OrganizationError> {
        let (changed_by, changed_at) = (Some(author.caller.user), tx.now());
        let (org, status, reason) = (self.org, self.status, self.reason.clone());
        let standing = Standing { org, status, reason, changed_by, changed_at };
        tx.standings().put(&standing).await?;
        Ok(standing)
    }

    fn entry(&self, old: OrganizationStatus, more: Value) -> Entry {
        let object = Object { kind: "organization", id: self.org.to_string() };
        let detail =
            json!({ "old": old.as_str(), "new": self.status.as_str(), "reason": self.reason, "effects": more });
        Entry { kind: self.kind, object, agent: None, operation: None, detail }
    }
}
