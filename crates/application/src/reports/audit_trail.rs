//! The audit trail, page by page, the newest first.

use upivia_domain::{AgentId, Mode, OrgId, Timestamp, audit::JournalEvent, ports::JournalFilter};

use super::{ReportError, Reports};

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only about this agent.
    pub agent: Option<AgentId>,
    /// Only about operations of this service.
    pub service: Option<String>,
    /// Only with this status.
    pub status: Option<String>,
    /// Only of this world.
    pub mode: Option<Mode>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Where the page before ended.
    pub cursor: Option<i64>,
}

/// Some events, and where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPage {
    /// The events, the newest first.
    pub events: Vec<JournalEvent>,
    /// Absent on the last page.
    pub next: Option<i64>,
}

impl Reports {
    /// A page of at most `limit` events.
    ///
    /// # Errors
    ///
    /// [`ReportError::Unavailable`].
    pub async fn audit_trail(&self, org: OrgId, filter: AuditFilter, limit: u32) -> Result<AuditPage, ReportError> {
        let filter = JournalFilter {
            kinds: Vec::new(),
            mode: filter.mode,
            agent: filter.agent,
            service: filter.service,
            status: filter.status,
            from: filter.from,
            to: filter.to,
            before_seq: filter.cursor,
            ..JournalFilter::default()
        };
        // One more than is shown tells whether there is a next page, so that no page is ever empty but the first.
        let mut events = self.parts.journal.events(org, &filter, limit.saturating_add(1)).await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = events.len() > shown;
        events.truncate(shown);
        let next = events.last().map(|event| event.seq).filter(|_| more);
        Ok(AuditPage { events, next })
    }
}
