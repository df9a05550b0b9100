//! Making an organization with the machine's ids and randomness.

use std::sync::Arc;

use anyhow::{Context, Result};
use upivia_application::bootstrap::{Bootstrap, Bootstrapped, NewOrganization};
use upivia_domain::ports::UnitOfWork;
use upivia_store::crypto::SystemEntropy;

use crate::{machine::SystemIds, storage::Storage};

/// Makes it; with `platform_admin` its owner runs the installation.
///
/// # Errors
///
/// Nothing was written.
pub async fn create(storage: &Storage, new: NewOrganization, platform_admin: bool) -> Result<Bootstrapped> {
    let unit: Arc<dyn UnitOfWork> = Arc::clone(&storage.store) as _;
    let (ids, hasher) = (Arc::new(SystemIds::default()), Arc::clone(&storage.hasher));
    let bootstrap = Bootstrap::new(unit, ids, Arc::new(SystemEntropy), hasher);
    let made =
        if platform_admin { bootstrap.create_for_platform_admin(new).await } else { bootstrap.create(new).await };
    made.context("no organization was made")
}
