//! The audit trail, page by page, the newest first.

use std::collections::HashMap;

use upivia_domain::{
    AgentId, Mode, OrgId, RequestId, Timestamp,
    audit::JournalEvent,
    catalog::OperationName,
    dispatch::{Tag, Tags},
    ports::{JournalFilter, RequestSummary},
};

use super::{
    ReportError, Reports,
    pages::{CHUNK, Pages},
};

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this kind, for example `request.executed`.
    pub event: Option<String>,
    /// Only about this agent.
    pub agent: Option<AgentId>,
    /// Only about operations of this service.
    pub service: Option<String>,
    /// Only about this operation.
    pub operation: Option<OperationName>,
    /// Only with this status.
    pub status: Option<String>,
    /// Only about requests with this label.
    pub tag: Option<Tag>,
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
    /// The events, the newest first. With a tag there may be none although there is a next page: the search went far enough
    /// for one call.
    pub events: Vec<JournalEvent>,
    /// The labels of the requests that the events are about: not part of the chain, and gone when the request is erased.
    pub tags: HashMap<RequestId, Tags>,
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
        let tag = filter.tag.clone();
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        // One more than is shown tells whether there is a next page.
        let chunk = if tag.is_some() { CHUNK } else { limit.saturating_add(1) };
        let mut pages = Pages::of(journal(filter), chunk);
        let (mut events, mut known) = (Vec::new(), HashMap::new());
        while events.len() <= shown
            && let Some(mut found) = pages.next(&*self.parts.journal, org).await?
        {
            let summaries = self.summaries(org, found.iter().filter_map(|event| event.request)).await?;
            if let Some(tag) = &tag {
                found.retain(|event| has(&summaries, event, tag));
            }
            events.append(&mut found);
            known.extend(summaries.into_iter().map(|(id, summary)| (id, summary.tags)));
            if tag.is_some() && pages.are_many() {
                break;
            }
        }
        let next = pages.cut(&mut events, shown, |event| event.seq);
        Ok(AuditPage { events, tags: known, next })
    }
}

fn has(summaries: &HashMap<RequestId, RequestSummary>, event: &JournalEvent, tag: &Tag) -> bool {
    event.request.and_then(|id| summaries.get(&id)).is_some_and(|summary| summary.tags.has(tag))
}

fn journal(filter: AuditFilter) -> JournalFilter {
    JournalFilter {
        mode: filter.mode,
        agent: filter.agent,
        service: filter.service,
        operation: filter.operation,
        event: filter.event,
        status: filter.status,
        from: filter.from,
        to: filter.to,
        before_seq: filter.cursor,
        ..JournalFilter::default()
    }
}
