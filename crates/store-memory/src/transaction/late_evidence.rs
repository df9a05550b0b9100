//! Late evidence that people look at.

use async_trait::async_trait;
use upivia_domain::{
    OrgId, RequestId,
    ports::{LateEvidenceRepository, StoreError},
};

use super::Transaction;

#[async_trait]
impl LateEvidenceRepository for Transaction {
    async fn acknowledge(&mut self, org: OrgId, request: RequestId) -> Result<bool, StoreError> {
        let stored = self.shared.state().orgs.get(&org).and_then(|rows| rows.ledger.requests.get(&request).cloned());
        let flagged = stored.filter(|request| request.flagged);
        self.change_beside(org, |policy| {
            let Some(flagged) = flagged else { return Ok(false) };
            Ok(policy.acknowledged.insert(request, flagged.clone()) != Some(flagged))
        })
    }
}
