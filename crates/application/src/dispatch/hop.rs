//! What a request costs without the ledger: screened as always, sent through the same provider, answered in the same
//! shape, and neither held, charged nor remembered. The yardstick of `cargo xtask bench dispatch`, and nothing else: it is
//! compiled only with the feature `bench-hop`, which no shipped binary has.

use std::sync::Arc;

use upivia_domain::{
    CommandId, RequestId,
    dispatch::{Charge, Content, End, ProviderAnswer, ProviderCall, RequestState, ServiceRequest},
    ledger::Screening,
};

use super::{Answer, DispatchError, Dispatcher, NewRequest, screening::screen};
use crate::access::AgentCaller;

impl Dispatcher {
    /// Screens, calls and answers. Everything but an executed call is a fault here: a bench wants to know of it.
    pub(super) async fn hop(&self, caller: &AgentCaller, new: &NewRequest) -> Result<Answer, DispatchError> {
        let parts = self.parts();
        let screened = screen(&parts.catalog, &*parts.payloads, caller, new, parts.clock.now())?;
        let Screening::Accepted { estimate, applied_max_tokens } = screened.screening else {
            return Err(DispatchError::NotFound("operation with this payload"));
        };
        let provider = parts.providers.find(&screened.operation, caller.mode).ok_or(DispatchError::Unavailable)?;
        let (request, mode) = (RequestId::new(parts.ids.uuid()), caller.mode);
        let (operation, payload) = (screened.operation.clone(), screened.forward);
        let (org, quoted_at) = (caller.org, screened.quoted_at);
        let call = ProviderCall { org, request, mode, operation, payload, hold: estimate, quoted_at };
        let ProviderAnswer::Executed { result, cost, basis, external_id } = provider.execute(&call).await else {
            return Err(DispatchError::Unavailable);
        };
        let now = parts.clock.now();
        let charge = Some(Charge { cost, overrun: upivia_domain::NanoUsd::ZERO, basis });
        let request = ServiceRequest {
            id: request,
            org: caller.org,
            agent: caller.agent,
            mode,
            credential: caller.credential,
            idempotency_key: None,
            operation: screened.operation,
            provider: Some(provider.name()),
            content: nothing(),
            digest: [0; 32],
            estimate,
            applied_max_tokens,
            hold: None,
            state: RequestState::Executed,
            owner: None,
            fence_until: None,
            approval: None,
            reasons: Arc::default(),
            result: Some(result),
            external_id,
            end: Some(End { by: CommandId::new(request.uuid()), at: now, charge, reason: None }),
            flagged: false,
            seq: 0,
            created_at: now,
        };
        Ok(Answer { request: Arc::new(request), replayed: false })
    }
}

// Nothing of it is shown in an answer.
fn nothing() -> Content {
    Content { salt: [0; 16], canonical: Arc::default(), metadata: None }
}
