//! A limit is a limit: whatever comes at once, exactly so much passes.

use std::sync::Arc;

use tokio::sync::Barrier;
use upivia_domain::{
    NanoUsd,
    agent::AgentStatus,
    binding::BindingTerms,
    budget::{AccountOwner, ReasonCode},
    dispatch::ServiceRequest,
    ledger::Command,
    ports::{JournalFilter, LockWait, StoreError},
};

use crate::{
    Ports, World,
    drive::{FIRST, IntoCommand, request_of},
    tenant::Tenant,
};

/// What one request of a race costs.
const PRICE: NanoUsd = NanoUsd::from_nanos(7_000_003);
/// How many come at once.
const TASKS: usize = 64;
/// How many of them fit.
const FITTING: [u32; 3] = [1, 5, 63];

const fn price_of(requests: u32) -> NanoUsd {
    NanoUsd::from_nanos(PRICE.nanos() * requests as i64)
}

/// A daily count lets exactly so many requests pass.
pub async fn a_daily_count_is_exact(world: World) {
    for fitting in FITTING {
        let tenant = world.tenant().await;
        tenant.bind(BindingTerms { day_count: Some(fitting), ..BindingTerms::default() }).await;
        race(&tenant, fitting, ReasonCode::DailyLimitExceeded).await;
    }
}

/// A binding's money of the month lets exactly so many requests pass.
pub async fn a_monthly_cap_is_exact(world: World) {
    for fitting in FITTING {
        let tenant = world.tenant().await;
        tenant.bind(BindingTerms { month_cap: Some(price_of(fitting)), ..BindingTerms::default() }).await;
        race(&tenant, fitting, ReasonCode::MonthlyBudgetExceeded).await;
    }
}

/// An agent's money of the month lets exactly so many requests pass.
pub async fn an_agents_cap_is_exact(world: World) {
    for fitting in FITTING {
        let tenant = world.tenant().await;
        tenant.edit(move |agent| agent.month_cap = Some(price_of(fitting))).await;
        race(&tenant, fitting, ReasonCode::AgentBudgetExceeded).await;
    }
}

/// A delegated task lets exactly so many requests pass, though none of them names it.
pub async fn a_delegated_tasks_cap_is_exact(world: World) {
    for fitting in FITTING {
        let tenant = world.tenant().await;
        tenant.delegate(tenant.task(tenant.spender.agent, Some(price_of(fitting)))).await.unwrap();
        race(&tenant, fitting, ReasonCode::AgentBudgetExceeded).await;
    }
}

/// A wallet lets exactly so many requests pass.
pub async fn a_wallet_is_exact(world: World) {
    for fitting in FITTING {
        let tenant = world.tenant().await;
        let (wallet, away) = (AccountOwner::Wallet, AccountOwner::Pool(tenant.team));
        let rest = crate::tenant::OPENING.checked_sub(price_of(fitting)).unwrap();
        world.ports.apply(tenant.allocation(wallet, away, rest)).await.unwrap();
        race(&tenant, fitting, ReasonCode::InsufficientBalance).await;
    }
}

/// The first requests of a window, whose row nobody can lock yet, on two nodes at once.
pub async fn the_first_requests_of_a_window_do_not_overtake_each_other(world: World) {
    let second = world.second().await;
    for round in 0..12 {
        let fitting = 1 + round % 3;
        let tenant = world.tenant().await;
        tenant.bind(BindingTerms { day_count: Some(fitting), ..BindingTerms::default() }).await;
        let together = [&world.ports, &second, &world.ports, &second].map(|ports| at_once(&tenant, ports));
        let requests = futures::future::join_all(together).await;
        assert_exactly(&tenant, &requests, fitting, ReasonCode::DailyLimitExceeded).await;
    }
}

/// Once an agent is paused, or its key revoked, no request is admitted any more, whichever node it came to meanwhile.
pub async fn nothing_is_admitted_behind_a_stop(world: World) {
    for kind in ["agent.updated", "credential.revoked"] {
        let tenant = world.tenant().await;
        let nodes = [world.ports.clone(), world.second().await];
        let start = Arc::new(Barrier::new(TASKS + 1));
        let tasks = (0..TASKS).map(|task| {
            let (ports, start) = (nodes[task % 2].clone(), Arc::clone(&start));
            let command = tenant.admit(PRICE).command();
            tokio::spawn(async move {
                start.wait().await;
                knock(&ports, &command).await;
            })
        });
        let tasks: Vec<_> = tasks.collect();
        start.wait().await;
        match kind {
            "agent.updated" => tenant.edit(|agent| agent.status = AgentStatus::Paused).await,
            _ => tenant.revoke(tenant.spender.live).await,
        }
        futures::future::join_all(tasks).await.into_iter().for_each(Result::unwrap);
        let events = |kind: &str| JournalFilter { event: Some(kind.to_owned()), ..JournalFilter::default() };
        let stopped = world.ports.journal.events(tenant.org, &events(kind), 1).await.unwrap()[0].seq;
        let behind = JournalFilter { from_seq: Some(stopped), ..events("request.admitted") };
        assert_eq!(world.ports.journal.events(tenant.org, &behind, 1).await.unwrap(), [], "{kind}");
    }
}

/// Asks until there is an answer, whatever it is.
async fn knock(ports: &Ports, command: &Command) {
    for _ in 0..20 {
        match ports.one(command.clone(), FIRST).await {
            Ok(_) => return,
            Err(StoreError::LockTimeout | StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("no answer to {command:?}");
}

async fn at_once(tenant: &Tenant, ports: &Ports) -> ServiceRequest {
    insist(ports, tenant.admit(PRICE).command()).await
}

/// As many tasks as there are, half of them on another node, each with one request.
async fn race(tenant: &Tenant, fitting: u32, code: ReasonCode) {
    let nodes = [tenant.world.ports.clone(), tenant.world.second().await];
    let start = Arc::new(Barrier::new(TASKS));
    let tasks = (0..TASKS).map(|task| {
        let (ports, start) = (nodes[task % 2].clone(), Arc::clone(&start));
        let command = tenant.admit(PRICE).command();
        tokio::spawn(async move {
            start.wait().await;
            insist(&ports, command).await
        })
    });
    let requests = futures::future::join_all(tasks.collect::<Vec<_>>()).await;
    let requests: Vec<_> = requests.into_iter().map(Result::unwrap).collect();
    assert_exactly(tenant, &requests, fitting, code).await;
}

/// Under load a lock may be long in coming. Then nothing was written, and the caller asks again.
async fn insist(ports: &Ports, command: Command) -> ServiceRequest {
    assert_eq!(FIRST.lock, LockWait::Wait);
    for _ in 0..20 {
        match ports.one(command.clone(), FIRST).await {
            Ok(answer) => return request_of(answer),
            Err(StoreError::LockTimeout | StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("no answer to {command:?}");
}

async fn assert_exactly(tenant: &Tenant, requests: &[ServiceRequest], fitting: u32, code: ReasonCode) {
    let (passed, refused): (Vec<_>, Vec<_>) = requests.iter().partition(|request| request.state.holds_money());
    assert_eq!(passed.len(), usize::try_from(fitting).unwrap(), "of a limit that fits {fitting}");
    assert!(refused.iter().all(|request| request.reason() == Some(code)), "{refused:?}");
    let books = tenant.books(&tenant.world.ports).await;
    let held = price_of(fitting).nanos();
    assert_eq!((books.requests, books.wallet.1, books.binding), (i64::from(fitting), held, (0, held)));
}
