//! What was used and what it cost, read from the journal events that moved the money.

use upivia_domain::{
    AgentId, Mode, NanoUsd, OrgId, RequestId, Timestamp,
    catalog::OperationName,
    dispatch::{Tag, Tags},
    identity::Name,
    ports::{JournalFilter, StoreError},
};

use super::{
    ReportError, Reports,
    charge::{Charged, KINDS},
    pages::{CHUNK, Pages},
};

/// Which usage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// Only of this agent.
    pub agent: Option<AgentId>,
    /// Only of this service.
    pub service: Option<String>,
    /// Only of this operation.
    pub operation: Option<OperationName>,
    /// Only with this status on the wire.
    pub status: Option<String>,
    /// Only with this label.
    pub tag: Option<Tag>,
    /// The world of money; absent = live, or test as long as there never was live money.
    pub mode: Option<Mode>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Where the page before ended.
    pub cursor: Option<i64>,
}

/// One cost, or one correction of a cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// The place in the journal.
    pub seq: i64,
    /// The request.
    pub request: RequestId,
    /// The agent.
    pub agent: Option<AgentId>,
    /// The agent's present name, or its last one.
    pub agent_name: Option<Name>,
    /// The operation.
    pub operation: Option<OperationName>,
    /// The state after the event, as on the wire.
    pub status: String,
    /// The most that the request was expected to cost.
    pub estimate: Option<NanoUsd>,
    /// What it cost; negative where a correction gave money back.
    pub cost: NanoUsd,
    /// The part that no account paid.
    pub overrun: NanoUsd,
    /// How the cost is known; absent for corrections.
    pub basis: Option<String>,
    /// When the request was made.
    pub created_at: Option<Timestamp>,
    /// When it ended, or was corrected.
    pub ended_at: Timestamp,
    /// The caller's labels.
    pub tags: Tags,
}

/// A page of usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The world of money.
    pub mode: Mode,
    /// The newest first. With a tag there may be none although there is a next page: the search went far enough for one call.
    pub rows: Vec<UsageRow>,
    /// What the listed rows cost together.
    pub total: NanoUsd,
    /// Where the next page begins; absent on the last one.
    pub next: Option<i64>,
}

impl Reports {
    /// At most `limit` rows, the newest first.
    ///
    /// # Errors
    ///
    /// [`ReportError::Unavailable`], also when an event cannot be read.
    pub async fn usage(&self, org: OrgId, filter: UsageFilter, limit: usize) -> Result<Usage, ReportError> {
        let mode = self.mode(org, filter.mode).await?;
        let (tag, mut pages) = (filter.tag.clone(), Pages::of(journal(filter, mode), CHUNK));
        let mut rows: Vec<UsageRow> = Vec::new();
        while rows.len() <= limit
            && let Some(events) = pages.next(&*self.parts.journal, org).await?
        {
            let mut charges = Charged::all(&events)?;
            if tag.is_none() {
                charges.truncate(limit.saturating_add(1).saturating_sub(rows.len()));
            }
            let found = self.rows(org, charges).await?;
            rows.extend(found.into_iter().filter(|row| tag.as_ref().is_none_or(|tag| row.tags.has(tag))));
            if tag.is_some() && pages.are_many() {
                break;
            }
        }
        let next = pages.cut(&mut rows, limit, |row| row.seq);
        let total = sum(&rows)?;
        Ok(Usage { mode, rows: self.named(org, rows).await?, total, next })
    }

    async fn rows(&self, org: OrgId, charges: Vec<Charged>) -> Result<Vec<UsageRow>, ReportError> {
        let known = self.summaries(org, charges.iter().map(|charge| charge.request)).await?;
        let row = |charge: Charged| {
            let summary = known.get(&charge.request);
            charge.with(summary)
        };
        Ok(charges.into_iter().map(row).collect())
    }

    async fn named(&self, org: OrgId, mut rows: Vec<UsageRow>) -> Result<Vec<UsageRow>, ReportError> {
        let names = self.names(org, rows.iter().filter_map(|row| row.agent)).await?;
        for row in &mut rows {
            row.agent_name = row.agent.and_then(|agent| names.get(&agent).cloned());
        }
        Ok(rows)
    }
}

fn journal(filter: UsageFilter, mode: Mode) -> JournalFilter {
    JournalFilter {
        kinds: KINDS.to_vec(),
        mode: Some(mode),
        agent: filter.agent,
        service: filter.service,
        operation: filter.operation,
        status: filter.status,
        from: filter.from,
        to: filter.to,
        before_seq: filter.cursor,
        ..JournalFilter::default()
    }
}

fn sum(rows: &[UsageRow]) -> Result<NanoUsd, StoreError> {
    let total = rows.iter().try_fold(NanoUsd::ZERO, |sum, row| sum.checked_add(row.cost));
    total.ok_or_else(|| StoreError::Internal("usage is beyond the range of money".to_owned()))
}
