//! One lane: a task that turns what waits into batches.

use std::sync::Arc;

use tokio::sync::mpsc;
use upivia_domain::ports::{Applied, LedgerStore, LockWait};

use super::{group_commit::Job, parking::Parking, retry};

/// The largest batch; more wait for the next.
const LARGEST_BATCH: usize = 256;

pub(super) struct Lane {
    store: Arc<dyn LedgerStore>,
    parking: Parking,
}

impl Lane {
    pub(super) fn new(store: Arc<dyn LedgerStore>) -> Self {
        Self { parking: Parking::new(Arc::clone(&store)), store }
    }

    pub(super) async fn run(self, mut queue: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(LARGEST_BATCH);
        while queue.recv_many(&mut waiting, LARGEST_BATCH).await > 0 {
            self.commit(std::mem::take(&mut waiting)).await;
        }
    }

    async fn commit(&self, jobs: Vec<Job>) {
        // Organizations that somebody else holds are not waited for here: the others of this lane go on.
        let results = retry::apply(&self.store, &jobs, LockWait::Skip).await;
        for (job, applied) in jobs.into_iter().zip(results) {
            match applied {
                Ok(Applied::Locked) => self.parking.park(job),
                result => job.finish(result),
            }
        }
    }
}
