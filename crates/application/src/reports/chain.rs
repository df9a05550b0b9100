//! A part of an organization's chain, walked for those who read it. All chains from their beginning: [`crate::verify`].

use upivia_domain::{
    OrgId,
    audit::{BrokenChain, ChainVerifier, JournalEvent},
    ports::JournalFilter,
};

use super::{ReportError, Reports};

/// How many events are read at once.
const CHUNK: i64 = 500;
/// How many events one call walks at most, the newest ones.
const MOST: i64 = 20_000;

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCheck {
    /// The first event that was checked.
    pub from_seq: i64,
    /// The last one that was meant to be.
    pub to_seq: i64,
    /// How many events are sound, from the first on.
    pub checked: i64,
    /// What ended the walk before its end.
    pub broken: Option<BrokenChain>,
}

impl Reports {
    /// Walks the chain from one sequence to another, both inclusive, over the events of all agents between them. The event
    /// before the first is taken as sound. Of a longer range only the newest 20,000 events are walked.
    ///
    /// # Errors
    ///
    /// [`ReportError::Unavailable`].
    pub async fn check_chain(&self, org: OrgId, from_seq: i64, to_seq: i64) -> Result<ChainCheck, ReportError> {
        let from_seq = from_seq.max(to_seq.saturating_sub(MOST - 1)).max(1);
        let mut check = ChainCheck { from_seq, to_seq, checked: 0, broken: None };
        let mut verifier = self.before(org, from_seq).await?;
        let mut next = from_seq;
        while next <= to_seq && check.broken.is_none() {
            let end = next.saturating_add(CHUNK).min(to_seq.saturating_add(1));
            let events = self.between(org, next, end).await?;
            check.broken = events.iter().try_for_each(|event| verifier.push(event)).err();
            if verifier.seq() + 1 < end && check.broken.is_none() {
                check.broken = Some(BrokenChain { org, seq: verifier.seq() + 1, problem: "the event is missing" });
            }
            next = end;
        }
        check.checked = verifier.seq().saturating_sub(from_seq.saturating_sub(1));
        Ok(check)
    }

    async fn before(&self, org: OrgId, seq: i64) -> Result<ChainVerifier, ReportError> {
        let anchor = self.between(org, seq.saturating_sub(1), seq).await?;
        Ok(anchor.first().map_or_else(|| ChainVerifier::new(org), ChainVerifier::after))
    }

    /// In order; the end is exclusive.
    async fn between(&self, org: OrgId, from: i64, end: i64) -> Result<Vec<JournalEvent>, ReportError> {
        let filter = JournalFilter { from_seq: Some(from), before_seq: Some(end), ..JournalFilter::default() };
        let limit = u32::try_from(end.saturating_sub(from)).unwrap_or_default();
        let mut events = self.parts.journal.events(org, &filter, limit).await?;
        events.reverse();
        Ok(events)
    }
}
