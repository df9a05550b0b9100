//! One lock per organization: whoever changes anything of it holds it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::OwnedMutexGuard;
use upivia_domain::{OrgId, ports::StoreError};

/// How long anybody waits for a lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Proof that an organization is held.
pub(crate) type OrgLock = OwnedMutexGuard<()>;

#[derive(Debug, Default)]
pub(crate) struct OrgLocks(Mutex<HashMap<OrgId, Arc<tokio::sync::Mutex<()>>>>);

impl OrgLocks {
    /// All of them, in the order of their ids so that nobody waits in a circle.
    pub(crate) async fn wait_for(&self, orgs: &BTreeSet<OrgId>) -> Result<BTreeMap<OrgId, OrgLock>, StoreError> {
        let taking = async {
            let mut held = BTreeMap::new();
            for org in orgs {
                held.insert(*org, self.lock_of(*org).lock_owned().await);
            }
            held
        };
        tokio::time::timeout(LOCK_TIMEOUT, taking).await.map_err(|_| StoreError::LockTimeout)
    }

    /// Those that nobody holds.
    pub(crate) fn take_free(&self, orgs: &BTreeSet<OrgId>) -> BTreeMap<OrgId, OrgLock> {
        orgs.iter().filter_map(|org| Some((*org, self.take(*org)?))).collect()
    }

    /// This one, unless somebody holds it.
    pub(crate) fn take(&self, org: OrgId) -> Option<OrgLock> {
        self.lock_of(org).try_lock_owned().ok()
    }

    fn lock_of(&self, org: OrgId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(org).or_default())
    }
}
