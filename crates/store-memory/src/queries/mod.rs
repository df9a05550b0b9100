//! Reads of committed rows.

mod agents;
mod approvals;
mod credentials;
mod delegations;
mod inbox;
mod journal;
mod ledger;
mod links;
mod outbox;
mod outcomes;
mod publishing;
mod receipts;
mod skills;
mod standings;
mod stops;
mod teams;
mod usage;
pub(crate) mod webhooks;

use upivia_domain::OrgId;

use crate::{MemoryStore, state::OrgRows};

impl MemoryStore {
    /// Looks at an organization's committed rows; nothing where there is no such organization.
    fn look<T: Default>(&self, org: OrgId, look: impl FnOnce(&OrgRows) -> T) -> T {
        self.shared.state().orgs.get(&org).map(look).unwrap_or_default()
    }
}
