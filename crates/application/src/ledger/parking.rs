//! Where the commands of a locked organization wait, away from the lane, all for one lock.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use upivia_domain::{
    OrgId,
    ports::{LedgerStore, LockWait},
};

use super::{group_commit::Job, retry};

type Parked = Arc<Mutex<HashMap<OrgId, Vec<Job>>>>;

pub(super) struct Parking {
    store: Arc<dyn LedgerStore>,
    parked: Parked,
}

impl Parking {
    pub(super) fn new(store: Arc<dyn LedgerStore>) -> Self {
        Self { store, parked: Arc::default() }
    }

    /// Joins those who wait for the same organization, or begins to wait.
    pub(super) fn park(&self, job: Job) {
        let org = job.command.org();
        let mut parked = lock(&self.parked);
        if let Some(waiting) = parked.get_mut(&org) {
            waiting.push(job);
            return;
        }
        parked.insert(org, vec![job]);
        drop(parked);
        tokio::spawn(wait(Arc::clone(&self.store), Arc::clone(&self.parked), org));
    }
}

// One wait serves all that came before it; those that come meanwhile get the next. A wait in vain fails them all.
async fn wait(store: Arc<dyn LedgerStore>, parked: Parked, org: OrgId) {
    loop {
        let Some(jobs) = next(&parked, org) else { return };
        let results = retry::apply(&store, &jobs, LockWait::Wait).await;
        for (job, applied) in jobs.into_iter().zip(results) {
            job.finish(applied);
        }
    }
}

/// The jobs that wait now; the entry goes away together with the task when there are none.
fn next(parked: &Parked, org: OrgId) -> Option<Vec<Job>> {
    let mut parked = lock(parked);
    let waiting = parked.get_mut(&org).map(std::mem::take).unwrap_or_default();
    if waiting.is_empty() {
        parked.remove(&org);
        return None;
    }
    Some(waiting)
}

fn lock(parked: &Parked) -> MutexGuard<'_, HashMap<OrgId, Vec<Job>>> {
    parked.lock().unwrap_or_else(PoisonError::into_inner)
}
