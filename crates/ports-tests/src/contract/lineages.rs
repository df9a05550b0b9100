//! Agents that agents made: no tree does more than its root may.

use upivia_domain::{
    AgentId, Mode, NanoUsd,
    agent::{AgentKind, AgentStatus},
    binding::BindingTerms,
    budget::{AccountOwner, ReasonCode, Scope},
    dispatch::RequestState,
};

use crate::{
    World,
    seed::email,
    tenant::{Spender, Tenant},
};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// A child and a grandchild of the tenant's agent, each with money of its own.
async fn family(tenant: &Tenant) -> [Spender; 2] {
    let child = spawn(tenant, vec![tenant.spender.agent]).await;
    let grandchild = spawn(tenant, vec![tenant.spender.agent, child.agent]).await;
    [child, grandchild]
}

async fn spawn(tenant: &Tenant, ancestors: Vec<AgentId>) -> Spender {
    let child = tenant.hire(|agent| (agent.kind, agent.ancestors) = (AgentKind::Spawned, ancestors)).await;
    let money = tenant.allocation(AccountOwner::Wallet, AccountOwner::Agent(child.agent), NanoUsd::cents(100));
    tenant.world.ports.apply(money).await.unwrap();
    child
}

/// A spawned agent pays from its own account; its requests count in the bindings of all it descends from, and in no
/// agent's, worker's or team's month but its own.
pub async fn a_childs_requests_count_in_its_ancestors_bindings(world: World) {
    let tenant = world.tenant().await;
    let [child, grandchild] = family(&tenant).await;
    let id = world.ports.request(tenant.admit_by(grandchild, HOLD)).await.id;
    world.ports.request(tenant.settle(id, NanoUsd::cents(3))).await;
    world.ports.request(tenant.admit_by(child, HOLD)).await;
    let (cost, hold) = (NanoUsd::cents(3).nanos(), HOLD.nanos());
    let accounts = [(grandchild, cost, 0), (child, 0, hold)];
    for (spender, spent, held) in accounts {
        let account = tenant.account(&world.ports, AccountOwner::Agent(spender.agent)).await;
        assert_eq!(account, (NanoUsd::cents(100).nanos() - spent, held));
    }
    let expected = [(tenant.spender, (cost, hold), 2), (child, (cost, hold), 2), (grandchild, (cost, 0), 1)];
    for (spender, month, count) in expected {
        let scope = Scope::Binding(spender.agent, email());
        assert_eq!(tenant.figures(&world.ports, &tenant.month(Mode::Live, scope)).await, month);
        assert_eq!(world.ports.meter(tenant.org, &tenant.day_of(Mode::Live, spender.agent)).await.2, count);
    }
    let books = tenant.books(&world.ports).await;
    assert_eq!((books.agent, books.team, books.wallet.1), ((0, 0), (0, 0), 0));
}

/// An ancestor's binding holds below it: its cap, its count, its threshold, its absence; its status, too.
pub async fn an_ancestors_policy_holds_below_it(world: World) {
    let tenant = world.tenant().await;
    let second = world.second().await;
    let [child, grandchild] = family(&tenant).await;
    let verdict = async || tenant.verdict_on(&second, tenant.admit_by(grandchild, HOLD)).await;
    assert_eq!(verdict().await, Ok(None));
    let (root, free) = (tenant.spender.agent, BindingTerms::default());
    let cases = [
        (BindingTerms { month_cap: Some(NanoUsd::cents(7)), ..free }, "monthly_budget_exceeded"),
        (BindingTerms { day_count: Some(1), ..free }, "daily_limit_exceeded"),
        (BindingTerms { approval_threshold: Some(NanoUsd::cents(3)), ..free }, "approval_threshold"),
    ];
    for ancestor in [root, child.agent] {
        for (terms, expected) in cases {
            tenant.bind_agent(ancestor, terms).await;
            assert_eq!(verdict().await, Ok(Some(expected)));
        }
        tenant.unbind(ancestor).await;
        assert_eq!(verdict().await, Ok(Some("policy_violation")));
        tenant.bind_agent(ancestor, free).await;
        tenant.edit_agent(ancestor, |agent| agent.status = AgentStatus::Paused).await;
        let stopped = second.request(tenant.admit_by(grandchild, HOLD)).await;
        assert_eq!((stopped.state, stopped.reason()), (RequestState::Failed, Some(ReasonCode::AgentDisabled)));
        assert_eq!(stopped.reasons[0].scope, "ancestor");
        tenant.edit_agent(ancestor, |agent| agent.status = AgentStatus::Active).await;
    }
}

/// A child that has spent its own money is stopped, however rich the organization is.
pub async fn a_childs_own_account_is_its_limit(world: World) {
    let tenant = world.tenant().await;
    let [child, _] = family(&tenant).await;
    assert!(world.ports.request(tenant.admit_by(child, NanoUsd::cents(97))).await.state.holds_money());
    let refused = world.ports.request(tenant.admit_by(child, HOLD)).await;
    assert_eq!(refused.reason(), Some(ReasonCode::AgentBudgetExceeded));
    assert_eq!((refused.reasons[0].scope, refused.reasons[0].held), ("agent", NanoUsd::cents(97).nanos()));
}
