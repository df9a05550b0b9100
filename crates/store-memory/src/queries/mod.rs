//! Reads of committed rows.

mod agents;
mod approvals;
mod credentials;
mod inbox;
mod journal;
mod ledger;
mod outcomes;
mod publishing;
mod receipts;
mod teams;
mod usage;

use upivia_domain::OrgId;

use crate::{MemoryStore, state::OrgRows};

impl MemoryStore {
    /// Looks at an organization's committed rows; nothing where there is no such organization.
    fn look<T: Default>(&self, org: OrgId, look: impl FnOnce(&OrgRows) -> T) -> T {
        self.shared.state().orgs.get(&org).map(look).unwrap_or_default()
    }
}
