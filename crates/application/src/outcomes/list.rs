//! Open outcomes, page by page, the newest first.

use upivia_domain::{
    AgentId, Mode, NanoUsd, OrgId, Timestamp,
    dispatch::{RequestState, ServiceRequest},
    ports::OutcomeFilter,
};

use super::{OutcomeError, Outcomes, Why};

/// Which of them somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutcomeWish {
    /// See [`OutcomeFilter::flagged`].
    pub flagged: Option<bool>,
    /// Only in this state.
    pub state: Option<RequestState>,
    /// Only of this world.
    pub mode: Option<Mode>,
    /// Only of this agent.
    pub agent: Option<AgentId>,
    /// Only those that were decided so many seconds ago or more.
    pub older_than_seconds: Option<u32>,
    /// Where the page begins.
    pub cursor: Option<i64>,
}

/// A request that somebody should look at.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenOutcome {
    /// As it stands.
    pub request: ServiceRequest,
    /// Why.
    pub why: Why,
    /// Since it was decided.
    pub age_seconds: i64,
}

/// Some of them, and where the next page begins.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomePage {
    /// The newest first.
    pub outcomes: Vec<OpenOutcome>,
    /// Absent on the last page.
    pub next: Option<i64>,
}

impl OpenOutcome {
    pub(super) fn of(request: ServiceRequest, now: Timestamp) -> Self {
        let age_micros = now.micros().saturating_sub(request.created_at.micros()).max(0);
        Self { why: Why::of(&request), age_seconds: age_micros / 1_000_000, request }
    }

    /// What is held for it now; nothing once it has ended.
    pub fn held(&self) -> NanoUsd {
        if self.request.state.holds_money() { self.request.held_amount() } else { NanoUsd::ZERO }
    }
}

impl Outcomes {
    /// A page of at most `limit`.
    ///
    /// # Errors
    ///
    /// [`OutcomeError::Unavailable`].
    pub async fn list(&self, org: OrgId, wish: &OutcomeWish, limit: u32) -> Result<OutcomePage, OutcomeError> {
        let now = self.parts.clock.now();
        let filter = filter(wish, now);
        let mut found = self.parts.outcomes.outcomes(org, &filter, limit.saturating_add(1)).await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > shown;
        found.truncate(shown);
        let next = found.last().map(|request| request.seq).filter(|_| more);
        Ok(OutcomePage { outcomes: found.into_iter().map(|request| OpenOutcome::of(request, now)).collect(), next })
    }
}

fn filter(wish: &OutcomeWish, now: Timestamp) -> OutcomeFilter {
    OutcomeFilter {
        flagged: wish.flagged,
        state: wish.state,
        mode: wish.mode,
        agent: wish.agent,
        created_by: wish.older_than_seconds.map(|seconds| now.plus_seconds(-i64::from(seconds))),
        before_seq: wish.cursor,
    }
}
