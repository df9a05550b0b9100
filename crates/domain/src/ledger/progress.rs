//! Steps between admission and end. Each is a conditional update: state and owner must be as expected.

use serde::Serialize;
use serde_json::json;

use super::{BeginDispatch, Evidence, MarkRunning, MarkUnknown, Outcome, Refusal, Snapshot, TakeOver};
use crate::{
    NodeId, RequestId, Timestamp,
    audit::{EventDraft, Posting},
    dispatch::{RequestState, ServiceRequest},
    identity::Actor,
};

pub(super) fn find(snapshot: &Snapshot, id: RequestId) -> Result<ServiceRequest, Refusal> {
    snapshot.request(id).cloned().ok_or(Refusal::NotFound("service request"))
}

pub(super) fn unchanged(request: ServiceRequest) -> Result<Outcome, Refusal> {
    Ok(Outcome::Request { request: Box::new(request), replayed: false })
}

/// The event of a step of a request.
pub(super) fn event<'a, D: Serialize>(
    request: &'a ServiceRequest,
    kind: &'static str,
    actor: Actor,
    posting: Option<Posting>,
    detail: D,
) -> EventDraft<'a, D> {
    EventDraft {
        kind,
        actor,
        mode: Some(request.mode),
        request: Some(request.id),
        agent: Some(request.agent),
        operation: Some(&request.operation),
        status: Some(request.state.wire()),
        object: None,
        posting,
        trace: None,
        detail,
    }
}

/// Said by a process that does not carry the request on any more.
pub(super) fn is_late(request: &ServiceRequest, evidence: Evidence) -> bool {
    matches!(evidence, Evidence::Owner(node) if request.owner != Some(node))
}

/// Whoever knows, as the audit trail names them.
pub(super) const fn actor_of(request: &ServiceRequest, evidence: Evidence) -> Actor {
    match (evidence, request.owner) {
        (Evidence::Owner(node), _) | (Evidence::Provider, Some(node)) => system(node),
        (Evidence::Provider, None) => Actor::Operator,
    }
}

const fn system(node: NodeId) -> Actor {
    Actor::System { node }
}

fn owned(request: &ServiceRequest, owner: NodeId) -> Result<(), Refusal> {
    if request.owner == Some(owner) { Ok(()) } else { Err(Refusal::NotOwner) }
}

pub(super) fn begin_dispatch(
    snapshot: &mut Snapshot,
    command: &BeginDispatch,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    owned(&request, command.owner)?;
    match request.state {
        RequestState::Dispatching => unchanged(request),
        RequestState::Admitted => {
            request.state = RequestState::Dispatching;
            step(snapshot, request, "request.dispatching", system(command.owner), json!({}), clock)
        }
        other => Err(Refusal::WrongState(other)),
    }
}

pub(super) fn mark_running(
    snapshot: &mut Snapshot,
    command: &MarkRunning,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    match request.state {
        // The provider's own word may arrive after somebody took the request over.
        RequestState::Dispatching | RequestState::Unknown => {
            request.flagged |= is_late(&request, command.evidence);
            request.state = RequestState::Running;
            request.external_id = Some(command.external_id.clone());
            let detail = json!({ "command": command.id, "external_id": command.external_id });
            let actor = actor_of(&request, command.evidence);
            step(snapshot, request, "request.running", actor, detail, clock)
        }
        // Already there, or the outcome overtook this message.
        RequestState::Running | RequestState::Executed | RequestState::Failed => unchanged(request),
        other => Err(Refusal::WrongState(other)),
    }
}

pub(super) fn mark_unknown(
    snapshot: &mut Snapshot,
    command: &MarkUnknown,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    match request.state {
        RequestState::Dispatching => {
            owned(&request, command.owner)?;
            request.state = RequestState::Unknown;
            step(snapshot, request, "request.unknown", system(command.owner), json!({}), clock)
        }
        RequestState::Unknown | RequestState::Running | RequestState::Executed | RequestState::Failed => {
            unchanged(request)
        }
        other => Err(Refusal::WrongState(other)),
    }
}

pub(super) fn take_over(snapshot: &mut Snapshot, command: &TakeOver, clock: Timestamp) -> Result<Outcome, Refusal> {
    let mut request = find(snapshot, command.request)?;
    if !request.state.holds_money() || request.owner == Some(command.to) {
        return unchanged(request);
    }
    owned(&request, command.from)?;
    if request.state == RequestState::Dispatching {
        request.state = RequestState::Unknown;
    }
    request.owner = Some(command.to);
    request.fence_until = Some(snapshot.now(clock).plus_micros(command.send_timeout_micros));
    step(snapshot, request, "request.taken_over", system(command.to), json!({ "from": command.from }), clock)
}

fn step<D: Serialize>(
    snapshot: &mut Snapshot,
    request: ServiceRequest,
    kind: &'static str,
    actor: Actor,
    detail: D,
    clock: Timestamp,
) -> Result<Outcome, Refusal> {
    let now = snapshot.now(clock);
    snapshot.append(event(&request, kind, actor, None, detail), now);
    snapshot.put_request(request.clone());
    unchanged(request)
}
