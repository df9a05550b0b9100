//! Answers to questions: an approval decides anew, in today's windows, and binds what was asked.

use std::sync::Arc;

use serde_json::json;

use super::{
    Approve, Expire, Outcome, Recorded, Refusal, Reject, Snapshot,
    admit::{Counting, Granted, Weighed, authenticated, granted, refused_detail, weigh},
    meters::Staged,
    progress::{event, find, unchanged},
};
use crate::{
    ApprovalId, CommandId, NanoUsd, Timestamp,
    approval::{Approval, ApprovalStatus},
    audit::EventDraft,
    budget::{LimitUnit, MeterKey, Period, Reason, ReasonCode},
    dispatch::{End, Hold, RequestState, ServiceRequest},
    identity::Actor,
};

/// A replay of the approval that admitted the request answers as that one did; another approval of it is `replayed`, so
/// that nobody calls the provider a second time.
pub(super) fn approve(snapshot: &mut Snapshot, command: &Approve, clock: Timestamp) -> Result<Outcome, Refusal> {
    if snapshot.recorded(command.id).is_some() {
        return find(snapshot, command.request()).and_then(unchanged);
    }
    let request = match pending(snapshot, command.request(), command.approval)? {
        Question::Pending(request) => request,
        Question::Answered(request) if was_admitted(&request) => {
            return Ok(Outcome::Request { request: Box::new(request), replayed: true });
        }
        Question::Answered(_) => return Err(Refusal::ApprovalResolved),
    };
    let now = snapshot.now(clock);
    if is_over(&request, now) {
        return close(
            snapshot,
            request,
            Closing::expired(command.id, command.actor).traced(command.admit.trace.as_deref()),
            now,
        );
    }
    // The bytes that a person saw are the bytes that are sent.
    if command.admit.content.digest() != request.digest {
        return Err(Refusal::IdempotencyConflict { request: request.id });
    }
    let withdrawn =
        |code| Closing { status: ApprovalStatus::Withdrawn, ..Closing::by(command.id, command.actor, code) };
    let Ok(agent) = authenticated(snapshot, &command.admit, now) else {
        return close(snapshot, request, withdrawn(ReasonCode::CredentialRevoked), now);
    };
    let counting = counting(snapshot, &request, now);
    match weigh(snapshot, &command.admit, &agent, counting, now)? {
        Weighed::Refused(_, reasons) if reasons.iter().all(|reason| may_pass_later(reason.code)) => {
            Err(Refusal::NotNow(reasons.into()))
        }
        Weighed::Refused(_, reasons) => {
            let code = reasons.first().map_or(ReasonCode::PolicyViolation, |reason| reason.code);
            close(snapshot, request, withdrawn(code), now)
        }
        Weighed::Fits(_, estimate) if estimate > request.estimate => {
            ask_again(snapshot, request, command, estimate, now)
        }
        Weighed::Fits(resolution, estimate) => {
            let granted = granted(snapshot, &command.admit, (&resolution, estimate), counting)?;
            admit(snapshot, request, command, granted, now)
        }
    }
}

pub(super) fn reject(snapshot: &mut Snapshot, command: &Reject, clock: Timestamp) -> Result<Outcome, Refusal> {
    let now = snapshot.now(clock);
    match pending(snapshot, command.request, command.approval)? {
        Question::Pending(request) if is_over(&request, now) => {
            close(snapshot, request, Closing::expired(command.id, command.actor).traced(command.trace.as_deref()), now)
        }
        Question::Pending(request) => {
            let closing = Closing::by(command.id, command.actor, ReasonCode::ApprovalRejected);
            close(snapshot, request, closing.traced(command.trace.as_deref()), now)
        }
        Question::Answered(request) if request.reason() == Some(ReasonCode::ApprovalRejected) => unchanged(request),
        Question::Answered(_) => Err(Refusal::ApprovalResolved),
    }
}

pub(super) fn expire(snapshot: &mut Snapshot, command: &Expire, clock: Timestamp) -> Result<Outcome, Refusal> {
    let now = snapshot.now(clock);
    match pending(snapshot, command.request, command.approval)? {
        Question::Pending(request) if is_over(&request, now) => {
            close(snapshot, request, Closing::expired(command.id, Actor::System { node: command.node }), now)
        }
        Question::Pending(request) | Question::Answered(request) => unchanged(request),
    }
}

enum Question {
    Pending(ServiceRequest),
    Answered(ServiceRequest),
}

fn pending(snapshot: &Snapshot, request: crate::RequestId, approval: ApprovalId) -> Result<Question, Refusal> {
    let request = find(snapshot, request).map_err(|_| Refusal::NotFound("approval"))?;
    match request.approval {
        Some((id, _)) if id == approval && request.state == RequestState::ApprovalRequired => {
            Ok(Question::Pending(request))
        }
        Some((id, _)) if id == approval => Ok(Question::Answered(request)),
        // An earlier question of the same request was withdrawn for a dearer one.
        _ => Err(Refusal::ApprovalResolved),
    }
}

fn is_over(request: &ServiceRequest, now: Timestamp) -> bool {
    request.approval.is_none_or(|(_, expires_at)| now >= expires_at)
}

/// Approved requests carry a hold of money, or an end that no answer of a person gave.
fn was_admitted(request: &ServiceRequest) -> bool {
    use ReasonCode::{AgentDisabled, ApprovalExpired, ApprovalRejected, CredentialRevoked, PolicyViolation};
    !matches!(
        request.reason(),
        Some(ApprovalRejected | ApprovalExpired | CredentialRevoked | PolicyViolation | AgentDisabled)
    )
}

/// Whether a person, or time, can still make room. Otherwise the question has no sense any more.
const fn may_pass_later(code: ReasonCode) -> bool {
    !matches!(code, ReasonCode::PolicyViolation | ReasonCode::AgentDisabled)
}

/// The unit of the day on which the question was asked is used again on that day; a later day gives one of its own.
fn counting(snapshot: &Snapshot, request: &ServiceRequest, now: Timestamp) -> Counting {
    let today = Period::Day(snapshot.head().calendar.zone_at(now).day(now));
    let mut units =
        request.hold.iter().flat_map(|hold| hold.windows.iter()).filter(|held| held.unit == LimitUnit::Requests);
    if units.all(|held| held.window.period == today) { Counting::Before } else { Counting::Now }
}

fn admit(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    command: &Approve,
    granted: Granted,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let mut staged = Staged::new(snapshot);
    staged.open(request.mode, &granted.hold)?;
    staged.change(MeterKey::PendingAsks(request.mode, request.agent), NanoUsd::ZERO, NanoUsd::ZERO, -1)?;
    let values = staged.into_values();
    let asked: Vec<_> = request.hold.iter().flat_map(|hold| hold.windows.iter().cloned()).collect();
    request.state = RequestState::Dispatching;
    request.owner = Some(command.admit.owner);
    request.provider.clone_from(&command.admit.provider);
    request.estimate = granted.hold.amount;
    let said_yes = answered(&request, "approval.approved", command.actor, command.approval);
    snapshot.append(EventDraft { trace: command.admit.trace.as_deref(), ..said_yes }, now);
    let detail = granted.detail(&request.digest, command.admit.price_version);
    snapshot.append(event(&request, "request.admitted", command.actor, None, detail), now);
    // Units of both days, where there are two, belong to the request; units of one day are never counted twice.
    let windows = granted.hold.windows.iter().cloned().chain(asked).collect();
    request.hold = Some(Hold { windows, ..granted.hold });
    request.reasons = Arc::from([]);
    snapshot.write(values);
    snapshot.record(command.id, Recorded { seq: snapshot.head().seq });
    note(snapshot, &request, ApprovalStatus::Approved, Some((now, command.actor)));
    snapshot.put_request(request.clone());
    unchanged(request)
}

/// The price rose since the question: what was approved does not cover it, so a person is asked anew.
fn ask_again(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    command: &Approve,
    estimate: NanoUsd,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    note(snapshot, &request, ApprovalStatus::Withdrawn, Some((now, command.actor)));
    request.estimate = estimate;
    request.approval = Some((command.admit.approval.0, command.admit.approval.1.expires_at(now)));
    let reason = Reason { requested: estimate.nanos(), ..Reason::plain(ReasonCode::ApprovalThreshold, "binding") };
    let reasons = [reason];
    snapshot
        .append(event(&request, "approval.requested", command.actor, None, refused_detail(&request, &reasons)), now);
    request.reasons = reasons.into();
    note(snapshot, &request, ApprovalStatus::Pending, None);
    snapshot.put_request(request.clone());
    unchanged(request)
}

struct Closing<'a> {
    by: CommandId,
    actor: Actor,
    status: ApprovalStatus,
    code: ReasonCode,
    trace: Option<&'a str>,
}

impl<'a> Closing<'a> {
    const fn by(by: CommandId, actor: Actor, code: ReasonCode) -> Self {
        Self { by, actor, status: ApprovalStatus::Rejected, code, trace: None }
    }

    const fn expired(by: CommandId, actor: Actor) -> Self {
        Self { by, actor, status: ApprovalStatus::Expired, code: ReasonCode::ApprovalExpired, trace: None }
    }

    const fn traced(self, trace: Option<&'a str>) -> Self {
        Self { trace, ..self }
    }
}

/// Ends the request with its question. The unit of the day stays taken: a loop of questions ends at the daily limit.
fn close(
    snapshot: &mut Snapshot,
    mut request: ServiceRequest,
    closing: Closing<'_>,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let mut staged = Staged::new(snapshot);
    staged.change(MeterKey::PendingAsks(request.mode, request.agent), NanoUsd::ZERO, NanoUsd::ZERO, -1)?;
    let values = staged.into_values();
    let approval = request.approval.map(|(id, _)| id).ok_or(Refusal::Incomplete)?;
    request.state = RequestState::Blocked;
    request.end = Some(End { by: closing.by, at: now, charge: None, reason: Some(closing.code) });
    request.reasons = Arc::from([Reason::plain(closing.code, "approval")]);
    let kind = match closing.status {
        ApprovalStatus::Rejected => "approval.rejected",
        ApprovalStatus::Expired => "approval.expired",
        _ => "approval.withdrawn",
    };
    let said = answered(&request, kind, closing.actor, approval);
    snapshot.append(EventDraft { trace: closing.trace, ..said }, now);
    snapshot.write(values);
    note(snapshot, &request, closing.status, Some((now, closing.actor)));
    snapshot.put_request(request.clone());
    unchanged(request)
}

fn answered<'a>(
    request: &'a ServiceRequest,
    kind: &'static str,
    actor: Actor,
    approval: ApprovalId,
) -> EventDraft<'a, serde_json::Value> {
    let reason = request.reason().map(ReasonCode::as_str);
    event(
        request,
        kind,
        actor,
        None,
        json!({ "approval": approval, "digest": crate::audit::hex(&request.digest), "reason": reason }),
    )
}

/// The row of the question, as it stands now.
pub(super) fn note(
    snapshot: &mut Snapshot,
    request: &ServiceRequest,
    status: ApprovalStatus,
    answer: Option<(Timestamp, Actor)>,
) {
    let Some((id, expires_at)) = request.approval else { return };
    snapshot.note_approval(Approval {
        id,
        org: request.org,
        request: request.id,
        agent: request.agent,
        mode: request.mode,
        status,
        expires_at,
        seq: request.seq,
        resolved_at: answer.map(|(at, _)| at),
        resolved_by: answer.and_then(|(_, actor)| actor.id().or_else(|| Some(actor.kind().to_owned()))),
    });
}
