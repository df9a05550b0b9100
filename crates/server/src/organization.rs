//! Making an organization with the machine's ids and randomness.

use std::sync::Arc;

use anyhow::{Context, Result};
use upivia_application::bootstrap::{Bootstrap, Bootstrapped, NewOrganization, NewOwner};
use upivia_domain::ports::UnitOfWork;
use upivia_store::crypto::SystemEntropy;

use crate::{machine::SystemIds, storage::Storage};

/// Makes it, with what the operator says of its owner.
///
/// # Errors
///
/// Nothing was written.
pub async fn create(storage: &Storage, new: NewOrganization, owner: NewOwner) -> Result<Bootstrapped> {
    let unit: Arc<dyn UnitOfWork> = Arc::clone(&storage.store) as _;
    let (ids, hasher) = (Arc::new(SystemIds::default()), Arc::clone(&storage.hasher));
    let bootstrap = Bootstrap::new(unit, ids, Arc::new(SystemEntropy), hasher);
    bootstrap.create_with(new, owner).await.context("no organization was made")
}
