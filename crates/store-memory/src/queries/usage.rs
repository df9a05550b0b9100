//! Many requests at once.

use std::collections::HashMap;

use async_trait::async_trait;
use upivia_domain::{
    AgentId, NanoUsd, OrgId, RequestId, Timestamp,
    audit::JournalEvent,
    catalog::OperationName,
    dispatch::{RequestState, ServiceRequest},
    identity::Name,
    ports::{RequestSummary, StoreError, TotalsFilter, UsageQueries, UsageTotal},
};

use crate::{MemoryStore, state::LedgerTables};

#[async_trait]
impl UsageQueries for MemoryStore {
    async fn summaries(&self, org: OrgId, requests: &[RequestId]) -> Result<Vec<RequestSummary>, StoreError> {
        let found =
            |tables: &LedgerTables| requests.iter().filter_map(|id| tables.requests.get(id)).map(summary).collect();
        Ok(self.look(org, |rows| found(&rows.ledger)))
    }

    async fn agent_names(&self, org: OrgId, agents: &[AgentId]) -> Result<Vec<(AgentId, Name)>, StoreError> {
        Ok(self.look(org, |rows| {
            let found = agents.iter().filter_map(|id| rows.policy.agents.get(id));
            found.map(|agent| (agent.id, agent.name.clone())).collect()
        }))
    }

    async fn totals(
        &self,
        org: OrgId,
        filter: &TotalsFilter,
        cuts: &[Timestamp],
    ) -> Result<Vec<Vec<UsageTotal>>, StoreError> {
        let between = |rows: &LedgerTables| {
            let spans = cuts.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
            spans.map(|(from, to)| add_up(rows, filter, from, to)).collect::<Result<_, _>>()
        };
        self.look(org, |rows| Some(between(&rows.ledger)))
            .unwrap_or_else(|| Ok(vec![Vec::new(); cuts.len().saturating_sub(1)]))
    }
}

fn summary(request: &ServiceRequest) -> RequestSummary {
    RequestSummary {
        request: request.id,
        estimate: request.estimate,
        created_at: request.created_at,
        tags: request.content.tags(),
    }
}

fn add_up(
    rows: &LedgerTables,
    filter: &TotalsFilter,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<UsageTotal>, StoreError> {
    let place = |at| rows.journal.partition_point(|event| event.at < at);
    let events = rows.journal.get(place(from)..place(to)).unwrap_or_default();
    let counted = events.iter().filter_map(|event| counted(rows, event)).filter(|request| fits(filter, request));
    let mut sums: HashMap<(AgentId, OperationName, &str), UsageTotal> = HashMap::new();
    for request in counted {
        let (agent, operation, state) = (request.agent, request.operation.clone(), request.state);
        let sum = sums.entry((agent, operation.clone(), state.as_str())).or_insert(UsageTotal {
            agent,
            operation,
            state,
            requests: 0,
            cost: NanoUsd::ZERO,
        });
        let cost = request.charge().map_or(NanoUsd::ZERO, |charge| charge.cost);
        let beyond = || StoreError::Internal("usage is beyond the range of money".to_owned());
        sum.cost = sum.cost.checked_add(cost).ok_or_else(beyond)?;
        sum.requests += 1;
    }
    Ok(sums.into_values().collect())
}

/// The request that is counted where this event stands.
fn counted<'a>(rows: &'a LedgerTables, event: &JournalEvent) -> Option<&'a ServiceRequest> {
    let request = rows.requests.get(&event.request?)?;
    let is_first = event.seq == request.seq;
    let is_counted = match &*event.kind {
        "request.admitted" => true,
        "request.blocked" | "request.failed" => is_first,
        "approval.requested" => {
            is_first && matches!(request.state, RequestState::ApprovalRequired | RequestState::Blocked)
        }
        _ => false,
    };
    is_counted.then_some(request)
}

fn fits(filter: &TotalsFilter, request: &ServiceRequest) -> bool {
    filter.mode == request.mode
        && filter.agent.is_none_or(|agent| agent == request.agent)
        && filter.service.as_deref().is_none_or(|service| service == request.operation.service())
        && filter.operation.as_ref().is_none_or(|operation| *operation == request.operation)
}
