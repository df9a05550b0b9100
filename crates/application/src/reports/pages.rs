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

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use upivia_domain::{
        Timestamp,
        audit::{NewEvent, Object},
        identity::Actor,
    };

    use super::*;

    /// So many events, the newest with the highest sequence.
    struct Journal(i64);

    #[async_trait]
    impl JournalQueries for Journal {
        async fn events(
            &self,
            org: OrgId,
            filter: &JournalFilter,
            limit: u32,
        ) -> Result<Vec<JournalEvent>, StoreError> {
            let object = Object { kind: "row", id: "1".to_owned() };
            let (detail, actor) = (serde_json::Value::Null, Actor::Operator);
            let event =
                NewEvent { kind: "row.changed", actor, agent: None, operation: None, object, detail, trace: None };
            let newest = filter.before_seq.map_or(self.0, |before| before - 1);
            let seqs = (1..=newest).rev().take(usize::try_from(limit).unwrap());
            Ok(seqs.map(|seq| event.draft().chained(org, seq, Timestamp::default(), &[0; 32])).collect())
        }
    }

    async fn seen(journal: &Journal, pages: &mut Pages) -> usize {
        let mut seen = 0;
        while !pages.are_many()
            && let Some(events) = pages.next(journal, OrgId::PLATFORM).await.unwrap()
        {
            seen += events.len();
        }
        seen
    }

    #[tokio::test]
    async fn a_search_ends_somewhere_and_says_where_to_go_on() {
        let (journal, mut pages) = (Journal(50_000), Pages::of(JournalFilter::default(), CHUNK));
        assert_eq!(seen(&journal, &mut pages).await, MOST);
        assert_eq!(pages.cut(&mut Vec::<i64>::new(), 10, |seq| *seq), Some(30_001));
        let found = |seqs: &[i64]| pages.cut(&mut seqs.to_vec(), 2, |seq| *seq);
        assert_eq!(found(&[45_000, 44_000, 43_000]), Some(44_000), "what was found beyond the page comes again");
        assert_eq!(found(&[45_000, 44_000]), Some(30_001), "what was searched in vain does not");
    }

    #[tokio::test]
    async fn a_search_that_reached_the_beginning_has_no_next_page() {
        for events in [0, 499, 500, 501, 1_000] {
            let (journal, mut pages) = (Journal(events), Pages::of(JournalFilter::default(), CHUNK));
            assert_eq!(seen(&journal, &mut pages).await, usize::try_from(events).unwrap());
            assert_eq!(pages.cut(&mut vec![1_i64], 10, |seq| *seq), None);
        }
    }
}
