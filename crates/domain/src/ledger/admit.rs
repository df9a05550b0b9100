//! The decision about a request, in the order that the contract of refusals fixes.

use std::sync::Arc;

use serde::Serialize;

use super::{Admit, AdmitKind, Outcome, Refusal, Screening, Snapshot, Start, meters::Staged, report};
use crate::{
    NanoUsd, Timestamp,
    agent::AgentStatus,
    audit::{EventDraft, hex},
    budget::{AccountOwner, Limit, LimitUnit, MeterKey, Reason, ReasonCode, Scope},
    dispatch::{Charge, End, HeldWindow, Hold, RequestState, ServiceRequest},
    identity::{Actor, OrganizationStatus},
    policy::{self, AgentPolicy, Resolution, SpendContext},
};

/// How far ahead of the node's clock an organization's time may be, in microseconds.
const MOST_SKEW_MICROS: i64 = 2_000_000;

pub(super) fn admit(snapshot: &mut Snapshot, command: &Admit, clock: Timestamp) -> Result<Outcome, Refusal> {
    if let Some(request) = snapshot.request(command.id) {
        return Ok(Outcome::Request { request: Box::new(request.clone()), replayed: false });
    }
    if snapshot.head().last_now.micros().saturating_sub(clock.micros()) > MOST_SKEW_MICROS {
        return Err(Refusal::ClockBehind);
    }
    let now = snapshot.now(clock);
    let agent = authenticated(snapshot, command, now)?;
    if let Some(outcome) = replay(snapshot, command)? {
        return Ok(outcome);
    }
    match command.kind {
        AdmitKind::BudgetReport { about } => report::answer(snapshot, command, about, now),
        AdmitKind::Dispatch(start) => decide(snapshot, command, &agent, now).map(|verdict| match verdict {
            Verdict::Refuse(state, reasons) => refuse(snapshot, command, state, reasons, now),
            Verdict::Ask(reason) => ask(snapshot, command, &agent, reason, now),
            Verdict::Hold(granted) => hold(snapshot, command, start, granted, now),
        })?,
    }
}

fn authenticated(snapshot: &Snapshot, command: &Admit, now: Timestamp) -> Result<Arc<AgentPolicy>, Refusal> {
    let agent = snapshot.policy.agents.get(&command.agent).ok_or(Refusal::CredentialRevoked)?;
    let alive = !matches!(agent.status, AgentStatus::Ending | AgentStatus::Deleted);
    let opens = agent.credentials.get(&command.credential).is_some_and(|key| key.opens(command.mode, now));
    (alive && opens).then(|| Arc::clone(agent)).ok_or(Refusal::CredentialRevoked)
}

fn replay(snapshot: &Snapshot, command: &Admit) -> Result<Option<Outcome>, Refusal> {
    let Some(key) = &command.idempotency_key else { return Ok(None) };
    let Some(earlier) = snapshot.by_key(&(command.agent, command.mode, key.clone())) else { return Ok(None) };
    if !earlier.content.is_same_as(&command.content) {
        return Err(Refusal::IdempotencyConflict { request: earlier.id });
    }
    Ok(Some(Outcome::Request { request: Box::new(earlier.clone()), replayed: true }))
}

/// A hold that fits, with the figures that prove it.
struct Granted {
    hold: Hold,
    limits: Vec<LimitRecord>,
}

enum Verdict {
    Refuse(RequestState, Vec<Reason>),
    Ask(Reason),
    Hold(Granted),
}

fn decide(snapshot: &Snapshot, command: &Admit, agent: &AgentPolicy, now: Timestamp) -> Result<Verdict, Refusal> {
    let ancestors = ancestors(snapshot, agent)?;
    if let Some(verdict) = stopped(snapshot, agent, &ancestors) {
        return Ok(verdict);
    }
    let estimate = screened(&command.screening)?;
    let contexts = open_contexts(snapshot, command)?;
    let zone = snapshot.head().calendar.zone_at(now);
    let Some(resolution) = policy::resolve(agent, &ancestors, &command.operation, &contexts, (zone, now)) else {
        return Ok(blocked(vec![Reason::plain(ReasonCode::PolicyViolation, "binding")]));
    };
    if command.provider.is_none() {
        return Ok(blocked(vec![Reason::plain(ReasonCode::ServiceNotConfigured, "organization")]));
    }
    if snapshot.policy.suspended.contains(&(command.mode, command.operation.clone())) {
        return Ok(blocked(vec![Reason::plain(ReasonCode::OperationSuspended, "organization")]));
    }
    let reasons = failed_checks(snapshot, command, &resolution, estimate, now)?;
    if !reasons.is_empty() {
        return Ok(blocked(reasons));
    }
    match resolution.approval_threshold {
        Some(threshold) if estimate > threshold => ask_or_block(snapshot, command, threshold, estimate),
        _ => granted(snapshot, command, &resolution, estimate).map(Verdict::Hold),
    }
}

const fn blocked(reasons: Vec<Reason>) -> Verdict {
    Verdict::Refuse(RequestState::Blocked, reasons)
}

fn ancestors<'a>(snapshot: &'a Snapshot, agent: &AgentPolicy) -> Result<Vec<&'a AgentPolicy>, Refusal> {
    let find = |id| snapshot.policy.agents.get(id).map(AsRef::as_ref).ok_or(Refusal::Incomplete);
    agent.ancestors.iter().map(find).collect()
}

fn stopped(snapshot: &Snapshot, agent: &AgentPolicy, ancestors: &[&AgentPolicy]) -> Option<Verdict> {
    if agent.status != AgentStatus::Active {
        return Some(Verdict::Refuse(RequestState::Failed, vec![Reason::plain(ReasonCode::AgentDisabled, "agent")]));
    }
    if ancestors.iter().any(|ancestor| ancestor.status != AgentStatus::Active) {
        return Some(Verdict::Refuse(RequestState::Failed, vec![Reason::plain(ReasonCode::AgentDisabled, "ancestor")]));
    }
    (snapshot.head().status != OrganizationStatus::Active)
        .then(|| blocked(vec![Reason::plain(ReasonCode::OrganizationSuspended, "organization")]))
}

pub(super) fn screened(screening: &Screening) -> Result<NanoUsd, Refusal> {
    match screening {
        Screening::Accepted { estimate, .. } if estimate.is_negative() => Err(Refusal::InvalidAmount),
        Screening::Accepted { estimate, .. } => Ok(*estimate),
        Screening::UnknownOperation => Err(Refusal::UnknownOperation),
        Screening::InvalidPayload(problem) => Err(Refusal::InvalidPayload(problem.clone())),
    }
}

fn open_contexts(snapshot: &Snapshot, command: &Admit) -> Result<Vec<(SpendContext, Option<NanoUsd>)>, Refusal> {
    let open = |context: &SpendContext| snapshot.policy.contexts.get(context).map(|cap| (context.clone(), *cap));
    command.contexts.iter().map(|context| open(context).ok_or(Refusal::NotFound(context.scope().kind()))).collect()
}

fn amount_of(limit: &Limit, estimate: NanoUsd) -> i64 {
    match limit.unit {
        LimitUnit::Money => estimate.nanos(),
        LimitUnit::Requests => 1,
    }
}

/// Limits that a request is counted in: free requests are counted, not weighed.
fn relevant(resolution: &Resolution, estimate: NanoUsd) -> impl Iterator<Item = &Limit> {
    resolution.limits.iter().filter(move |limit| limit.unit == LimitUnit::Requests || !estimate.is_zero())
}

fn failed_checks(
    snapshot: &Snapshot,
    command: &Admit,
    resolution: &Resolution,
    estimate: NanoUsd,
    now: Timestamp,
) -> Result<Vec<Reason>, Refusal> {
    let zone = snapshot.head().calendar.zone_at(now);
    let mut reasons = Vec::new();
    for limit in relevant(resolution, estimate) {
        let meter = snapshot.loaded_meter(&MeterKey::Window(command.mode, limit.window.clone()))?;
        let amount = amount_of(limit, estimate);
        if !limit.admits(&meter, amount) {
            reasons.push(exceeded(
                limit,
                limit.usage(&meter),
                amount,
                limit.window.period.resets_at(zone, now),
                command,
            ));
        }
    }
    if !estimate.is_zero() {
        let short = short_of_money(snapshot, command, resolution, estimate)?;
        reasons.extend(short);
        // Money of the funding account is told in its own place: before the wallet, after the limits of the same owner.
        reasons.sort_by_key(|reason| order(reason.code));
    }
    Ok(reasons)
}

const fn order(code: ReasonCode) -> u8 {
    match code {
        ReasonCode::MonthlyBudgetExceeded => 0,
        ReasonCode::DailyLimitExceeded => 1,
        ReasonCode::AgentBudgetExceeded => 2,
        ReasonCode::WorkerBudgetExceeded => 3,
        ReasonCode::TeamBudgetExceeded => 4,
        _ => 5,
    }
}

fn exceeded(
    limit: &Limit,
    (used, held): (i64, i64),
    requested: i64,
    resets_at: Option<Timestamp>,
    command: &Admit,
) -> Reason {
    let scope = match &limit.window.scope {
        Scope::Binding(agent, _) if *agent != command.agent => "ancestor",
        scope => scope.kind(),
    };
    // A request that is larger than the whole limit will never pass, whatever is freed or reset.
    let retryable = limit.cap.is_some_and(|cap| requested <= cap) && (resets_at.is_some() || held > 0);
    Reason { code: limit.code, scope, unit: limit.unit, limit: limit.cap, used, held, requested, resets_at, retryable }
}

fn short_of_money(
    snapshot: &Snapshot,
    command: &Admit,
    resolution: &Resolution,
    estimate: NanoUsd,
) -> Result<Vec<Reason>, Refusal> {
    let account = snapshot.loaded_meter(&MeterKey::Account(command.mode, resolution.account))?;
    let (code, scope) = match resolution.account {
        AccountOwner::Wallet => (ReasonCode::InsufficientBalance, "organization"),
        AccountOwner::Pool(_) => (ReasonCode::TeamBudgetExceeded, "team"),
        AccountOwner::Worker(..) => (ReasonCode::WorkerBudgetExceeded, "worker"),
        AccountOwner::Agent(_) => (ReasonCode::AgentBudgetExceeded, "agent"),
    };
    let (limit, held, requested) = (Some(account.posted.nanos()), account.held.nanos(), estimate.nanos());
    let reason = |code, scope, limit, used, held, retryable| Reason {
        code,
        scope,
        unit: LimitUnit::Money,
        limit,
        used,
        held,
        requested,
        resets_at: None,
        retryable,
    };
    let mut reasons = Vec::new();
    if account.available() < estimate {
        reasons.push(reason(code, scope, limit, 0, held, held > 0 && account.posted >= estimate));
    }
    let debt = snapshot.head().debt(command.mode);
    if !debt.is_zero() {
        reasons.push(reason(ReasonCode::InsufficientBalance, "organization", Some(0), debt.nanos(), 0, false));
    }
    Ok(reasons)
}

fn ask_or_block(
    snapshot: &Snapshot,
    command: &Admit,
    threshold: NanoUsd,
    estimate: NanoUsd,
) -> Result<Verdict, Refusal> {
    let pending = snapshot.loaded_meter(&MeterKey::PendingAsks(command.mode, command.agent))?.count;
    let most = i64::from(command.approval.1.most_pending);
    if pending >= most {
        let full = Reason::plain(ReasonCode::ApprovalQueueFull, "agent");
        return Ok(blocked(vec![Reason {
            unit: LimitUnit::Requests,
            limit: Some(most),
            used: pending,
            requested: 1,
            retryable: true,
            ..full
        }]));
    }
    let reason = Reason::plain(ReasonCode::ApprovalThreshold, "binding");
    Ok(Verdict::Ask(Reason { limit: Some(threshold.nanos()), requested: estimate.nanos(), ..reason }))
}

/// A limit as it stood when the request was admitted; `verify` checks it again from the journal.
#[derive(Serialize)]
struct LimitRecord {
    window: String,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<i64>,
    used: i64,
    held: i64,
    amount: i64,
}

fn granted(
    snapshot: &Snapshot,
    command: &Admit,
    resolution: &Resolution,
    estimate: NanoUsd,
) -> Result<Granted, Refusal> {
    let mut windows = Vec::with_capacity(resolution.limits.len());
    let mut limits = Vec::with_capacity(resolution.limits.len());
    for limit in relevant(resolution, estimate) {
        let meter = snapshot.loaded_meter(&MeterKey::Window(command.mode, limit.window.clone()))?;
        let (used, held) = limit.usage(&meter);
        let unit = match limit.unit {
            LimitUnit::Money => "nanos",
            LimitUnit::Requests => "requests",
        };
        limits.push(LimitRecord {
            window: limit.window.to_string(),
            unit,
            cap: limit.cap,
            used,
            held,
            amount: amount_of(limit, estimate),
        });
        windows.push(HeldWindow { window: limit.window.clone(), unit: limit.unit });
    }
    let hold = Hold { amount: estimate, account: resolution.account, windows: windows.into() };
    Ok(Granted { hold, limits })
}

#[derive(Serialize)]
struct AdmittedDetail<'a> {
    digest: String,
    account: String,
    hold: i64,
    limits: &'a [LimitRecord],
}

fn hold(
    snapshot: &mut Snapshot,
    command: &Admit,
    start: Start,
    granted: Granted,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let mut staged = Staged::new(snapshot);
    staged.open(command.mode, &granted.hold)?;
    let values = staged.into_values();
    let state = match start {
        Start::DispatchNow => RequestState::Dispatching,
        Start::Later => RequestState::Admitted,
    };
    let mut request = row(snapshot, command, state, now);
    let detail = AdmittedDetail {
        digest: hex(&request.digest),
        account: granted.hold.account.to_string(),
        hold: granted.hold.amount.nanos(),
        limits: &granted.limits,
    };
    request.seq = snapshot.append(draft(command, "request.admitted", state, detail), now);
    request.hold = Some(granted.hold);
    request.owner = Some(command.owner);
    snapshot.write(values);
    Ok(finish(snapshot, request))
}

fn refuse(
    snapshot: &mut Snapshot,
    command: &Admit,
    state: RequestState,
    reasons: Vec<Reason>,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    let kind = if state == RequestState::Failed { "request.failed" } else { "request.blocked" };
    let mut request = row(snapshot, command, state, now);
    request.seq = snapshot.append(draft(command, kind, state, refused_detail(&request, &reasons)), now);
    let reason = reasons.first().map(|reason| reason.code);
    request.end = Some(End { by: command.id.into(), at: now, charge: None, reason });
    request.reasons = reasons.into();
    Ok(finish(snapshot, request))
}

fn ask(
    snapshot: &mut Snapshot,
    command: &Admit,
    agent: &AgentPolicy,
    reason: Reason,
    now: Timestamp,
) -> Result<Outcome, Refusal> {
    // The unit of the day is taken when the question is created, so that a loop of questions ends at the daily limit.
    let hold = Hold {
        amount: NanoUsd::ZERO,
        account: AccountOwner::Wallet,
        windows: day_windows(snapshot, command, agent, now)?,
    };
    let mut staged = Staged::new(snapshot);
    staged.open(command.mode, &hold)?;
    staged.change(MeterKey::PendingAsks(command.mode, command.agent), NanoUsd::ZERO, NanoUsd::ZERO, 1)?;
    let values = staged.into_values();
    let mut request = row(snapshot, command, RequestState::ApprovalRequired, now);
    let reasons = vec![reason];
    request.seq =
        snapshot.append(draft(command, "approval.requested", request.state, refused_detail(&request, &reasons)), now);
    request.approval = Some((command.approval.0, command.approval.1.expires_at(now)));
    request.hold = Some(hold);
    request.reasons = reasons.into();
    snapshot.write(values);
    Ok(finish(snapshot, request))
}

fn day_windows(
    snapshot: &Snapshot,
    command: &Admit,
    agent: &AgentPolicy,
    now: Timestamp,
) -> Result<Arc<[HeldWindow]>, Refusal> {
    let zone = snapshot.head().calendar.zone_at(now);
    let resolution = policy::resolve(agent, &ancestors(snapshot, agent)?, &command.operation, &[], (zone, now))
        .ok_or(Refusal::Incomplete)?;
    let counted = resolution.limits.into_iter().filter(|limit| limit.unit == LimitUnit::Requests);
    Ok(counted.map(|limit| HeldWindow { window: limit.window, unit: limit.unit }).collect())
}

#[derive(Serialize)]
struct RefusedDetail {
    digest: String,
    estimate: i64,
    reasons: Vec<ReasonBody>,
}

#[derive(Serialize)]
struct ReasonBody {
    code: &'static str,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    used: i64,
    held: i64,
    requested: i64,
}

fn refused_detail(request: &ServiceRequest, reasons: &[Reason]) -> RefusedDetail {
    let body = |reason: &Reason| ReasonBody {
        code: reason.code.as_str(),
        scope: reason.scope,
        limit: reason.limit,
        used: reason.used,
        held: reason.held,
        requested: reason.requested,
    };
    RefusedDetail {
        digest: hex(&request.digest),
        estimate: request.estimate.nanos(),
        reasons: reasons.iter().map(body).collect(),
    }
}

/// A new row without hold and end.
pub(super) fn row(snapshot: &Snapshot, command: &Admit, state: RequestState, now: Timestamp) -> ServiceRequest {
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
pub(super) fn draft<'a, D>(
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

pub(super) fn finish(snapshot: &mut Snapshot, request: ServiceRequest) -> Outcome {
    snapshot.put_request(request.clone());
    Outcome::Request { request: Box::new(request), replayed: false }
}

/// An end without a charge, as the ledger itself gives it.
pub(super) const fn free_end(command: &Admit, now: Timestamp) -> End {
    let charge = Charge { cost: NanoUsd::ZERO, overrun: NanoUsd::ZERO, basis: crate::dispatch::Basis::Counted };
    End { by: crate::CommandId::new(command.id.uuid()), at: now, charge: Some(charge), reason: None }
}
