//! Requests whose outcome a person may have to find out.

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    dispatch::{RequestState, ServiceRequest},
    ports::{OutcomeFilter, OutcomeQueries, StoreError},
};

use crate::MemoryStore;

#[async_trait]
impl OutcomeQueries for MemoryStore {
    async fn outcomes(
        &self,
        org: OrgId,
        filter: &OutcomeFilter,
        limit: u32,
    ) -> Result<Vec<ServiceRequest>, StoreError> {
        let mut found = self.look(org, |rows| {
            let looked_at = |request: &ServiceRequest| rows.policy.acknowledged.get(&request.id) == Some(request);
            let all = rows.ledger.requests.values();
            let hidden = |request: &ServiceRequest| filter.flagged == Some(true) && looked_at(request);
            all.filter(|request| fits(filter, request) && !hidden(request)).cloned().collect::<Vec<_>>()
        });
        found.sort_by_key(|request| std::cmp::Reverse(request.seq));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }
}

fn fits(filter: &OutcomeFilter, request: &ServiceRequest) -> bool {
    let is_open = matches!(request.state, RequestState::Running | RequestState::Unknown);
    let belongs = match filter.flagged {
        None => is_open,
        Some(true) => request.flagged,
        Some(false) => is_open && !request.flagged,
    };
    belongs
        && filter.state.is_none_or(|state| request.state == state)
        && filter.mode.is_none_or(|mode| request.mode == mode)
        && filter.agent.is_none_or(|agent| request.agent == agent)
        && filter.created_by.is_none_or(|at| request.created_at <= at)
        && filter.before_seq.is_none_or(|seq| request.seq < seq)
}
