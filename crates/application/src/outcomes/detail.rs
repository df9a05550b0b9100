//! All that helps a person decide about one request.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{
    OrgId, RequestId,
    audit::JournalEvent,
    budget::ReasonCode,
    dispatch::{Basis, RequestState, ServiceRequest},
    ports::JournalFilter,
};

use super::{OpenOutcome, OutcomeError, Outcomes};

/// No index finds the events of a request. So many events after its admission are looked through, and the latest so many.
const LOOKED_THROUGH: i64 = 50_000;
/// More events than any request has.
const MOST_EVENTS: u32 = 200;

/// A request with its past.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeDetail {
    /// The request.
    pub outcome: OpenOutcome,
    /// Its events, the newest first.
    pub events: Vec<JournalEvent>,
    /// Whether the whole journal since its admission was looked through.
    pub all_events: bool,
    /// What of its payload the catalogue lets through to the provider, where it still does.
    pub forwarded: Option<Arc<Value>>,
}

impl Outcomes {
    /// A request that is running or unknown, that evidence came late to, or that a person ended.
    ///
    /// # Errors
    ///
    /// [`OutcomeError::NotFound`] also for every other request; [`OutcomeError::Unavailable`].
    pub async fn find(&self, org: OrgId, id: RequestId) -> Result<OutcomeDetail, OutcomeError> {
        let request = self.parts.requests.request(org, id).await?.filter(concerns_people);
        let request = request.ok_or(OutcomeError::NotFound)?;
        let (events, all_events) = self.events(&request).await?;
        let forwarded = self.parts.dispatcher.forwarded(&request);
        Ok(OutcomeDetail { outcome: OpenOutcome::of(request, self.parts.clock.now()), events, all_events, forwarded })
    }

    async fn events(&self, request: &ServiceRequest) -> Result<(Vec<JournalEvent>, bool), OutcomeError> {
        let end = self.parts.ledger.head(request.org).await?.map_or(request.seq, |head| head.seq);
        let (early, late) = (request.seq.saturating_add(LOOKED_THROUGH), end.saturating_sub(LOOKED_THROUGH));
        if late <= early {
            return Ok((self.between(request, request.seq, None).await?, true));
        }
        let mut events = self.between(request, late, None).await?;
        events.extend(self.between(request, request.seq, Some(early)).await?);
        Ok((events, false))
    }

    async fn between(
        &self,
        request: &ServiceRequest,
        from_seq: i64,
        before_seq: Option<i64>,
    ) -> Result<Vec<JournalEvent>, OutcomeError> {
        let filter = JournalFilter {
            request: Some(request.id),
            from_seq: Some(from_seq),
            before_seq,
            ..JournalFilter::default()
        };
        Ok(self.parts.journal.events(request.org, &filter, MOST_EVENTS).await?)
    }
}

fn concerns_people(request: &ServiceRequest) -> bool {
    let is_open = matches!(request.state, RequestState::Running | RequestState::Unknown);
    let by_person = request.charge().is_some_and(|charge| charge.basis == Basis::Resolution)
        || request.reason() == Some(ReasonCode::ReleasedByOperator);
    is_open || request.flagged || by_person
}
