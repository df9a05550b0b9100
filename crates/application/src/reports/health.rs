//! How agents are, told from the journal of the last day. Reads are bounded whatever an organization does: by time, by
//! sequences, and by the number of events.

use std::collections::HashMap;

use upivia_domain::{
    AgentId, OrgId, RequestId, Timestamp,
    agent::{Agent, AgentHealth, EndedCall},
    audit::JournalEvent,
    ports::{JournalFilter, StoreError},
};

use super::{ReportError, Reports, pages::Pages};

const DAY_SECONDS: i64 = 86_400;
const MICROS_PER_MS: i64 = 1_000;
/// So many events are read at once.
const CHUNK: u32 = 1_000;
/// No event farther back in the organization's journal is looked at.
const FARTHEST: i64 = 100_000;
/// So many calls of an agent count, the newest ones.
const CALLS: usize = 500;
/// What lets a call through, and what ends it.
const KINDS: [&str; 4] = [ADMITTED, "request.executed", "request.failed", "request.resolved"];
const ADMITTED: &str = "request.admitted";

/// How some agents are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthReport {
    /// Calls that were let through since then and have ended count: a day ago, or later where so much happened that less
    /// than a day was looked at.
    pub since: Timestamp,
    /// Until then.
    pub until: Timestamp,
    /// The agents with their figures, the oldest first.
    pub agents: Vec<(Agent, AgentHealth)>,
}

/// Calls by agent, gathered from the newest event to the oldest.
#[derive(Default)]
struct Gathered {
    ended: HashMap<RequestId, (bool, Timestamp)>,
    calls: HashMap<AgentId, Vec<EndedCall>>,
}

impl Reports {
    /// One agent.
    ///
    /// # Errors
    ///
    /// [`ReportError::NotFound`], [`ReportError::Unavailable`].
    pub async fn agent_health(&self, org: OrgId, id: AgentId) -> Result<HealthReport, ReportError> {
        let agent = self.parts.agents.agent(org, id).await?.ok_or(ReportError::NotFound("agent"))?;
        self.health(org, Some(id), vec![agent]).await
    }

    /// All agents of an organization that are not deleted.
    ///
    /// # Errors
    ///
    /// [`ReportError::Unavailable`].
    pub async fn fleet_health(&self, org: OrgId) -> Result<HealthReport, ReportError> {
        let agents = self.parts.agents.agents(org, None).await?;
        self.health(org, None, agents).await
    }

    async fn health(&self, org: OrgId, of: Option<AgentId>, agents: Vec<Agent>) -> Result<HealthReport, ReportError> {
        let until = self.parts.clock.now();
        let day_ago = until.plus_seconds(-DAY_SECONDS);
        let (from_seq, farthest) = self.farthest(org).await?;
        let mut since = farthest.map_or(day_ago, |at| at.max(day_ago));
        let filter = JournalFilter {
            kinds: KINDS.to_vec(),
            agent: of,
            from: Some(day_ago),
            from_seq: Some(from_seq),
            ..JournalFilter::default()
        };
        let (mut pages, mut gathered) = (Pages::of(filter, CHUNK), Gathered::default());
        while let Some(events) = pages.next(&*self.parts.journal, org).await? {
            events.iter().for_each(|event| gathered.take(event));
            let is_enough = of.is_some_and(|id| gathered.count(id) >= CALLS);
            if pages.are_many() || is_enough {
                since = events.last().map_or(since, |last| last.at);
                break;
            }
        }
        let figures = |agent: Agent| (gathered.health(agent.id), agent);
        let agents = agents.into_iter().map(figures).map(|(health, agent)| (agent, health)).collect();
        Ok(HealthReport { since, until, agents })
    }

    /// The first sequence that is looked at, and the time of its event where something lies before it.
    async fn farthest(&self, org: OrgId) -> Result<(i64, Option<Timestamp>), StoreError> {
        let last = self.parts.ledger.head(org).await?.map_or(0, |head| head.seq);
        let first = last.saturating_sub(FARTHEST);
        if first <= 1 {
            return Ok((1, None));
        }
        let one = JournalFilter { from_seq: Some(first), before_seq: Some(first + 1), ..JournalFilter::default() };
        let event = self.parts.journal.events(org, &one, 1).await?;
        Ok((first, event.first().map(|event| event.at)))
    }
}

impl Gathered {
    fn take(&mut self, event: &JournalEvent) {
        let (Some(request), Some(agent)) = (event.request, event.agent) else { return };
        if event.kind != ADMITTED {
            let succeeded = event.status.as_deref() == Some("executed");
            self.ended.entry(request).or_insert((succeeded, event.at));
            return;
        }
        // A refusal has no admission before it, so that it is never counted.
        let Some((succeeded, at)) = self.ended.remove(&request) else { return };
        let latency_ms = at.micros().saturating_sub(event.at.micros()) / MICROS_PER_MS;
        let calls = self.calls.entry(agent).or_default();
        if calls.len() < CALLS {
            calls.push(EndedCall { succeeded, latency_ms });
        }
    }

    fn count(&self, agent: AgentId) -> usize {
        self.calls.get(&agent).map_or(0, Vec::len)
    }

    fn health(&self, agent: AgentId) -> AgentHealth {
        AgentHealth::of(self.calls.get(&agent).map_or(&[], Vec::as_slice))
    }
}
