//! The funding account and the limits of one request, in the order in which refusals are told.

use super::{AgentPolicy, SpendContext};
use crate::{
    NanoUsd, Timestamp,
    budget::{AccountOwner, Limit, LimitUnit, Period, ReasonCode, Scope, Window},
    catalog::OperationName,
    time::Zone,
};

/// Who pays, what is counted, and from where on a person is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The account that the hold is taken from.
    pub account: AccountOwner,
    /// What must fit, in the order of the decision.
    pub limits: Vec<Limit>,
    /// The lowest threshold on the path from the agent to its oldest ancestor.
    pub approval_threshold: Option<NanoUsd>,
}

/// Resolves an agent's request. `ancestors` are the agent's, the oldest first; every one has a binding for the operation.
///
/// Returns `None` where a binding is missing on the path: then nothing may be spent.
pub fn resolve(
    agent: &AgentPolicy,
    ancestors: &[&AgentPolicy],
    operation: &OperationName,
    contexts: &[(SpendContext, Option<NanoUsd>)],
    (zone, now): (Zone, Timestamp),
) -> Option<Resolution> {
    let path: Vec<&AgentPolicy> = std::iter::once(agent).chain(ancestors.iter().rev().copied()).collect();
    let terms = path.iter().map(|one| one.bindings.get(operation)).collect::<Option<Vec<_>>>()?;
    let (day, month) = (Period::Day(zone.day(now)), Period::Month(zone.month(now)));
    let bound = |one: &AgentPolicy, period| Window { scope: Scope::Binding(one.id, operation.clone()), period };

    let months = path
        .iter()
        .zip(&terms)
        .map(|(one, terms)| money(bound(one, month), terms.month_cap, ReasonCode::MonthlyBudgetExceeded));
    let days = path.iter().zip(&terms).map(|(one, terms)| Limit {
        window: bound(one, day),
        unit: LimitUnit::Requests,
        cap: terms.day_count.map(i64::from),
        code: ReasonCode::DailyLimitExceeded,
    });
    let own = own_limit(agent, month);
    let inside = contexts.iter().map(|(context, cap)| {
        money(Window { scope: context.scope(), period: Period::Life }, *cap, ReasonCode::AgentBudgetExceeded)
    });

    let mut limits: Vec<Limit> = months.chain(days).chain([own]).chain(inside).collect();
    limits.extend(limits_above(agent, day, month));
    let approval_threshold = terms.iter().filter_map(|terms| terms.approval_threshold).min();
    Some(Resolution { account: funding_account(agent), limits, approval_threshold })
}

/// What a gift of an agent to its child is taken from, and what it is counted in: no binding, for the child's own requests
/// count there.
pub fn resolve_gift(agent: &AgentPolicy, (zone, now): (Zone, Timestamp)) -> (AccountOwner, Vec<Limit>) {
    let (day, month) = (Period::Day(zone.day(now)), Period::Month(zone.month(now)));
    let limits = std::iter::once(own_limit(agent, month)).chain(limits_above(agent, day, month)).collect();
    (funding_account(agent), limits)
}

/// The account that pays for an agent: by existence of an allocation or a pool, never by its balance.
pub fn funding_account(agent: &AgentPolicy) -> AccountOwner {
    match (&agent.team, &agent.allocation) {
        _ if agent.own_account => AccountOwner::Agent(agent.id),
        (_, Some(allocation)) => AccountOwner::Worker(allocation.team, allocation.user),
        (Some(team), None) if team.has_pool => AccountOwner::Pool(team.id),
        _ => AccountOwner::Wallet,
    }
}

fn own_limit(agent: &AgentPolicy, month: Period) -> Limit {
    let window = Window { scope: Scope::Agent(agent.id), period: month };
    money(window, agent.month_cap, ReasonCode::AgentBudgetExceeded)
}

/// A spawned agent's money was counted in its parent's windows when it was given.
fn limits_above(agent: &AgentPolicy, day: Period, month: Period) -> Vec<Limit> {
    if agent.own_account {
        return Vec::new();
    }
    worker_limits(agent, day, month).into_iter().chain(team_limit(agent, month)).collect()
}

fn worker_limits(agent: &AgentPolicy, day: Period, month: Period) -> Vec<Limit> {
    let Some(allocation) = agent.allocation else { return Vec::new() };
    let caps = [(day, allocation.day_cap), (month, allocation.month_cap), (Period::Life, allocation.life_cap)];
    let scope = || Scope::Worker(allocation.team, allocation.user);
    caps.into_iter()
        .map(|(period, cap)| money(Window { scope: scope(), period }, cap, ReasonCode::WorkerBudgetExceeded))
        .collect()
}

fn team_limit(agent: &AgentPolicy, month: Period) -> Option<Limit> {
    let team = agent.team.as_ref()?;
    Some(money(Window { scope: Scope::Team(team.id), period: month }, team.month_cap, ReasonCode::TeamBudgetExceeded))
}

fn money(window: Window, cap: Option<NanoUsd>, code: ReasonCode) -> Limit {
    Limit { window, unit: LimitUnit::Money, cap: cap.map(NanoUsd::nanos), code }
}
