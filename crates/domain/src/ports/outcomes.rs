//! Requests whose outcome a person may have to find out.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    AgentId, Mode, OrgId, RequestId, Timestamp,
    dispatch::{RequestState, ServiceRequest},
};

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutcomeFilter {
    /// Absent = every one that is running or unknown. `true` = every one to which evidence came late and that nobody has
    /// acknowledged since, also where it has ended. `false` = those that are running or unknown and have no such evidence.
    pub flagged: Option<bool>,
    /// Only in this state.
    pub state: Option<RequestState>,
    /// Only of this world.
    pub mode: Option<Mode>,
    /// Only of this agent.
    pub agent: Option<AgentId>,
    /// Only those that were decided at this instant or before.
    pub created_by: Option<Timestamp>,
    /// Only those with a smaller sequence of admission: the cursor of the last page.
    pub before_seq: Option<i64>,
}

/// Committed requests; never those of another organization.
#[async_trait]
pub trait OutcomeQueries: Send + Sync {
    /// At most `limit` requests, the newest first. MUST find all that fit, however old they are, and MUST NOT read the
    /// organization's other requests to find them.
    async fn outcomes(&self, org: OrgId, filter: &OutcomeFilter, limit: u32)
    -> Result<Vec<ServiceRequest>, StoreError>;
}

/// Late evidence, as far as people have to look at it.
#[async_trait]
pub trait LateEvidenceRepository: Send {
    /// Takes a request off the list of those to which evidence came late; whether it was on it. MUST hold the organization.
    /// The request itself MUST stay as it is, and evidence that comes later MUST put it on the list again.
    async fn acknowledge(&mut self, org: OrgId, request: RequestId) -> Result<bool, StoreError>;
}
