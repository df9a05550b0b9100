//! The store, and handles on it.

use std::{
    collections::BTreeSet,
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use upivia_domain::{
    OrgId,
    ports::{Clock, StoreError},
};

use crate::{faults::Faults, locks::OrgLocks, state::State};

/// What all handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    pub(crate) locks: OrgLocks,
    pub(crate) faults: Faults,
}

impl Shared {
    /// The committed rows. Never held across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of the organizations that exist.
    pub(crate) fn existing(&self, orgs: impl Iterator<Item = OrgId>) -> BTreeSet<OrgId> {
        let state = self.state();
        orgs.filter(|org| state.orgs.contains_key(org)).collect()
    }

    /// Fails while a test wants it so.
    pub(crate) fn reachable(&self) -> Result<(), StoreError> {
        if self.faults.is_unavailable() {
            return Err(StoreError::Unavailable("a test made it so".to_owned()));
        }
        Ok(())
    }
}

/// A node's handle on a store in memory. Implements every persistence port.
#[derive(Clone)]
pub struct MemoryStore {
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl MemoryStore {
    /// A new store, with nothing but the head of the reserved platform organization.
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        let state = Mutex::new(State::new());
        let shared = Shared { state, locks: OrgLocks::default(), faults: Faults::default() };
        Arc::new(Self { shared: Arc::new(shared), clock })
    }

    /// Another handle on the same rows, as a second node has it.
    pub fn with_clock(&self, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { shared: Arc::clone(&self.shared), clock })
    }

    /// Faults to order; all handles share them.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// Runs to the end even when the caller goes away. A panic is a failure of the store that changed nothing.
pub(crate) async fn to_the_end<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let stopped = |error: tokio::task::JoinError| Err(StoreError::Internal(error.to_string()).into());
    tokio::spawn(work).await.unwrap_or_else(stopped)
}
