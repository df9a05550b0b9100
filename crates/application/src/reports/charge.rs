//! The charge in an event of the journal, where there is one.

use serde_json::Value;
use upivia_domain::{
    AgentId, NanoUsd, RequestId, Timestamp,
    audit::{JournalEvent, Posting},
    budget::{Account, SystemAccount},
    catalog::OperationName,
    dispatch::Tags,
    ports::{RequestSummary, StoreError},
};

use super::UsageRow;

/// The events that end a request with a cost or correct one.
pub(super) const KINDS: [&str; 4] = ["request.executed", "request.failed", "request.resolved", "request.adjusted"];

/// One cost, or one correction of a cost, as its event tells it.
pub(super) struct Charged {
    seq: i64,
    pub(super) request: RequestId,
    agent: Option<AgentId>,
    operation: Option<OperationName>,
    status: String,
    cost: NanoUsd,
    overrun: NanoUsd,
    basis: Option<String>,
    at: Timestamp,
}

impl Charged {
    /// The charges in those events, in their order.
    pub(super) fn all(events: &[JournalEvent]) -> Result<Vec<Self>, StoreError> {
        events.iter().filter_map(|event| charged(event).transpose()).collect()
    }

    /// The row that it is together with its request.
    pub(super) fn with(self, summary: Option<&RequestSummary>) -> UsageRow {
        UsageRow {
            seq: self.seq,
            request: self.request,
            agent: self.agent,
            agent_name: None,
            operation: self.operation,
            status: self.status,
            estimate: summary.map(|summary| summary.estimate),
            cost: self.cost,
            overrun: self.overrun,
            basis: self.basis,
            created_at: summary.map(|summary| summary.created_at),
            ended_at: self.at,
            tags: summary.map_or_else(Tags::default, |summary| summary.tags.clone()),
        }
    }
}

fn charged(event: &JournalEvent) -> Result<Option<Charged>, StoreError> {
    let unreadable = || StoreError::Internal(format!("journal {} seq {} cannot be read", event.org, event.seq));
    let body: Value = serde_json::from_str(&event.body).map_err(|_| unreadable())?;
    let detail = body.get("detail").unwrap_or(&Value::Null);
    let Some((cost, overrun)) = figures(event, detail) else { return Ok(None) };
    Ok(Some(Charged {
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
