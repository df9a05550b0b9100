//! Who waits in this process for the outcome of which request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::watch, time::Instant};
use upivia_domain::{RequestId, dispatch::ServiceRequest};

type Outcome = Option<Arc<ServiceRequest>>;

/// Requests whose provider is being called.
#[derive(Debug, Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<RequestId, watch::Receiver<Outcome>>>>);

/// A call under way; waiters see that it is over when this is dropped.
#[derive(Debug)]
pub(super) struct Flight {
    flights: Flights,
    id: RequestId,
    outcome: watch::Sender<Outcome>,
}

impl Flights {
    pub(super) fn begin(&self, id: RequestId) -> (Flight, Landing) {
        let (outcome, receiver) = watch::channel(None);
        self.lock().insert(id, receiver.clone());
        (Flight { flights: self.clone(), id, outcome }, Landing(receiver))
    }

    /// The outcome of a request that is under way here; `None` where it is not.
    pub(super) fn find(&self, id: RequestId) -> Option<Landing> {
        self.lock().get(&id).cloned().map(Landing)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RequestId, watch::Receiver<Outcome>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the outcome of a call will be seen.
#[derive(Debug)]
pub(crate) struct Landing(watch::Receiver<Outcome>);

impl Landing {
    /// Waits for the outcome, at most until the deadline; `None` where there was none by then, or will be none.
    pub(super) async fn by(mut self, deadline: Instant) -> Outcome {
        let landed = tokio::time::timeout_at(deadline, self.0.wait_for(Option::is_some)).await.ok()?.ok()?;
        landed.clone()
    }
}

impl Flight {
    pub(super) fn land(&self, request: Arc<ServiceRequest>) {
        self.outcome.send_replace(Some(request));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.id);
    }
}
