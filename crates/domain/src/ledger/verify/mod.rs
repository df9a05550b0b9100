//! Recomputes an organization's ledger from its rows and names the first that contradicts the others.
//!
//! Feed all events in order, then all requests, then all meters, then [`LedgerVerifier::finish`]. Memory grows with the
//! number of requests. The chain itself is checked by [`crate::audit::ChainVerifier`].

mod books;
mod counted;
mod drift;
mod requests;

use std::collections::HashMap;

pub use drift::{DriftWatch, Glance, Since};

use books::Books;
use requests::History;

use super::OrgHead;
use crate::{
    OrgId, RequestId,
    audit::JournalEvent,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
};

/// The first row that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ledger of {org}: {row}: {problem}")]
pub struct BrokenLedger {
    /// Whose.
    pub org: OrgId,
    /// Which row.
    pub row: String,
    /// What is wrong.
    pub problem: String,
}

/// What was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LedgerReport {
    /// Events.
    pub events: u64,
    /// Requests.
    pub requests: u64,
    /// Meters.
    pub meters: u64,
    /// Requests whose hold is open.
    pub open_holds: u64,
}

/// Collects one organization's rows.
#[derive(Debug)]
pub struct LedgerVerifier {
    org: OrgId,
    report: LedgerReport,
    books: Books,
    histories: HashMap<RequestId, History>,
    keys: std::collections::HashSet<(crate::AgentId, crate::Mode, String)>,
}

impl LedgerVerifier {
    /// Nothing seen yet.
    pub fn new(org: OrgId) -> Self {
        Self {
            org,
            report: LedgerReport::default(),
            books: Books::default(),
            histories: HashMap::new(),
            keys: Default::default(),
        }
    }

    /// The next event.
    ///
    /// # Errors
    ///
    /// The event contradicts an invariant or an event before it.
    pub fn event(&mut self, event: &JournalEvent) -> Result<(), BrokenLedger> {
        self.report.events += 1;
        let checked = self.books.post(event).and_then(|()| match event.request {
            Some(request) => self.histories.entry(request).or_default().record(event),
            None => Ok(()),
        });
        checked.map_err(|problem| self.broken(format!("journal seq {}", event.seq), problem))
    }

    /// A request.
    ///
    /// # Errors
    ///
    /// The row contradicts its events, or its idempotency key was used twice.
    pub fn request(&mut self, request: &ServiceRequest) -> Result<(), BrokenLedger> {
        self.report.requests += 1;
        self.report.open_holds += u64::from(request.state.holds_money());
        let history = self.histories.remove(&request.id).unwrap_or_default();
        let checked = history
            .explains(request)
            .and_then(|()| self.books.expect(request, &history))
            .and_then(|()| self.unique_key(request));
        checked.map_err(|problem| self.broken(format!("request {}", request.id), problem))
    }

    /// A meter.
    ///
    /// # Errors
    ///
    /// The figures are not what events and requests add up to.
    pub fn meter(&mut self, key: &MeterKey, meter: &Meter) -> Result<(), BrokenLedger> {
        self.every_history_has_a_row()?;
        self.report.meters += 1;
        self.books.compare(key, meter).map_err(|problem| self.broken(format!("meter {key}"), problem))
    }

    /// After the last row.
    ///
    /// # Errors
    ///
    /// Something that must have a row has none, or the organization's debt is not the sum of its postings.
    pub fn finish(self, head: &OrgHead) -> Result<LedgerReport, BrokenLedger> {
        self.every_history_has_a_row()?;
        self.books.finish(head).map_err(|(row, problem)| self.broken(row, problem))?;
        Ok(self.report)
    }

    fn every_history_has_a_row(&self) -> Result<(), BrokenLedger> {
        let Some(request) = self.histories.keys().min() else { return Ok(()) };
        Err(self.broken(format!("request {request}"), "the journal speaks of it, but there is no row".to_owned()))
    }

    fn unique_key(&mut self, request: &ServiceRequest) -> Result<(), String> {
        let Some(key) = &request.idempotency_key else { return Ok(()) };
        if self.keys.insert((request.agent, request.mode, key.as_str().to_owned())) {
            return Ok(());
        }
        Err("its idempotency key belongs to two requests".to_owned())
    }

    fn broken(&self, row: String, problem: String) -> BrokenLedger {
        BrokenLedger { org: self.org, row, problem }
    }
}
