//! Every kind of limit and account: what fits exactly passes, one more is refused with its own code and scope.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use support::{OWNER, TEAM, World, agent, agent_id, key_id, operation};
use upivia_domain::{
    AgentId, Mode, NanoUsd, Timestamp,
    agent::AgentStatus,
    binding::BindingTerms,
    budget::{Account, AccountOwner, MeterKey, Period, ReasonCode, Scope, SystemAccount, Window},
    dispatch::{RequestState, ServiceRequest},
    identity::{CredentialStatus, Name, OrganizationStatus},
    ledger::{Admit, AdmitKind, Command, Refusal, Screening, TransferPurpose},
    policy::{AgentPolicy, SpendContext, StopScope},
    team::{Allocation, Team},
    time::{Calendar, Zone},
};

const FREE: BindingTerms = BindingTerms { month_cap: None, day_count: None, approval_threshold: None };

fn nanos(amount: i64) -> Option<NanoUsd> {
    Some(NanoUsd::from_nanos(amount))
}

fn team(has_pool: bool, month_cap: Option<NanoUsd>) -> Option<Team> {
    let name: Name = "Default".parse().unwrap();
    Some(Team { id: TEAM, org: support::ORG, name, has_pool, month_cap, created_at: Timestamp::default() })
}

fn allocation(day: Option<i64>, month: Option<i64>, life: Option<i64>) -> Option<Allocation> {
    let cap = |cap: Option<i64>| cap.map(NanoUsd::from_nanos);
    Some(Allocation { team: TEAM, user: OWNER, day_cap: cap(day), month_cap: cap(month), life_cap: cap(life) })
}

fn refused(request: &ServiceRequest, code: ReasonCode, scope: &str) {
    assert_eq!((request.state, request.reason()), (RequestState::Blocked, Some(code)), "{:?}", request.reasons);
    assert!(request.reasons.iter().any(|reason| reason.code == code && reason.scope == scope), "{:?}", request.reasons);
}

/// 100 fits, one nano more does not.
fn fits_exactly_100(policy: AgentPolicy, account: AccountOwner, funds: i64, code: ReasonCode, scope: &str) {
    let mut world = World::with([policy], 0);
    world.fund(account, funds);
    assert_eq!(world.admitted(0, 60).state, RequestState::Dispatching);
    refused(&world.admitted(0, 41), code, scope);
    assert_eq!(world.admitted(0, 40).state, RequestState::Dispatching);
    refused(&world.admitted(0, 1), code, scope);
    world.verify();
}

#[test]
fn a_binding_has_money_of_the_month() {
    let policy = agent(0, BindingTerms { month_cap: nanos(100), ..FREE });
    fits_exactly_100(policy, AccountOwner::Wallet, 1_000, ReasonCode::MonthlyBudgetExceeded, "binding");
}

#[test]
fn an_agent_has_money_of_the_month() {
    let policy = AgentPolicy { month_cap: nanos(100), ..agent(0, FREE) };
    fits_exactly_100(policy, AccountOwner::Wallet, 1_000, ReasonCode::AgentBudgetExceeded, "agent");
}

#[test]
fn the_wallet_is_the_last_word() {
    fits_exactly_100(agent(0, FREE), AccountOwner::Wallet, 100, ReasonCode::InsufficientBalance, "organization");
}

#[test]
fn a_worker_has_an_account_and_three_limits() {
    let account = AccountOwner::Worker(TEAM, OWNER);
    let code = ReasonCode::WorkerBudgetExceeded;
    let worker = |allocation| AgentPolicy { team: team(false, None), allocation, ..agent(0, FREE) };
    fits_exactly_100(worker(allocation(None, None, None)), account, 100, code, "worker");
    fits_exactly_100(worker(allocation(Some(100), None, None)), account, 1_000, code, "worker");
    fits_exactly_100(worker(allocation(None, Some(100), None)), account, 1_000, code, "worker");
    fits_exactly_100(worker(allocation(None, None, Some(100))), account, 1_000, code, "worker");
}

#[test]
fn a_team_has_a_pool_and_a_month() {
    let code = ReasonCode::TeamBudgetExceeded;
    let pooled = AgentPolicy { team: team(true, None), ..agent(0, FREE) };
    fits_exactly_100(pooled, AccountOwner::Pool(TEAM), 100, code, "team");
    let capped = AgentPolicy { team: team(false, nanos(100)), ..agent(0, FREE) };
    fits_exactly_100(capped, AccountOwner::Wallet, 1_000, code, "team");
}

#[test]
fn an_empty_pool_does_not_fall_back_to_the_wallet() {
    let mut world = World::with([AgentPolicy { team: team(true, None), ..agent(0, FREE) }], 1_000);
    refused(&world.admitted(0, 1), ReasonCode::TeamBudgetExceeded, "team");
}

#[test]
fn runs_and_rooms_have_a_life_cap() {
    for (context, scope) in [(SpendContext::Run("run_1".into()), "run"), (SpendContext::Room("room1".into()), "room")] {
        let mut world = World::with([agent(0, FREE)], 1_000);
        world.snapshot.policy.contexts.insert(context.clone(), nanos(100));
        let mut ask = |amount| {
            let admit = Admit { contexts: vec![context.clone()], ..world.admit(0, amount) };
            world.request(&Command::Admit(Box::new(admit)))
        };
        assert_eq!(ask(100).state, RequestState::Dispatching);
        refused(&ask(1), ReasonCode::AgentBudgetExceeded, scope);
        world.verify();
    }
}

#[test]
fn a_context_that_is_not_open_is_not_found() {
    let mut world = World::with([agent(0, FREE)], 1_000);
    let admit = Admit { contexts: vec![SpendContext::Run("gone".into())], ..world.admit(0, 1) };
    assert_eq!(world.apply(&Command::Admit(Box::new(admit))).unwrap_err(), Refusal::NotFound("run"));
}

fn family(parent: BindingTerms, child: BindingTerms) -> World {
    let mut world = World::with([agent(0, parent)], 1_000);
    world.put(AgentPolicy { own_account: true, ancestors: vec![agent_id(0)], ..agent(1, child) });
    world.fund(AccountOwner::Agent(agent_id(1)), 200);
    world
}

#[test]
fn a_child_spends_its_own_account_within_its_ancestors_bindings() {
    let mut world = family(BindingTerms { month_cap: nanos(100), ..FREE }, FREE);
    assert_eq!(world.admitted(1, 60).state, RequestState::Dispatching);
    refused(&world.admitted(1, 41), ReasonCode::MonthlyBudgetExceeded, "ancestor");
    refused(&world.admitted(0, 41), ReasonCode::MonthlyBudgetExceeded, "binding");
    assert_eq!(world.admitted(0, 40).state, RequestState::Dispatching);
    world.verify();

    let mut poor = family(FREE, FREE);
    refused(&poor.admitted(1, 201), ReasonCode::AgentBudgetExceeded, "agent");
    assert_eq!(poor.account(AccountOwner::Wallet).held, NanoUsd::ZERO, "the wallet is never asked");
}

#[test]
fn a_tree_takes_its_units_from_the_roots_day() {
    let mut world = family(BindingTerms { day_count: Some(2), ..FREE }, FREE);
    assert_eq!(world.admitted(1, 1).state, RequestState::Dispatching);
    assert_eq!(world.admitted(0, 1).state, RequestState::Dispatching);
    refused(&world.admitted(1, 1), ReasonCode::DailyLimitExceeded, "ancestor");
    refused(&world.admitted(0, 1), ReasonCode::DailyLimitExceeded, "binding");
}

#[test]
fn the_lowest_threshold_on_the_path_asks() {
    let mut world = family(
        BindingTerms { approval_threshold: nanos(10), ..FREE },
        BindingTerms { approval_threshold: nanos(50), ..FREE },
    );
    assert_eq!(world.admitted(1, 10).state, RequestState::Dispatching, "strictly greater asks");
    assert_eq!(world.admitted(1, 11).state, RequestState::ApprovalRequired);
    world.verify();
}

#[test]
fn stopping_or_unbinding_an_ancestor_holds_below_it() {
    let mut world = family(FREE, FREE);
    world.edit(0, |parent| parent.status = AgentStatus::Paused);
    let stopped = world.admitted(1, 1);
    assert_eq!((stopped.state, stopped.reason()), (RequestState::Failed, Some(ReasonCode::AgentDisabled)));
    world.edit(0, |parent| {
        parent.status = AgentStatus::Active;
        parent.bindings.clear();
    });
    refused(&world.admitted(1, 1), ReasonCode::PolicyViolation, "binding");
}

#[test]
fn free_requests_are_counted_and_not_weighed() {
    let mut world = World::with([agent(0, BindingTerms { month_cap: nanos(0), day_count: Some(2), ..FREE })], 0);
    let free = world.admitted(0, 0);
    assert_eq!(free.state, RequestState::Dispatching);
    let settle = world.settle(free.id, 0);
    assert_eq!(world.request(&settle).state, RequestState::Executed);
    assert_eq!(world.admitted(0, 0).state, RequestState::Dispatching);
    refused(&world.admitted(0, 0), ReasonCode::DailyLimitExceeded, "binding");
    world.verify();
}

#[test]
fn live_and_test_are_two_worlds() {
    let mut world = World::with([agent(0, BindingTerms { day_count: Some(1), ..FREE })], 100);
    assert_eq!(world.admitted(0, 1).state, RequestState::Dispatching);
    let test =
        |world: &mut World, amount| Admit { mode: Mode::Test, credential: key_id(100), ..world.admit(0, amount) };
    let broke = test(&mut world, 1);
    refused(&world.request(&Command::Admit(Box::new(broke))), ReasonCode::InsufficientBalance, "organization");
    let free = test(&mut world, 0);
    assert_eq!(
        world.request(&Command::Admit(Box::new(free))).state,
        RequestState::Dispatching,
        "the day of live is not the day of test"
    );
    let crossed = Admit { mode: Mode::Test, ..world.admit(0, 1) };
    assert_eq!(world.apply(&Command::Admit(Box::new(crossed))).unwrap_err(), Refusal::CredentialRevoked);
    world.verify();
}

#[test]
fn a_dead_key_opens_nothing_and_is_told_before_anything_else() {
    let mut world = World::with([agent(0, FREE)], 100);
    let known = world.keyed(0, 1, "k");
    world.request(&Command::Admit(Box::new(known)));
    let end = world.now;
    for status in [
        CredentialStatus { revoked: true, expires_at: None },
        CredentialStatus { revoked: false, expires_at: Some(end) },
    ] {
        world.edit(0, |agent| agent.credentials.get_mut(&key_id(0)).unwrap().status = status);
        let again = world.keyed(0, 1, "k");
        assert_eq!(world.apply(&Command::Admit(Box::new(again))).unwrap_err(), Refusal::CredentialRevoked);
    }
}

#[test]
fn the_order_of_the_decision() {
    let mut world = World::with([agent(0, BindingTerms { month_cap: nanos(0), day_count: Some(0), ..FREE })], 0);
    world.edit(0, |agent| agent.month_cap = nanos(0));
    let all = world.admitted(0, 5);
    let codes: Vec<_> = all.reasons.iter().map(|reason| reason.code).collect();
    let expected = [
        ReasonCode::MonthlyBudgetExceeded,
        ReasonCode::DailyLimitExceeded,
        ReasonCode::AgentBudgetExceeded,
        ReasonCode::InsufficientBalance,
    ];
    assert_eq!(codes, expected);
    world.snapshot.policy.suspended.insert((Mode::Live, operation("email.send")));
    assert_eq!(world.admitted(0, 5).reason(), Some(ReasonCode::OperationSuspended));
    let unconfigured = Admit { provider: None, ..world.admit(0, 5) };
    assert_eq!(world.request(&Command::Admit(Box::new(unconfigured))).reason(), Some(ReasonCode::ServiceNotConfigured));
    world.edit(0, |agent| agent.bindings.clear());
    assert_eq!(world.admitted(0, 5).reason(), Some(ReasonCode::PolicyViolation));
    let unknown = Admit { screening: Screening::UnknownOperation, ..world.admit(0, 5) };
    assert_eq!(world.apply(&Command::Admit(Box::new(unknown))).unwrap_err(), Refusal::UnknownOperation);
    world.snapshot.head_mut().status = OrganizationStatus::Suspended;
    assert_eq!(world.admitted(0, 5).reason(), Some(ReasonCode::OrganizationSuspended));
    world.edit(0, |agent| agent.status = AgentStatus::Disabled);
    assert_eq!(world.admitted(0, 5).reason(), Some(ReasonCode::AgentDisabled));
}

#[test]
fn what_a_person_stopped_is_refused_with_every_scope_that_reaches_it() {
    let mut world = World::with([agent(0, FREE), agent(1, FREE), agent(2, FREE)], 100);
    world.edit(1, |agent| agent.ancestors = vec![agent_id(0)]);
    let scopes = |world: &mut World, n| {
        let refused = world.admitted(n, 5);
        refused.reasons.iter().map(|reason| (reason.code, reason.scope)).collect::<Vec<_>>()
    };
    let stopped = |scope| (ReasonCode::OrganizationSuspended, scope);
    world.snapshot.policy.stops.insert(StopScope::AgentTree(agent_id(0)));
    assert_eq!(scopes(&mut world, 0), [stopped("agent_tree")]);
    assert_eq!(scopes(&mut world, 1), [stopped("agent_tree")], "whoever descends from it");
    assert_eq!(scopes(&mut world, 2), [], "nobody else");
    world.snapshot.policy.stops.insert(StopScope::Organization);
    assert_eq!(scopes(&mut world, 1), [stopped("organization"), stopped("agent_tree")], "the widest first");
    assert_eq!(scopes(&mut world, 2), [stopped("organization")]);
    world.edit(0, |agent| agent.status = AgentStatus::Paused);
    let expected = [(ReasonCode::AgentDisabled, "ancestor"), stopped("organization"), stopped("agent_tree")];
    assert_eq!(scopes(&mut world, 1), expected);
    world.verify();
}

#[test]
fn windows_open_anew_in_the_organizations_zone() {
    let mut world = World::with([agent(0, BindingTerms { day_count: Some(1), month_cap: nanos(10), ..FREE })], 100);
    world.snapshot.head_mut().calendar = Calendar::of("Asia/Tokyo".parse::<Zone>().unwrap());
    world.now = Timestamp::parse("2026-03-31T14:59:59Z").unwrap();
    assert_eq!(world.admitted(0, 10).state, RequestState::Dispatching);
    let late = world.admitted(0, 1);
    let resets = late.reasons.iter().filter_map(|reason| reason.resets_at).collect::<Vec<_>>();
    assert_eq!(resets, [Timestamp::parse("2026-03-31T15:00:00Z").unwrap(); 2]);
    world.now = Timestamp::parse("2026-03-31T15:00:00Z").unwrap();
    assert_eq!(world.admitted(0, 10).state, RequestState::Dispatching);
    world.verify();
}

#[test]
fn a_hold_belongs_to_the_day_of_its_admission() {
    let mut world = World::with([agent(0, BindingTerms { day_count: Some(1), ..FREE })], 100);
    let yesterday = world.admitted(0, 10);
    world.now = world.now.plus_seconds(86_400);
    assert_eq!(world.admitted(0, 10).state, RequestState::Dispatching);
    let fail = world.fail(yesterday.id, true);
    assert_eq!(world.request(&fail).state, RequestState::Failed);
    refused(&world.admitted(0, 10), ReasonCode::DailyLimitExceeded, "binding");
    world.verify();
}

#[test]
fn time_never_goes_back_and_a_late_clock_admits_nothing() {
    let mut world = World::with([agent(0, FREE)], 100);
    let now = world.now;
    let first = world.admitted(0, 1);
    world.now = now.plus_seconds(-1);
    assert_eq!(world.admitted(0, 1).created_at, first.created_at);
    world.now = now.plus_seconds(-3);
    let admit = world.admit(0, 1);
    assert_eq!(world.apply(&Command::Admit(Box::new(admit))).unwrap_err(), Refusal::ClockBehind);
    let settle = world.settle(first.id, 1);
    assert_eq!(world.request(&settle).state, RequestState::Executed, "what was begun still ends");
}

#[test]
fn questions_end_with_a_full_queue_and_take_units_of_the_day() {
    let mut world =
        World::with([agent(0, BindingTerms { approval_threshold: nanos(1), day_count: Some(30), ..FREE })], 100);
    for _ in 0..20 {
        assert_eq!(world.admitted(0, 2).state, RequestState::ApprovalRequired);
    }
    refused(&world.admitted(0, 2), ReasonCode::ApprovalQueueFull, "agent");
    let window = Window {
        scope: Scope::Binding(agent_id(0), operation("email.send")),
        period: Period::Day(Zone::UTC.day(world.now)),
    };
    assert_eq!(world.meters[&MeterKey::Window(Mode::Live, window)].count, 20);
    assert_eq!(world.account(AccountOwner::Wallet).held, NanoUsd::ZERO);
    world.verify();
}

#[test]
fn a_debt_refuses_whoever_pays_and_is_paid_first() {
    let mut world = World::with([AgentPolicy { team: team(true, None), ..agent(0, FREE) }], 100);
    world.fund(AccountOwner::Pool(TEAM), 50);
    let (external, wallet) = (Account::System(SystemAccount::External), Account::Owned(AccountOwner::Wallet));
    let reversal = world.transfer(wallet, external, 130, TransferPurpose::Reversal);
    world.apply(&reversal).unwrap();
    assert_eq!(world.snapshot.head().debt(Mode::Live), NanoUsd::from_nanos(30));
    refused(&world.admitted(0, 1), ReasonCode::InsufficientBalance, "organization");
    assert_eq!(world.admitted(0, 0).state, RequestState::Dispatching, "free is free");
    world.fund(AccountOwner::Wallet, 40);
    assert_eq!(
        (world.snapshot.head().debt(Mode::Live), world.account(AccountOwner::Wallet).posted),
        (NanoUsd::ZERO, NanoUsd::from_nanos(10))
    );
    assert_eq!(world.admitted(0, 1).state, RequestState::Dispatching);
    world.verify();
}

#[test]
fn transfers_move_what_is_not_held_and_once() {
    let mut world = World::with([agent(0, FREE)], 100);
    world.admitted(0, 60);
    let (wallet, pool) = (Account::Owned(AccountOwner::Wallet), Account::Owned(AccountOwner::Pool(TEAM)));
    let too_much = world.transfer(wallet, pool, 41, TransferPurpose::Allocation);
    assert!(matches!(world.apply(&too_much).unwrap_err(), Refusal::InsufficientFunds { .. }));
    let fits = world.transfer(wallet, pool, 40, TransferPurpose::Allocation);
    world.apply(&fits).unwrap();
    world.apply(&fits).unwrap();
    assert_eq!(world.account(AccountOwner::Pool(TEAM)).posted, NanoUsd::from_nanos(40));
    world.verify();
}

#[test]
fn a_budget_report_needs_nothing_and_shows_only_ones_own() {
    let mut world = family(FREE, FREE);
    world.edit(0, |parent| {
        parent.status = AgentStatus::Paused;
        parent.month_cap = nanos(25_000_000);
    });
    let report = |world: &mut World, n, about: AgentId| {
        let admit = Admit {
            kind: AdmitKind::BudgetReport { about },
            provider: None,
            operation: operation("platform.check_budget"),
            ..world.admit(n, 0)
        };
        world.apply(&Command::Admit(Box::new(admit)))
    };
    let own = report(&mut world, 0, agent_id(0)).unwrap();
    let upivia_domain::ledger::Outcome::Request { request, .. } = own else { panic!() };
    let result = request.result.clone().unwrap();
    assert_eq!((request.state, request.charge().unwrap().cost), (RequestState::Executed, NanoUsd::ZERO));
    assert_eq!(result["monthly_limit"], 0.025);
    assert_eq!(result["remaining_dollars"], 0.000_001);
    assert!(report(&mut world, 0, agent_id(1)).is_ok(), "a descendant");
    assert_eq!(report(&mut world, 1, agent_id(0)).unwrap_err(), Refusal::NotFound("agent"));
    world.verify();
}
