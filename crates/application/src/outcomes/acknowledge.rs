//! A person has looked at late evidence: it is off the list, and the trail says who took it off, and why.

use serde_json::json;
use upivia_domain::{
    RequestId,
    audit::Object,
    dispatch::ServiceRequest,
    identity::Permission,
    ports::{Tx, transact},
};

use super::{OutcomeError, Outcomes};
use crate::access::{Author, Entry};

impl Outcomes {
    /// Takes a request off the list of those to which evidence came late, and says whether it was on it: somebody may have
    /// taken it off before, which changes nothing. The request, its money and its events stay as they are.
    ///
    /// # Errors
    ///
    /// [`OutcomeError::NotFound`] also where no evidence ever came late; [`OutcomeError::Forbidden`]; nothing was changed.
    pub async fn acknowledge(&self, author: Author, id: RequestId, reason: String) -> Result<bool, OutcomeError> {
        let org = author.org();
        let found = self.parts.requests.request(org, id).await?.filter(|request| request.flagged);
        let request = found.ok_or(OutcomeError::NotFound)?;
        transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move { write(tx, &author, &request, reason).await })
        })
        .await
    }
}

async fn write(
    tx: &mut dyn Tx,
    author: &Author,
    request: &ServiceRequest,
    reason: String,
) -> Result<bool, OutcomeError> {
    author.require(tx, Permission::OutcomeResolve, OutcomeError::Forbidden).await?;
    let was_listed = tx.late_evidence().acknowledge(author.org(), request.id).await?;
    if was_listed {
        author.record(tx, entry(request, reason)).await?;
    }
    Ok(was_listed)
}

fn entry(request: &ServiceRequest, reason: String) -> Entry {
    Entry {
        kind: "outcome.acknowledged",
        object: Object { kind: "service_request", id: request.id.to_string() },
        agent: Some(request.agent),
        operation: Some(request.operation.clone()),
        detail: json!({ "reason": reason }),
    }
}
