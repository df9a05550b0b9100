//! Limits and money of one request, and the reasons where they do not suffice.

use super::decide::Counting;
use crate::{
    AgentId, DelegationId, Mode, NanoUsd, Timestamp,
    budget::{AccountOwner, Limit, LimitUnit, MeterKey, Period, Reason, ReasonCode, Scope, Window},
    ledger::{Admit, Refusal, Screening, Snapshot},
    policy::{Resolution, SpendContext, Tasks},
};

/// The most that an acceptable request can cost.
pub(in crate::ledger) fn screened(screening: &Screening) -> Result<NanoUsd, Refusal> {
    match screening {
        Screening::Accepted { estimate, .. } if estimate.is_negative() => Err(Refusal::InvalidAmount),
        Screening::Accepted { estimate, .. } => Ok(*estimate),
        Screening::UnknownOperation => Err(Refusal::UnknownOperation),
        Screening::InvalidPayload(problem) => Err(Refusal::InvalidPayload(problem.clone())),
    }
}

pub(super) fn open_contexts(
    snapshot: &Snapshot,
    command: &Admit,
    tasks: &Tasks<'_>,
) -> Result<Vec<(SpendContext, Option<NanoUsd>)>, Refusal> {
    let delegated = tasks.open.iter().map(|task| Ok((SpendContext::Delegation(task.id), task.cap)));
    let open = |context: &SpendContext| snapshot.policy.contexts.get(context).map(|cap| (context.clone(), *cap));
    let others = command.contexts.iter().filter(|context| !matches!(context, SpendContext::Delegation(_)));
    let others = others.map(|context| open(context).ok_or(Refusal::NotFound(context.scope().kind())));
    delegated.chain(others).collect()
}

pub(super) fn amount_of(limit: &Limit, estimate: NanoUsd) -> i64 {
    match limit.unit {
        LimitUnit::Money => estimate.nanos(),
        LimitUnit::Requests => 1,
    }
}

/// Limits that a request is counted in: free requests are counted, not weighed.
pub(super) fn relevant(resolution: &Resolution, estimate: NanoUsd, counting: Counting) -> impl Iterator<Item = &Limit> {
    resolution.limits.iter().filter(move |limit| match limit.unit {
        LimitUnit::Requests => counting == Counting::Now,
        LimitUnit::Money => !estimate.is_zero(),
    })
}

pub(super) fn failed_checks(
    snapshot: &Snapshot,
    command: &Admit,
    (resolution, estimate): (&Resolution, NanoUsd),
    (counting, ended): (Counting, &[DelegationId]),
    now: Timestamp,
) -> Result<Vec<Reason>, Refusal> {
    let zone = snapshot.head().calendar.zone_at(now);
    let mut reasons = Vec::new();
    for limit in relevant(resolution, estimate, counting) {
        let meter = snapshot.loaded_meter(&MeterKey::Window(command.mode, limit.window.clone()))?;
        let amount = amount_of(limit, estimate);
        if !limit.admits(&meter, amount) {
            reasons.push(exceeded(
                limit,
                limit.usage(&meter),
                amount,
                limit.window.period.resets_at(zone, now),
                command.agent,
            ));
        }
    }
    for task in ended {
        reasons.push(over(snapshot, command, *task, estimate)?);
    }
    if !estimate.is_zero() {
        reasons.extend(short_of_money(snapshot, command.mode, resolution.account, estimate)?);
    }
    // Money of the funding account is told in its own place: before the wallet, after the limits of the same owner.
    reasons.sort_by_key(|reason| order(reason.code));
    Ok(reasons)
}

/// A task that has ended has no room left, not even for what costs nothing.
fn over(snapshot: &Snapshot, command: &Admit, task: DelegationId, estimate: NanoUsd) -> Result<Reason, Refusal> {
    let window = Window { scope: Scope::Delegation(task), period: Period::Life };
    let meter = snapshot.loaded_meter(&MeterKey::Window(command.mode, window))?;
    let (used, held) = (meter.posted.nanos(), meter.held.nanos());
    Ok(Reason {
        limit: Some(used.saturating_add(held)),
        used,
        held,
        requested: estimate.nanos(),
        ..Reason::plain(ReasonCode::AgentBudgetExceeded, "delegation")
    })
}

pub(in crate::ledger) const fn order(code: ReasonCode) -> u8 {
    match code {
        ReasonCode::MonthlyBudgetExceeded => 0,
        ReasonCode::DailyLimitExceeded => 1,
        ReasonCode::AgentBudgetExceeded => 2,
        ReasonCode::WorkerBudgetExceeded => 3,
        ReasonCode::TeamBudgetExceeded => 4,
        _ => 5,
    }
}

pub(in crate::ledger) fn exceeded(
    limit: &Limit,
    (used, held): (i64, i64),
    requested: i64,
    resets_at: Option<Timestamp>,
    asking: AgentId,
) -> Reason {
    let scope = match &limit.window.scope {
        Scope::Binding(agent, _) if *agent != asking => "ancestor",
        scope => scope.kind(),
    };
    // A request that is larger than the whole limit will never pass, whatever is freed or reset.
    let retryable = limit.cap.is_some_and(|cap| requested <= cap) && (resets_at.is_some() || held > 0);
    let window = Some(limit.window.clone());
    let (code, unit, limit) = (limit.code, limit.unit, limit.cap);
    Reason { code, scope, unit, limit, used, held, requested, resets_at, retryable, window }
}

pub(in crate::ledger) fn short_of_money(
    snapshot: &Snapshot,
    mode: Mode,
    owner: AccountOwner,
    estimate: NanoUsd,
) -> Result<Vec<Reason>, Refusal> {
    let account = snapshot.loaded_meter(&MeterKey::Account(mode, owner))?;
    let (code, scope) = match owner {
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
        window: None,
    };
    let mut reasons = Vec::new();
    if account.available() < estimate {
        reasons.push(reason(code, scope, limit, 0, held, held > 0 && account.posted >= estimate));
    }
    let debt = snapshot.head().debt(mode);
    if !debt.is_zero() {
        reasons.push(reason(ReasonCode::InsufficientBalance, "organization", Some(0), debt.nanos(), 0, false));
    }
    Ok(reasons)
}
