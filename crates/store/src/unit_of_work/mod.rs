//! Use-cases: a closure over one transaction, on either database. The statements are in `sql`, which each database compiles
//! for itself; how long a use-case may take is in the `limit_…` files.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    ports::{Abort, UnitOfWork, Work},
};

use crate::{Store, connect::OpenError, crypto::CryptoError, queries::ask};

impl Store {
    /// Makes the rows that every installation has, and proves by them that the master key is the right one. Call it after the
    /// migrations and before anything else; repeating it changes nothing.
    ///
    /// # Errors
    ///
    /// The database failed, or was written under another master key.
    pub(crate) async fn initialise(&self) -> Result<(), OpenError> {
        let shared = Arc::clone(self.shared());
        let wrapped = ask!(self, write unit_of_work::initialise(shared))?;
        match self.shared().sealer.unwrap(OrgId::PLATFORM, &wrapped.0) {
            Ok(_) => Ok(()),
            Err(CryptoError::Unopenable { .. }) => Err(CryptoError::WrongMasterKey.into()),
            Err(other) => Err(other.into()),
        }
    }
}

#[async_trait]
impl UnitOfWork for Store {
    async fn run(&self, orgs: &[OrgId], work: Work) -> Result<(), Abort> {
        let orgs: BTreeSet<OrgId> = orgs.iter().copied().collect();
        let shared = Arc::clone(self.shared());
        let ended = ask!(self, write unit_of_work::run(shared, orgs, work));
        ended.unwrap_or_else(|error| Err(Abort::Store(error)))
    }
}
