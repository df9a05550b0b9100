//! Requests whose outcome nobody knows, or is only known late: list them, look at one, and end it by a person's decision.
//!
//! Deliberately absent: asking providers, which recovery does by itself ([`crate::node`]).

mod acknowledge;
mod detail;
mod error;
mod list;
mod resolve;
mod why;

use std::sync::Arc;

use upivia_domain::ports::{Clock, Ids, JournalQueries, LedgerQueries, OutcomeQueries, RequestQueries, UnitOfWork};

use crate::dispatch::Dispatcher;

pub use detail::OutcomeDetail;
pub use error::OutcomeError;
pub use list::{OpenOutcome, OutcomePage, OutcomeWish};
pub use resolve::{Decision, Resolved};
pub use why::Why;

/// What the use-cases need.
pub struct OutcomesParts {
    /// Where decisions are written.
    pub unit: Arc<dyn UnitOfWork>,
    /// Where open outcomes are listed.
    pub outcomes: Arc<dyn OutcomeQueries>,
    /// Where one request is read.
    pub requests: Arc<dyn RequestQueries>,
    /// Where its events are read.
    pub journal: Arc<dyn JournalQueries>,
    /// How far the journal goes.
    pub ledger: Arc<dyn LedgerQueries>,
    /// Who knows what of a payload is forwarded.
    pub dispatcher: Arc<Dispatcher>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids of commands.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Outcomes {
    parts: OutcomesParts,
}

impl Outcomes {
    /// Over these parts.
    pub const fn new(parts: OutcomesParts) -> Self {
        Self { parts }
    }
}
