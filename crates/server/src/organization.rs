//! Making an organization with the machine's ids and randomness.

use std::sync::Arc;

use anyhow::{Context, Result};
use upivia_application::bootstrap::{Bootstrap, Bootstrapped, NewOrganization};
use upivia_domain::{identity::PasswordHash, ports::UnitOfWork};
use upivia_store::crypto::SystemEntropy;

use crate::{machine::SystemIds, storage::Storage};

/// Makes it, with a password for its owner where there is one.
///
/// # Errors
///
/// Nothing was written.
pub async fn create(storage: &Storage, new: NewOrganization, password: Option<PasswordHash>) -> Result<Bootstrapped> {
    let unit: Arc<dyn UnitOfWork> = Arc::clone(&storage.store) as _;
    let (ids, hasher) = (Arc::new(SystemIds::default()), Arc::clone(&storage.hasher));
    let bootstrap = Bootstrap::new(unit, ids, Arc::new(SystemEntropy), hasher);
    bootstrap.create_with_password(new, password).await.context("no organization was made")
}
