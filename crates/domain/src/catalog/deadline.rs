//! What becomes of a request whose outcome nobody reports.

use std::time::Duration;

/// A declared end of waiting for an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// So long after its admission a request has waited long enough.
    pub after: Duration,
    /// What happens then.
    pub then: AtDeadline,
}

/// What happens at a deadline. Evidence that comes later corrects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtDeadline {
    /// The request failed and its hold is freed: for what is harmless to give away.
    Release,
    /// The request was executed and costs its estimate: for what was most likely done.
    ChargeEstimate,
    /// Nothing: a person decides.
    Leave,
}
