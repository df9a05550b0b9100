//! What a list of events borrows from rows of other tables: labels of requests, names of agents.

use std::collections::{HashMap, HashSet};

use upivia_domain::{AgentId, OrgId, RequestId, identity::Name, ports::RequestSummary};

use super::{ReportError, Reports};

impl Reports {
    pub(super) async fn summaries(
        &self,
        org: OrgId,
        requests: impl Iterator<Item = RequestId>,
    ) -> Result<HashMap<RequestId, RequestSummary>, ReportError> {
        let ids: Vec<_> = requests.collect::<HashSet<_>>().into_iter().collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.parts.usage.summaries(org, &ids).await?;
        Ok(found.into_iter().map(|summary| (summary.request, summary)).collect())
    }

    pub(super) async fn names(
        &self,
        org: OrgId,
        agents: impl Iterator<Item = AgentId>,
    ) -> Result<HashMap<AgentId, Name>, ReportError> {
        let ids: Vec<_> = agents.collect::<HashSet<_>>().into_iter().collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(self.parts.usage.agent_names(org, &ids).await?.into_iter().collect())
    }
}
