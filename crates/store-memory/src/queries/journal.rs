//! Events, filtered.

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    audit::JournalEvent,
    ports::{JournalFilter, JournalQueries, StoreError},
};

use crate::MemoryStore;

#[async_trait]
impl JournalQueries for MemoryStore {
    async fn events(&self, org: OrgId, filter: &JournalFilter, limit: u32) -> Result<Vec<JournalEvent>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let wanted = |event: &&JournalEvent| fits(filter, event);
        Ok(self.look(org, |rows| rows.ledger.journal.iter().rev().filter(wanted).take(limit).cloned().collect()))
    }
}

fn fits(filter: &JournalFilter, event: &JournalEvent) -> bool {
    let service = || event.operation.as_ref().map(|operation| operation.service());
    (filter.kinds.is_empty() || filter.kinds.contains(&&*event.kind))
        && filter.mode.is_none_or(|mode| event.mode == Some(mode))
        && filter.agent.is_none_or(|agent| event.agent == Some(agent))
        && filter.request.is_none_or(|request| event.request == Some(request))
        && filter.service.as_deref().is_none_or(|wanted| service() == Some(wanted))
        && filter.operation.as_ref().is_none_or(|operation| event.operation.as_ref() == Some(operation))
        && filter.event.as_deref().is_none_or(|kind| event.kind == kind)
        && filter.status.as_deref().is_none_or(|status| event.status.as_deref() == Some(status))
        && filter.from.is_none_or(|from| event.at >= from)
        && filter.to.is_none_or(|to| event.at < to)
        && filter.from_seq.is_none_or(|seq| event.seq >= seq)
        && filter.before_seq.is_none_or(|seq| event.seq < seq)
}
