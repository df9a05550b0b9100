//! What was used and what it cost, read from the journal events that moved the money.

use serde_json::Value;
use upivia_domain::{
    AgentId, Mode, NanoUsd, OrgId, RequestId, Timestamp,
    audit::{JournalEvent, Posting},
    budget::{Account, SystemAccount},
    catalog::OperationName,
    ports::{JournalFilter, StoreError},
};

use super::{ReportError, Reports};

/// The events that end a request with a cost or correct one.
const KINDS: [&str; 4] = ["request.executed", "request.failed", "request.resolved", "request.adjusted"];

/// How many events are read at once; some of them, failures without a cost, are no usage.
const CHUNK: u32 = 500;

/// Which usage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UsageFilter {
    /// Only of this agent.
    pub agent: Option<AgentId>,
    /// The world of money; absent = live, or test as long as there never was live money.
    pub mode: Option<Mode>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
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
    /// The operation.
    pub operation: Option<OperationName>,
    /// The state after the event, as on the wire.
    pub status: String,
    /// What it cost; negative where a correction gave money back.
    pub cost: NanoUsd,
    /// The part that no account paid.
    pub overrun: NanoUsd,
    /// How the cost is known; absent for corrections.
    pub basis: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A list of usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The world of money.
    pub mode: Mode,
    /// The newest first.
    pub rows: Vec<UsageRow>,
    /// What the listed rows cost together.
    pub total: NanoUsd,
    /// There is more than was asked for.
    pub has_more: bool,
}

impl Reports {
    /// At most `limit` rows, the newest first.
    ///
    /// # Errors
    ///
    /// [`ReportError::Unavailable`], also when an event cannot be read.
    pub async fn usage(&self, org: OrgId, filter: UsageFilter, limit: usize) -> Result<Usage, ReportError> {
        let mode = self.mode(org, filter.mode).await?;
        let mut journal = JournalFilter {
            kinds: KINDS.to_vec(),
            mode: Some(mode),
            agent: filter.agent,
            from: filter.from,
            to: filter.to,
            ..JournalFilter::default()
        };
        let mut rows = Vec::new();
        while rows.len() <= limit {
            let events = self.parts.journal.events(org, &journal, CHUNK).await?;
            for event in &events {
                rows.extend(row(event)?);
            }
            journal.before_seq = events.last().map(|last| last.seq);
            if u32::try_from(events.len()).is_ok_and(|read| read < CHUNK) {
                break;
            }
        }
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let total = sum(&rows)?;
        Ok(Usage { mode, rows, total, has_more })
    }
}

fn sum(rows: &[UsageRow]) -> Result<NanoUsd, StoreError> {
    let total = rows.iter().try_fold(NanoUsd::ZERO, |sum, row| sum.checked_add(row.cost));
    total.ok_or_else(|| StoreError::Internal("usage is beyond the range of money".to_owned()))
}

/// The usage in an event, where there is one.
fn row(event: &JournalEvent) -> Result<Option<UsageRow>, StoreError> {
    let unreadable = || StoreError::Internal(format!("journal {} seq {} cannot be read", event.org, event.seq));
    let body: Value = serde_json::from_str(&event.body).map_err(|_| unreadable())?;
    let detail = body.get("detail").unwrap_or(&Value::Null);
    let Some((cost, overrun)) = figures(event, detail) else { return Ok(None) };
    Ok(Some(UsageRow {
        seq: event.seq,
        request: event.request.ok_or_else(unreadable)?,
        agent: event.agent,
        operation: event.operation.clone(),
        status: event.status.clone().unwrap_or_default().into_owned(),
        cost,
        overrun,
        basis: detail.get("basis").and_then(Value::as_str).map(str::to_owned),
        at: event.at,
    }))
}

fn figures(event: &JournalEvent, detail: &Value) -> Option<(NanoUsd, NanoUsd)> {
    if event.kind == "request.adjusted" {
        return event.posting.map(correction);
    }
    let nanos = |name: &str| detail.get(name).and_then(Value::as_i64).map(NanoUsd::from_nanos);
    let cost = nanos("cost")?;
    // A failure that cost nothing is no usage; an execution for nothing is.
    let is_usage = event.kind != "request.failed" || !cost.is_zero();
    is_usage.then(|| (cost, nanos("overrun").unwrap_or_default()))
}

/// A correction has one event per leg; each counts what it moved to the provider or back.
fn correction(posting: Posting) -> (NanoUsd, NanoUsd) {
    const PROVIDER: Account = Account::System(SystemAccount::ProviderCost);
    const OVERRUN: Account = Account::System(SystemAccount::Overrun);
    let (other, cost) = if posting.debit == PROVIDER {
        (posting.credit, posting.amount.negated())
    } else {
        (posting.debit, posting.amount)
    };
    (cost, if other == OVERRUN { cost } else { NanoUsd::ZERO })
}
