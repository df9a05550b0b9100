//! Reads about many requests at once: what they were asked with, and what they cost together.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, Mode, NanoUsd, OrgId, RequestId, Timestamp,
    catalog::OperationName,
    dispatch::{RequestState, Tags},
    identity::Name,
};

/// A request in a list of usage: what its events do not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSummary {
    /// Which.
    pub request: RequestId,
    /// The most that it was expected to cost.
    pub estimate: NanoUsd,
    /// When it was decided.
    pub created_at: Timestamp,
    /// The caller's labels.
    pub tags: Tags,
}

/// Which requests are added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalsFilter {
    /// Of this world.
    pub mode: Mode,
    /// Only of this agent.
    pub agent: Option<AgentId>,
    /// Only of this service.
    pub service: Option<String>,
    /// Only of this operation.
    pub operation: Option<OperationName>,
}

/// Requests of one agent, operation and state, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageTotal {
    /// Who asked.
    pub agent: AgentId,
    /// For what.
    pub operation: OperationName,
    /// Where they stand now.
    pub state: RequestState,
    /// How many.
    pub requests: i64,
    /// What they cost by now, corrections included.
    pub cost: NanoUsd,
}

/// Usage. Every method sees committed rows of the organization only.
#[async_trait]
pub trait UsageQueries: Send + Sync {
    /// Summaries of those requests, in any order; those that are not there MUST be left out.
    async fn summaries(&self, org: OrgId, requests: &[RequestId]) -> Result<Vec<RequestSummary>, StoreError>;

    /// The names of those agents, in any order, also of deleted ones.
    async fn agent_names(&self, org: OrgId, agents: &[AgentId]) -> Result<Vec<(AgentId, Name)>, StoreError>;

    /// For each two neighbours of `cuts`, instants in ascending order, the totals of the requests between them: the first
    /// inclusive, the second exclusive; any order inside.
    ///
    /// A request MUST be counted once: at its admission, which decides about the windows of its hold, or else where it was
    /// refused or last asked about. Its whole cost counts there, whenever it ended or was corrected. Budget reports are no
    /// requests here. The events outside `cuts` MUST NOT be read one by one.
    async fn totals(
        &self,
        org: OrgId,
        filter: &TotalsFilter,
        cuts: &[Timestamp],
    ) -> Result<Vec<Vec<UsageTotal>>, StoreError>;
}
