//! Limits and money of one request, and the reasons where they do not suffice.

use super::decide::Counting;
use crate::{
    AgentId, Mode, NanoUsd, Timestamp,
    budget::{AccountOwner, Limit, LimitUnit, MeterKey, Reason, ReasonCode, Scope},
    ledger::{Admit, Refusal, Screening, Snapshot},
    policy::{Resolution, SpendContext},
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
) -> Result<Vec<(SpendContext, Option<NanoUsd>)>, Refusal> {
    let open = |context: &SpendContext| snapshot.policy.contexts.get(context).map(|cap| (context.clone(), *cap));
    command.contexts.iter().map(|context| open(context).ok_or(Refusal::NotFound(context.scope().kind()))).collect()
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
    counting: Counting,
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
    if !estimate.is_zero() {
        let short = short_of_money(snapshot, command.mode, resolution.account, estimate)?;
        reasons.extend(short);
        // Money of the funding account is told in its own place: before the wallet, after the limits of the same owner.
        reasons.sort_by_key(|reason| order(reason.code));
    }
    Ok(reasons)
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
    Reason { code: limit.code, scope, unit: limit.unit, limit: limit.cap, used, held, requested, resets_at, retryable }
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
