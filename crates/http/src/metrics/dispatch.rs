//! Answers to paid actions by status and reason.

use std::sync::atomic::{AtomicU64, Ordering};

use upivia_application::dispatch::Answer;
use upivia_domain::{
    budget::ReasonCode,
    dispatch::{RequestState, ServiceRequest},
};

use super::exposition::Exposition;
use crate::v1::service_requests::{reason_of, status_of};

const ANSWERS: &str = "upivia_dispatch_answers_total";
/// Stands where no reason is given.
const NO_REASON: &str = "none";

#[derive(Debug)]
pub(super) struct Outcomes {
    executed: AtomicU64,
    running: AtomicU64,
    /// In the order of [`ReasonCode::ALL`]; the status follows from the reason.
    reasons: Vec<AtomicU64>,
    replays: AtomicU64,
}

impl Outcomes {
    pub(super) fn new() -> Self {
        Self {
            executed: AtomicU64::new(0),
            running: AtomicU64::new(0),
            reasons: ReasonCode::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            replays: AtomicU64::new(0),
        }
    }

    /// A repeat is counted as such and not again by what became of its request.
    pub(super) fn count(&self, answer: &Answer) {
        let counter = if answer.replayed { Some(&self.replays) } else { self.counter(&answer.request) };
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counter(&self, request: &ServiceRequest) -> Option<&AtomicU64> {
        match request.state {
            RequestState::Executed => Some(&self.executed),
            RequestState::Admitted | RequestState::Dispatching | RequestState::Running | RequestState::Unknown => {
                Some(&self.running)
            }
            RequestState::Blocked | RequestState::Failed | RequestState::ApprovalRequired => {
                let reason = reason_of(request);
                let place = ReasonCode::ALL.iter().position(|code| *code == reason)?;
                self.reasons.get(place)
            }
        }
    }

    pub(super) fn write(&self, to: &mut Exposition) {
        to.family(ANSWERS, "counter", "First answers to paid actions.");
        let mut sample = |status, reason, count: &AtomicU64| {
            to.sample(ANSWERS, &[("status", status), ("reason_code", reason)], count.load(Ordering::Relaxed));
        };
        sample(RequestState::Executed.wire(), NO_REASON, &self.executed);
        sample(RequestState::Running.wire(), NO_REASON, &self.running);
        for (code, count) in ReasonCode::ALL.iter().zip(&self.reasons) {
            sample(status_of(*code), code.as_str(), count);
        }
        let replays = self.replays.load(Ordering::Relaxed);
        to.counter("upivia_dispatch_replays_total", "Answers to repeats of an idempotency key.", replays);
    }
}
