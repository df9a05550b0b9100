//! Team pools and workers' allocations: who pays, and what limits hold.

use upivia_domain::{
    Mode, NanoUsd,
    budget::{AccountOwner, Reason, ReasonCode, Scope},
    identity::OrgRole,
};

use crate::{
    World,
    tenant::{OPENING, Tenant},
};

const HOLD: NanoUsd = NanoUsd::cents(4);

fn failed(reasons: &[Reason]) -> Vec<(ReasonCode, &'static str)> {
    reasons.iter().map(|reason| (reason.code, reason.scope)).collect()
}

async fn move_to(tenant: &Tenant, account: AccountOwner, amount: NanoUsd) {
    tenant.world.ports.apply(tenant.allocation(AccountOwner::Wallet, account, amount)).await.unwrap();
}

/// A team with a pool pays from it, by its existence: one that ran dry does not fall back to the wallet.
pub async fn a_pool_pays_for_its_team(world: World) {
    let tenant = world.tenant().await;
    let second = world.second().await;
    second.request(tenant.admit(HOLD)).await;
    let pool = AccountOwner::Pool(tenant.team);
    tenant.edit_team(|team| team.has_pool = true).await;
    let dry = second.request(tenant.admit(HOLD)).await;
    assert_eq!(failed(&dry.reasons), [(ReasonCode::TeamBudgetExceeded, "team")]);

    move_to(&tenant, pool, NanoUsd::cents(10)).await;
    let id = second.request(tenant.admit(HOLD)).await.id;
    assert_eq!(tenant.account(&second, pool).await, (NanoUsd::cents(10).nanos(), HOLD.nanos()));
    second.request(tenant.settle(id, NanoUsd::cents(3))).await;
    assert_eq!(tenant.account(&second, pool).await, (NanoUsd::cents(7).nanos(), 0));
    let wallet = (OPENING.nanos() - NanoUsd::cents(10).nanos(), HOLD.nanos());
    assert_eq!(tenant.account(&second, AccountOwner::Wallet).await, wallet, "only the hold of before the pool");

    tenant.edit_team(|team| team.has_pool = false).await;
    second.request(tenant.admit(HOLD)).await;
    assert_eq!(tenant.account(&second, pool).await, (NanoUsd::cents(7).nanos(), 0));
}

/// A team's month holds for all its agents together, whoever pays.
pub async fn a_teams_month_holds_for_all_its_agents(world: World) {
    let tenant = world.tenant().await;
    let colleague = tenant.hire(|_| ()).await;
    let outsider = tenant.hire(|agent| agent.team = None).await;
    tenant.edit_team(|team| team.month_cap = Some(NanoUsd::cents(8))).await;
    for admit in [tenant.admit(HOLD), tenant.admit_by(colleague, HOLD), tenant.admit_by(outsider, HOLD)] {
        assert!(world.ports.request(admit).await.state.holds_money());
    }
    for admit in [tenant.admit(NanoUsd::from_nanos(1)), tenant.admit_by(colleague, NanoUsd::from_nanos(1))] {
        let blocked = world.ports.request(admit).await;
        assert_eq!(failed(&blocked.reasons), [(ReasonCode::TeamBudgetExceeded, "team")]);
        assert_eq!(blocked.reasons[0].held, NanoUsd::cents(8).nanos());
    }
    assert!(world.ports.request(tenant.admit_by(outsider, HOLD)).await.state.holds_money());
}

/// A worker who holds an allocation pays from it, before any pool; others of the team do not.
pub async fn an_allocation_pays_for_its_worker(world: World) {
    let tenant = world.tenant().await;
    let (worker, pool) = (AccountOwner::Worker(tenant.team, tenant.owner), AccountOwner::Pool(tenant.team));
    let other = tenant.person(OrgRole::Member).await;
    let colleague = tenant.hire(move |agent| agent.owner = other).await;
    tenant.edit_team(|team| team.has_pool = true).await;
    tenant.allocate(|_| ()).await;
    let dry = world.ports.request(tenant.admit(HOLD)).await;
    assert_eq!(failed(&dry.reasons), [(ReasonCode::WorkerBudgetExceeded, "worker")]);

    move_to(&tenant, worker, NanoUsd::cents(9)).await;
    move_to(&tenant, pool, NanoUsd::cents(9)).await;
    assert!(world.ports.request(tenant.admit(HOLD)).await.state.holds_money());
    assert!(world.ports.request(tenant.admit_by(colleague, HOLD)).await.state.holds_money());
    for account in [worker, pool] {
        assert_eq!(tenant.account(&world.ports, account).await, (NanoUsd::cents(9).nanos(), HOLD.nanos()));
    }
    assert_eq!(
        tenant.account(&world.ports, AccountOwner::Wallet).await,
        (OPENING.nanos() - NanoUsd::cents(18).nanos(), 0)
    );
}

/// A worker's day, month and life hold, each by itself, and follow a change at once.
pub async fn a_workers_limits_hold(world: World) {
    let tenant = world.tenant().await;
    let second = world.second().await;
    let worker = AccountOwner::Worker(tenant.team, tenant.owner);
    move_to(&tenant, worker, NanoUsd::cents(500)).await;
    tenant.allocate(|_| ()).await;
    let id = second.request(tenant.admit(HOLD)).await.id;
    second.request(tenant.settle(id, HOLD)).await;
    let cap = Some(NanoUsd::cents(7));
    for period in 0..3 {
        tenant
            .allocate(move |allocation| match period {
                0 => allocation.day_cap = cap,
                1 => allocation.month_cap = cap,
                _ => allocation.life_cap = cap,
            })
            .await;
        let blocked = second.request(tenant.admit(HOLD)).await;
        assert_eq!(failed(&blocked.reasons), [(ReasonCode::WorkerBudgetExceeded, "worker")]);
        assert_eq!(blocked.reasons[0].resets_at.is_some(), period < 2, "a life never starts anew");
        let fits = second.request(tenant.admit(NanoUsd::cents(3))).await;
        assert!(fits.state.holds_money());
        second.request(tenant.fail(fits.id)).await;
    }
    let scope = Scope::Worker(tenant.team, tenant.owner);
    for key in [tenant.day(Mode::Live, scope.clone()), tenant.month(Mode::Live, scope)] {
        assert_eq!(tenant.figures(&second, &key).await, (HOLD.nanos(), 0));
    }
}

/// A request that fails several limits says so of each, in the order of the decision.
pub async fn a_refusal_names_every_limit(world: World) {
    let tenant = world.tenant().await;
    let small = Some(NanoUsd::cents(1));
    tenant
        .bind(upivia_domain::binding::BindingTerms { month_cap: small, day_count: Some(0), ..Default::default() })
        .await;
    tenant.edit(move |agent| agent.month_cap = small).await;
    tenant.edit_team(move |team| (team.month_cap, team.has_pool) = (small, true)).await;
    let refused = world.ports.request(tenant.admit(HOLD)).await;
    let expected = [
        (ReasonCode::MonthlyBudgetExceeded, "binding"),
        (ReasonCode::DailyLimitExceeded, "binding"),
        (ReasonCode::AgentBudgetExceeded, "agent"),
        (ReasonCode::TeamBudgetExceeded, "team"),
        (ReasonCode::TeamBudgetExceeded, "team"),
    ];
    assert_eq!(failed(&refused.reasons), expected);
    assert_eq!(world.ports.stored(tenant.org, refused.id).await, refused);
}
