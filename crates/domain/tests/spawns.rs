//! A gift to a child: where it comes from, where it counts, who may get it, and where what is left of it goes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::collections::HashMap;

use support::{ORG, OWNER, TEAM, World, agent, agent_id, key_id, operation};
use upivia_domain::{
    Mode, NanoUsd, RequestId, Timestamp,
    agent::{AgentStatus, Origin},
    binding::BindingTerms,
    budget::{AccountOwner, MeterKey, Period, ReasonCode, Scope, Window},
    dispatch::{Basis, RequestState},
    identity::{Actor, CredentialStatus, OrganizationStatus},
    ledger::{Adjust, Command, Outcome, Refusal, ReturnUnspent, Spawn, SpawnProblem},
    policy::{AgentPolicy, CredentialPolicy},
    team::{Allocation, Team},
    time::Zone,
};

const FREE: BindingTerms = BindingTerms { month_cap: None, day_count: None, approval_threshold: None };

/// A child of `parents`, the oldest first, with a live key.
fn child(n: u8, parents: &[u8]) -> AgentPolicy {
    let key = CredentialPolicy { mode: Mode::Live, status: CredentialStatus::ACTIVE };
    AgentPolicy {
        own_account: true,
        ancestors: parents.iter().map(|parent| agent_id(*parent)).collect(),
        credentials: HashMap::from([(key_id(n), key)]),
        ..agent(n, FREE)
    }
}

fn gift(world: &mut World, parent: u8, child: u8, nanos: i64) -> Spawn {
    Spawn {
        id: world.command_id(),
        org: ORG,
        mode: Mode::Live,
        parent: agent_id(parent),
        credential: key_id(parent),
        child: agent_id(child),
        amount: NanoUsd::from_nanos(nanos),
        asked: None,
        trace: None,
    }
}

fn spawn(world: &mut World, parents: &[u8], n: u8, nanos: i64) -> Result<Origin, Refusal> {
    world.put(child(n, parents));
    let command = gift(world, *parents.last().unwrap(), n, nanos);
    let Outcome::Spawned { origin, .. } = world.apply(&Command::Spawn(command))? else { panic!("not spawned") };
    world.edit(n, |row| row.origin = Some((*origin).clone()));
    Ok(*origin)
}

fn end(world: &mut World, n: u8, status: AgentStatus) {
    world.edit(n, |row| (row.status, row.credentials) = (status, HashMap::new()));
    let command =
        ReturnUnspent { id: world.command_id(), org: ORG, agent: agent_id(n), actor: Actor::Operator, trace: None };
    world.apply(&Command::ReturnUnspent(command)).unwrap();
}

fn adjust(world: &mut World, request: RequestId, nanos: i64) {
    let (id, cost) = (world.command_id(), NanoUsd::from_nanos(nanos));
    let command = Adjust { id, org: ORG, request, cost, basis: Basis::ProviderUsage, actor: Actor::Operator };
    world.request(&Command::Adjust(command));
}

fn posted(world: &World, owner: AccountOwner) -> i64 {
    world.account(owner).posted.nanos()
}

fn used(world: &World, scope: Scope, period: Period) -> i64 {
    let key = MeterKey::Window(Mode::Live, Window { scope, period });
    world.meters.get(&key).map_or(0, |meter| meter.posted.nanos())
}

fn month(world: &World, n: u8) -> i64 {
    used(world, Scope::Agent(agent_id(n)), Period::Month(Zone::UTC.month(world.now)))
}

/// A worker of a capped team: every window above an agent counts.
fn worker() -> AgentPolicy {
    let cap = Some(NanoUsd::from_nanos(400));
    let team = Team {
        id: TEAM,
        org: ORG,
        name: "Default".parse().unwrap(),
        has_pool: true,
        month_cap: cap,
        created_at: Timestamp::default(),
    };
    let allocation = Allocation { team: TEAM, user: OWNER, day_cap: cap, month_cap: cap, life_cap: cap };
    AgentPolicy { team: Some(team), allocation: Some(allocation), month_cap: cap, ..agent(0, FREE) }
}

#[test]
fn a_gift_counts_in_every_window_above_its_giver_and_comes_back_to_the_same() {
    let mut world = World::with([worker()], 0);
    let account = AccountOwner::Worker(TEAM, OWNER);
    world.fund(account, 1_000);
    let (day, month) = (Period::Day(Zone::UTC.day(world.now)), Period::Month(Zone::UTC.month(world.now)));
    let scopes = || {
        let worker = || Scope::Worker(TEAM, OWNER);
        [
            (Scope::Agent(agent_id(0)), month),
            (worker(), day),
            (worker(), month),
            (worker(), Period::Life),
            (Scope::Team(TEAM), month),
        ]
    };
    let origin = spawn(&mut world, &[0], 1, 300).unwrap();
    assert_eq!((origin.account, origin.windows.len()), (account, 5));
    assert_eq!((posted(&world, account), posted(&world, AccountOwner::Agent(agent_id(1)))), (700, 300));
    assert!(scopes().into_iter().all(|(scope, period)| used(&world, scope, period) == 300));

    // The child's own spending counts in none of them again.
    let request = world.admitted(1, 120).id;
    let settle = world.settle(request, 120);
    world.request(&settle);
    assert!(scopes().into_iter().all(|(scope, period)| used(&world, scope, period) == 300));
    let Refusal::NotNow(reasons) = spawn(&mut world, &[0], 2, 101).unwrap_err() else { panic!() };
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code).collect();
    let worker = [ReasonCode::WorkerBudgetExceeded; 3];
    assert_eq!(codes, [&[ReasonCode::AgentBudgetExceeded], &worker[..], &[ReasonCode::TeamBudgetExceeded]].concat());

    // A month later the money still comes back to the windows of the gift.
    world.now = world.now.plus_seconds(86_400 * 40);
    end(&mut world, 1, AgentStatus::Deleted);
    assert_eq!((posted(&world, account), posted(&world, AccountOwner::Agent(agent_id(1)))), (880, 0));
    assert!(scopes().into_iter().all(|(scope, period)| used(&world, scope, period) == 120));
    world.verify();
}

#[test]
fn what_is_held_stays_until_it_ends_and_then_goes_back() {
    let mut world = World::with([agent(0, FREE)], 1_000);
    spawn(&mut world, &[0], 1, 500).unwrap();
    spawn(&mut world, &[0, 1], 2, 200).unwrap();
    assert_eq!((month(&world, 0), month(&world, 1)), (500, 200));
    let request = world.admitted(2, 150).id;
    end(&mut world, 2, AgentStatus::Ending);
    end(&mut world, 1, AgentStatus::Ending);
    assert_eq!(posted(&world, AccountOwner::Wallet), 500 + 350, "what nobody holds is back at once");
    let settle = world.settle(request, 100);
    world.request(&settle);
    end(&mut world, 2, AgentStatus::Deleted);
    end(&mut world, 1, AgentStatus::Deleted);
    assert_eq!((posted(&world, AccountOwner::Wallet), month(&world, 0), month(&world, 1)), (900, 100, 100));
    world.verify();
}

#[test]
fn a_late_correction_goes_where_the_remainder_went() {
    let mut world = World::with([agent(0, FREE)], 1_000);
    spawn(&mut world, &[0], 1, 500).unwrap();
    spawn(&mut world, &[0, 1], 2, 200).unwrap();
    let request = world.admitted(2, 150).id;
    let settle = world.settle(request, 100);
    world.request(&settle);
    end(&mut world, 2, AgentStatus::Deleted);
    adjust(&mut world, request, 80);
    assert_eq!(posted(&world, AccountOwner::Agent(agent_id(1))), 420, "its parent has not ended");
    end(&mut world, 1, AgentStatus::Deleted);
    assert_eq!((posted(&world, AccountOwner::Wallet), month(&world, 0)), (920, 80));
    for (cost, wallet) in [(30, 970), (60, 940)] {
        adjust(&mut world, request, cost);
        let ended = [1, 2].map(|n| posted(&world, AccountOwner::Agent(agent_id(n))));
        assert_eq!((posted(&world, AccountOwner::Wallet), ended), (wallet, [0, 0]));
        assert_eq!((month(&world, 0), month(&world, 1)), (cost, cost));
        world.verify();
    }
}

#[test]
fn nothing_is_given_to_whoever_is_no_narrower_child() {
    let mut world = World::with([agent(0, BindingTerms { day_count: Some(5), ..FREE })], 1_000);
    let problem = |world: &mut World, row: AgentPolicy| {
        world.put(row);
        let command = gift(world, 0, 1, 1);
        world.apply(&Command::Spawn(command)).unwrap_err()
    };
    let narrow = || AgentPolicy {
        bindings: HashMap::from([(operation("email.send"), BindingTerms { day_count: Some(5), ..FREE })]),
        ..child(1, &[0])
    };
    let wider = |name: &str, terms| AgentPolicy { bindings: HashMap::from([(operation(name), terms)]), ..narrow() };
    let test_key = CredentialPolicy { mode: Mode::Test, status: CredentialStatus::ACTIVE };
    let origin = Origin { mode: Mode::Live, account: AccountOwner::Wallet, windows: Vec::new() };
    let cases = [
        (wider("email.send", FREE), SpawnProblem::Wider(operation("email.send"))),
        (wider("sms.send", FREE), SpawnProblem::Wider(operation("sms.send"))),
        (AgentPolicy { ancestors: Vec::new(), ..narrow() }, SpawnProblem::NotAChild),
        (AgentPolicy { ancestors: vec![agent_id(7)], ..narrow() }, SpawnProblem::NotAChild),
        (AgentPolicy { own_account: false, ..narrow() }, SpawnProblem::NotAChild),
        (AgentPolicy { status: AgentStatus::Ending, ..narrow() }, SpawnProblem::NotAChild),
        (AgentPolicy { origin: Some(origin), ..narrow() }, SpawnProblem::NotAChild),
        (AgentPolicy { credentials: HashMap::from([(key_id(9), test_key)]), ..narrow() }, SpawnProblem::ForeignKey),
    ];
    for (row, expected) in cases {
        assert_eq!(problem(&mut world, row), Refusal::Unspawnable(expected));
    }
    world.put(narrow());
    let nobody = gift(&mut world, 0, 9, 1);
    assert_eq!(world.apply(&Command::Spawn(nobody)).unwrap_err(), Refusal::NotFound("agent"));
    let less = gift(&mut world, 0, 1, -1);
    assert_eq!(world.apply(&Command::Spawn(less)).unwrap_err(), Refusal::InvalidAmount);
    let crossed = Spawn { credential: key_id(100), ..gift(&mut world, 0, 1, 1) };
    assert_eq!(
        world.apply(&Command::Spawn(crossed)).unwrap_err(),
        Refusal::CredentialRevoked,
        "a test key, live money"
    );
    let fits = gift(&mut world, 0, 1, 1);
    assert!(world.apply(&Command::Spawn(fits)).is_ok());
    world.verify();
}

#[test]
fn three_generations_are_the_most() {
    let mut world = World::with([agent(0, FREE)], 1_000);
    spawn(&mut world, &[0], 1, 90).unwrap();
    spawn(&mut world, &[0, 1], 2, 80).unwrap();
    spawn(&mut world, &[0, 1, 2], 3, 70).unwrap();
    let deeper = spawn(&mut world, &[0, 1, 2, 3], 4, 0).unwrap_err();
    assert_eq!(deeper, Refusal::Unspawnable(SpawnProblem::TooDeep));
    assert_eq!(world.admitted(3, 70).state, RequestState::Dispatching);
    world.verify();
}

#[test]
fn whoever_may_not_spend_gives_nothing() {
    let code = |world: &mut World, nanos| match spawn(world, &[0], 1, nanos).unwrap_err() {
        Refusal::NotNow(reasons) => reasons[0].code,
        other => panic!("{other:?}"),
    };
    let mut world = World::with([agent(0, FREE)], 1_000);
    assert_eq!(code(&mut world, 1_001), ReasonCode::InsufficientBalance);
    let held = world.admitted(0, 900);
    assert_eq!((held.state, code(&mut world, 101)), (RequestState::Dispatching, ReasonCode::InsufficientBalance));
    world.snapshot.head_mut().status = OrganizationStatus::Suspended;
    assert_eq!(code(&mut world, 0), ReasonCode::OrganizationSuspended);
    world.snapshot.head_mut().status = OrganizationStatus::Active;
    world.edit(0, |row| row.status = AgentStatus::Paused);
    assert_eq!(code(&mut world, 0), ReasonCode::AgentDisabled);
    world.edit(0, |row| row.status = AgentStatus::Ending);
    assert_eq!(spawn(&mut world, &[0], 1, 0).unwrap_err(), Refusal::CredentialRevoked);
    world.edit(0, |row| row.status = AgentStatus::Active);
    assert!(spawn(&mut world, &[0], 1, 0).is_ok(), "a child without money is a child");
    world.verify();
}

#[test]
fn a_living_agent_gives_nothing_back_and_an_agent_of_a_person_never_does() {
    let mut world = World::with([agent(0, FREE)], 1_000);
    spawn(&mut world, &[0], 1, 100).unwrap();
    for (n, status, refused) in [(1, AgentStatus::Paused, true), (0, AgentStatus::Deleted, false)] {
        world.edit(n, |row| row.status = status);
        let command =
            ReturnUnspent { id: world.command_id(), org: ORG, agent: agent_id(n), actor: Actor::Operator, trace: None };
        assert_eq!(world.apply(&Command::ReturnUnspent(command)).is_err(), refused, "{status}");
    }
    assert_eq!(posted(&world, AccountOwner::Agent(agent_id(1))), 100);
}
