//! Going back through a journal in pieces, and how far one call goes.

use upivia_domain::{
    OrgId,
    audit::JournalEvent,
    ports::{JournalFilter, JournalQueries, StoreError},
};

/// How many events are read at once where many of them may not fit.
pub(super) const CHUNK: u32 = 500;

/// How many events one call looks at for those with a label: labels are no column, each request has to be opened.
const MOST: usize = 20_000;

/// The events that fit a filter, from the newest on.
pub(super) struct Pages {
    filter: JournalFilter,
    chunk: u32,
    read: usize,
    more: bool,
}

impl Pages {
    /// In pieces of that size.
    pub(super) const fn of(filter: JournalFilter, chunk: u32) -> Self {
        Self { filter, chunk, read: 0, more: true }
    }

    /// The next piece; `None` where there is nothing more.
    pub(super) async fn next(
        &mut self,
        journal: &dyn JournalQueries,
        org: OrgId,
    ) -> Result<Option<Vec<JournalEvent>>, StoreError> {
        if !self.more {
            return Ok(None);
        }
        let events = journal.events(org, &self.filter, self.chunk).await?;
        self.more = u32::try_from(events.len()).is_ok_and(|read| read == self.chunk);
        self.read = self.read.saturating_add(events.len());
        self.filter.before_seq = events.last().map(|last| last.seq).or(self.filter.before_seq);
        Ok(Some(events))
    }

    /// Whether as many were read as one call may.
    pub(super) const fn are_many(&self) -> bool {
        self.read >= MOST
    }

    /// Leaves `limit` of what was found, and says where the next page begins.
    pub(super) fn cut<T>(&self, found: &mut Vec<T>, limit: usize, seq: impl Fn(&T) -> i64) -> Option<i64> {
        if found.len() > limit {
            found.truncate(limit);
            return found.last().map(seq);
        }
        self.filter.before_seq.filter(|_| self.more)
    }
}
