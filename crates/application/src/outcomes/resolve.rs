//! A person ends a request: one transaction with permission, end and audit.

use serde_json::{Value, json};
use upivia_domain::{
    AgentId, CommandId, RequestId, Timestamp,
    audit::Object,
    catalog::OperationName,
    dispatch::{IdempotencyKey, RequestState, ServiceRequest},
    identity::Permission,
    ledger::{Command, Outcome, Refusal, Resolution, Resolve, resolution_id},
    ports::{StoreError, Tx, transact},
};

use super::{OutcomeError, Outcomes};
use crate::access::{Author, Entry};

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Charge or release.
    pub resolution: Resolution,
    /// Why.
    pub reason: String,
    /// The caller's name for this decision: repeated, it is answered as the first time.
    pub key: Option<IdempotencyKey>,
}

/// The request after a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// As it stands.
    pub request: ServiceRequest,
    /// The same decision had ended it before.
    pub replayed: bool,
}

enum NotNew {
    Replayed(Box<ServiceRequest>),
    Refused(Refusal),
    Failed(OutcomeError),
}

impl Outcomes {
    /// Ends a request that is running or unknown. A caller who goes away changes nothing: the transaction goes on.
    ///
    /// # Errors
    ///
    /// See [`OutcomeError`].
    pub async fn resolve(&self, author: Author, id: RequestId, decision: Decision) -> Result<Resolved, OutcomeError> {
        let org = author.org();
        let before = self.parts.requests.request(org, id).await?.ok_or(OutcomeError::NotFound)?;
        let resolve = Resolve {
            id: self.command(id, &decision),
            org,
            request: id,
            actor: author.caller.actor(),
            resolution: decision.resolution,
            reason: decision.reason,
        };
        if before.end.as_ref().is_some_and(|end| end.by == resolve.id) {
            return Ok(Resolved { request: before, replayed: true });
        }
        let about = (before.agent, before.operation.clone());
        let written = transact(&*self.parts.unit, &[org], move |tx| {
            Box::pin(async move { write(tx, &author, about, resolve).await })
        })
        .await;
        match written {
            Ok(request) => Ok(Resolved { request, replayed: false }),
            Err(NotNew::Replayed(request)) => Ok(Resolved { request: *request, replayed: true }),
            Err(NotNew::Refused(refusal)) => Err(self.refused(&before, refusal).await),
            Err(NotNew::Failed(error)) => Err(error),
        }
    }

    fn command(&self, request: RequestId, decision: &Decision) -> CommandId {
        match &decision.key {
            Some(key) => resolution_id(request, key, decision.resolution, &decision.reason),
            None => CommandId::new(self.parts.ids.uuid()),
        }
    }

    async fn refused(&self, before: &ServiceRequest, refusal: Refusal) -> OutcomeError {
        match refusal {
            Refusal::NotFound(_) => OutcomeError::NotFound,
            Refusal::InvalidAmount => OutcomeError::AboveHold(before.held_amount()),
            Refusal::TooEarly(until) => self.too_early(until),
            Refusal::WrongState(RequestState::Admitted | RequestState::Dispatching) => OutcomeError::Sending,
            Refusal::WrongState(RequestState::Executed | RequestState::Failed) => self.ended(before).await,
            Refusal::WrongState(_) => OutcomeError::NotFound,
            other => {
                tracing::error!(request = %before.id, refusal = %other, "a resolution met an unexpected refusal");
                OutcomeError::Unavailable
            }
        }
    }

    fn too_early(&self, until: Timestamp) -> OutcomeError {
        let micros = until.micros().saturating_sub(self.parts.clock.now().micros()).max(1);
        OutcomeError::TooEarly { until, wait_seconds: micros.unsigned_abs().div_ceil(1_000_000) }
    }

    /// As it stands now: it may have ended between the look and the transaction.
    async fn ended(&self, before: &ServiceRequest) -> OutcomeError {
        match self.parts.requests.request(before.org, before.id).await {
            Ok(Some(request)) => OutcomeError::Ended(Box::new(request)),
            Ok(None) => OutcomeError::NotFound,
            Err(error) => error.into(),
        }
    }
}

/// The agent and the operation of a request.
type About = (AgentId, OperationName);

async fn write(tx: &mut dyn Tx, author: &Author, about: About, resolve: Resolve) -> Result<ServiceRequest, NotNew> {
    if !author.may(tx, Permission::OutcomeResolve).await? {
        return Err(NotNew::Failed(OutcomeError::Forbidden(Permission::OutcomeResolve)));
    }
    author.record(tx, entry(&resolve, about)).await?;
    let outcome = tx.apply(&Command::Resolve(resolve)).await?.map_err(NotNew::Refused)?;
    let Outcome::Request { request, .. } = outcome else { return Err(NotNew::Failed(OutcomeError::Unavailable)) };
    // Ended before this transaction, by the same decision on its way twice: then nothing was decided here.
    if request.end.as_ref().is_some_and(|end| end.at < tx.now()) {
        return Err(NotNew::Replayed(request));
    }
    Ok(*request)
}

/// What the ledger's own event does not say: by which HTTP request. The reason lies sealed beside the request.
fn entry(resolve: &Resolve, (agent, operation): About) -> Entry {
    Entry {
        kind: "outcome.resolved",
        object: Object { kind: "service_request", id: resolve.request.to_string() },
        agent: Some(agent),
        operation: Some(operation),
        detail: detail(resolve),
    }
}

fn detail(resolve: &Resolve) -> Value {
    match resolve.resolution {
        Resolution::Charge(cost) => json!({ "command": resolve.id, "resolution": "charge", "cost": cost }),
        Resolution::Release => json!({ "command": resolve.id, "resolution": "release" }),
    }
}

impl From<StoreError> for NotNew {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
