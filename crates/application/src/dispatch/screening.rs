//! From what a caller sent to a command: names, schema, price and provider, all before the lane.

use std::sync::Arc;

use serde_json::Value;
use upivia_domain::{
    AgentId, DelegationId, Timestamp,
    catalog::{Catalog, OperationName, PayloadProblem, Quote},
    dispatch::{IdempotencyKey, ServiceRequest, Tags, canonical_json, delegated_task},
    ledger::{AdmitKind, Screening, Start},
    policy::SpendContext,
    ports::PayloadCheck,
};

use super::DispatchError;
use crate::access::AgentCaller;

/// The largest payload and the largest metadata, in bytes of canonical JSON.
const LARGEST_PAYLOAD: usize = 512 * 1024;
const LARGEST_METADATA: usize = 16 * 1024;

/// The operation that the ledger itself answers.
const CHECK_BUDGET: &str = "platform.check_budget";

/// Whether an operation needs neither a provider nor a binding.
pub fn is_answered_by_the_ledger(operation: &OperationName) -> bool {
    operation.as_str() == CHECK_BUDGET
}

/// A request as a caller means it.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// The service, where it is not part of `operation`.
    pub service: Option<String>,
    /// `service.operation`, or the operation alone.
    pub operation: String,
    /// The operation's payload.
    pub payload: Value,
    /// Labels and references of the caller.
    pub metadata: Option<Value>,
    /// The caller's key of the attempt.
    pub idempotency_key: Option<IdempotencyKey>,
    /// The id of the HTTP request.
    pub trace: Option<Arc<str>>,
}

/// What the checks before the lane found.
pub(super) struct Screened {
    pub(super) operation: OperationName,
    pub(super) kind: AdmitKind,
    pub(super) screening: Screening,
    /// What may be forwarded, where the payload was accepted.
    pub(super) forward: Arc<Value>,
    /// The version of the price behind the estimate.
    pub(super) price_version: Option<u32>,
    /// When it was quoted.
    pub(super) quoted_at: Timestamp,
    /// What the request is part of, as far as its metadata say.
    pub(super) contexts: Vec<SpendContext>,
}

/// By the prices that are in force at `now`.
pub(super) fn screen(
    catalog: &Catalog,
    payloads: &dyn PayloadCheck,
    caller: &AgentCaller,
    new: &NewRequest,
    now: Timestamp,
) -> Result<Screened, DispatchError> {
    let operation = OperationName::from_parts(new.service.as_deref(), &new.operation);
    let operation = operation.map_err(|error| DispatchError::invalid("operation", error))?;
    bounded("payload", &new.payload, LARGEST_PAYLOAD)?;
    let mut task = None;
    if let Some(metadata) = &new.metadata {
        bounded("metadata", metadata, LARGEST_METADATA)?;
        Tags::of(metadata).map_err(|problem| DispatchError::invalid(&problem.field, problem.message))?;
        task = delegated_task(metadata).map_err(|error| DispatchError::invalid("metadata.delegated_task_id", error))?;
    }
    let quote = quote((catalog, now), payloads, &operation, &new.payload);
    let kind = match &quote {
        Ok(Some(_)) if is_answered_by_the_ledger(&operation) => {
            AdmitKind::BudgetReport { about: about(caller, &new.payload)? }
        }
        _ => AdmitKind::Dispatch(Start::DispatchNow),
    };
    Ok(Screened::new((operation, task), kind, quote, now))
}

/// What was asked before, against today's schema and price.
pub(super) fn screen_again(
    catalog: &Catalog,
    payloads: &dyn PayloadCheck,
    request: &ServiceRequest,
    now: Timestamp,
) -> Screened {
    let quote = quote((catalog, now), payloads, &request.operation, &request.content.payload());
    let what = (request.operation.clone(), request.content.delegated_task());
    Screened::new(what, AdmitKind::Dispatch(Start::DispatchNow), quote, now)
}

impl Screened {
    fn new(
        (operation, task): (OperationName, Option<DelegationId>),
        kind: AdmitKind,
        quote: Result<Option<Quote>, PayloadProblem>,
        quoted_at: Timestamp,
    ) -> Self {
        let price_version = quote.as_ref().ok().and_then(|quote| Some(quote.as_ref()?.price_version));
        let (screening, forward) = match quote {
            Ok(Some(quote)) => {
                let Quote { estimate, forward, applied_max_tokens, .. } = quote;
                (Screening::Accepted { estimate, applied_max_tokens }, forward)
            }
            Ok(None) => (Screening::UnknownOperation, Arc::default()),
            Err(problem) => (Screening::InvalidPayload(problem), Arc::default()),
        };
        let contexts = task.map(SpendContext::Delegation).into_iter().collect();
        Self { operation, kind, screening, forward, price_version, quoted_at, contexts }
    }
}

fn quote(
    (catalog, now): (&Catalog, Timestamp),
    payloads: &dyn PayloadCheck,
    name: &OperationName,
    payload: &Value,
) -> Result<Option<Quote>, PayloadProblem> {
    let Some(operation) = catalog.find(name) else { return Ok(None) };
    payloads.check(name, payload)?;
    catalog.quote(operation, payload, now).map(Some)
}

fn about(caller: &AgentCaller, payload: &Value) -> Result<AgentId, DispatchError> {
    match payload.get("agent_id") {
        None | Some(Value::Null) => Ok(caller.agent),
        Some(id) => id.as_str().and_then(|id| id.parse().ok()).ok_or(DispatchError::NotFound("agent")),
    }
}

fn bounded(field: &'static str, value: &Value, largest: usize) -> Result<(), DispatchError> {
    if canonical_json(value).len() > largest {
        return Err(DispatchError::invalid(field, format!("is larger than {largest} bytes")));
    }
    Ok(())
}
