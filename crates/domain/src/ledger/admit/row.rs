//! The row of a request at its admission.

use std::sync::Arc;

use crate::{
    NanoUsd, Timestamp,
    audit::EventDraft,
    dispatch::{Basis, Charge, End, RequestState, ServiceRequest},
    identity::Actor,
    ledger::{Admit, Outcome, Screening, Snapshot},
};

/// A new row without hold and end.
pub(in crate::ledger) fn row(
    snapshot: &Snapshot,
    command: &Admit,
    state: RequestState,
    now: Timestamp,
) -> ServiceRequest {
    let (estimate, applied_max_tokens) = match &command.screening {
        Screening::Accepted { estimate, applied_max_tokens } => (*estimate, *applied_max_tokens),
        Screening::UnknownOperation | Screening::InvalidPayload(_) => (NanoUsd::ZERO, None),
    };
    ServiceRequest {
        id: command.id,
        org: snapshot.head().org,
        agent: command.agent,
        mode: command.mode,
        credential: command.credential,
        idempotency_key: command.idempotency_key.clone(),
        operation: command.operation.clone(),
        provider: command.provider.clone(),
        digest: command.content.digest(),
        content: command.content.clone(),
        estimate,
        applied_max_tokens,
        hold: None,
        state,
        owner: None,
        fence_until: None,
        approval: None,
        reasons: Arc::from([]),
        result: None,
        external_id: None,
        end: None,
        flagged: false,
        seq: 0,
        created_at: now,
    }
}

/// The event of an admission.
pub(in crate::ledger) fn draft<'a, D>(
    command: &'a Admit,
    kind: &'static str,
    state: RequestState,
    detail: D,
) -> EventDraft<'a, D> {
    EventDraft {
        kind,
        actor: Actor::Agent { agent: command.agent, credential: command.credential },
        mode: Some(command.mode),
        request: Some(command.id),
        agent: Some(command.agent),
        operation: Some(&command.operation),
        status: Some(state.wire()),
        object: None,
        posting: None,
        trace: command.trace.as_deref(),
        detail,
    }
}

pub(in crate::ledger) fn finish(snapshot: &mut Snapshot, request: ServiceRequest) -> Outcome {
    snapshot.put_request(request.clone());
    Outcome::Request { request: Box::new(request), replayed: false }
}

/// An end without a charge, as the ledger itself gives it.
pub(in crate::ledger) const fn free_end(command: &Admit, now: Timestamp) -> End {
    let charge = Charge { cost: NanoUsd::ZERO, overrun: NanoUsd::ZERO, basis: Basis::Counted };
    End { by: crate::CommandId::new(command.id.uuid()), at: now, charge: Some(charge), reason: None }
}
