//! Evidence in any order, as often as it likes: one request, at most one charge, and no money moved by a contradiction.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use support::{NODE, ORG, World, agent};
use upivia_domain::{
    NanoUsd, RequestId,
    binding::BindingTerms,
    budget::{AccountOwner, ReasonCode},
    dispatch::{Basis, RequestState, ServiceRequest},
    identity::Actor,
    ledger::{Command, Evidence, Fail, MarkRunning, Refusal, Resolution, Resolve, Settle, TakeOver},
};

const WALLET: i64 = 1_000;
const HOLD: i64 = 100;
const SYSTEM: Actor = Actor::System { node: NODE };

fn world() -> World {
    World::with([agent(0, BindingTerms::default())], WALLET)
}

fn nanos(nanos: i64) -> NanoUsd {
    NanoUsd::from_nanos(nanos)
}

fn executed(world: &mut World, request: RequestId, cost: i64, basis: Basis) -> Command {
    let (id, result, evidence) = (world.command_id(), Arc::new(json!({ "call": 1 })), Evidence::Provider);
    Command::Settle(Settle { id, org: ORG, request, evidence, cost: nanos(cost), basis, result, external_id: None })
}

fn failed(world: &mut World, request: RequestId, cost: Option<i64>) -> Command {
    let Command::Fail(fail) = world.fail(request, false) else { panic!("not a failure") };
    let charge = cost.map(|cost| (nanos(cost), Basis::ProviderUsage));
    Command::Fail(Fail { evidence: Evidence::Provider, charge, ..fail })
}

fn running(world: &mut World, request: RequestId) -> Command {
    let (id, evidence, external_id) = (world.command_id(), Evidence::Provider, "ext_1".to_owned());
    Command::MarkRunning(MarkRunning { id, org: ORG, request, evidence, external_id })
}

fn resolve(world: &mut World, request: RequestId, actor: Actor, resolution: Resolution) -> Command {
    let (id, reason) = (world.command_id(), "the deadline".to_owned());
    Command::Resolve(Resolve { id, org: ORG, request, actor, resolution, reason })
}

fn posted(world: &World) -> i64 {
    world.account(AccountOwner::Wallet).posted.nanos()
}

fn kinds(world: &World, request: RequestId) -> Vec<&str> {
    let of_request = world.journal.iter().filter(|event| event.request == Some(request));
    of_request.map(|event| event.kind.as_ref()).collect()
}

#[test]
fn a_failure_after_an_execution_is_flagged_and_moves_nothing() {
    let mut world = world();
    let request = world.admitted(0, HOLD).id;
    let settle = world.settle(request, 60);
    world.request(&settle);
    let late = failed(&mut world, request, None);
    for _ in 0..2 {
        let stands = world.request(&late);
        assert_eq!((stands.state, stands.flagged, posted(&world)), (RequestState::Executed, true, WALLET - 60));
    }
    assert_eq!(kinds(&world, request), ["request.admitted", "request.executed", "request.contradicted"]);
    world.verify();
}

#[test]
fn a_failure_that_names_its_cost_corrects_the_charge() {
    let mut world = world();
    let request = world.admitted(0, HOLD).id;
    let settle = world.settle(request, 60);
    world.request(&settle);
    let late = failed(&mut world, request, Some(10));
    assert_eq!(world.request(&late).charge().unwrap().cost, nanos(10));
    assert_eq!(posted(&world), WALLET - 10);
    world.verify();
}

#[test]
fn an_execution_after_a_failure_is_charged_and_its_result_is_kept() {
    let mut world = world();
    let request = world.admitted(0, HOLD).id;
    let fail = failed(&mut world, request, None);
    world.request(&fail);
    let again = failed(&mut world, request, None);
    assert!(!world.request(&again).flagged, "two failures agree");
    let late = executed(&mut world, request, 70, Basis::ProviderUsage);
    let after = world.request(&late);
    assert_eq!((after.state, after.flagged, posted(&world)), (RequestState::Failed, true, WALLET - 70));
    assert_eq!(*after.result.unwrap(), json!({ "detail": "no", "late_result": { "call": 1 } }));
    world.verify();
}

#[test]
fn an_estimate_takes_the_place_of_nothing_that_is_known() {
    let mut world = world();
    let request = world.admitted(0, HOLD).id;
    let known = executed(&mut world, request, 40, Basis::ProviderUsage);
    world.request(&known);
    for basis in [Basis::Estimate, Basis::Counted] {
        let weaker = executed(&mut world, request, HOLD, basis);
        assert!(!world.request(&weaker).flagged);
    }
    assert_eq!(posted(&world), WALLET - 40);
    world.verify();
}

#[test]
fn what_was_never_sent_has_no_outcome() {
    let mut world = World::with([agent(0, BindingTerms::default())], 10);
    let blocked = world.admitted(0, HOLD);
    assert_eq!(blocked.state, RequestState::Blocked);
    let claims = [executed(&mut world, blocked.id, 5, Basis::ProviderUsage), failed(&mut world, blocked.id, Some(5))];
    for claim in claims {
        assert_eq!(world.apply(&claim).unwrap_err(), Refusal::WrongState(RequestState::Blocked));
    }
    assert_eq!(posted(&world), 10);
    world.verify();
}

#[test]
fn a_deadline_charges_an_estimate_that_evidence_corrects_from_the_wallet() {
    let mut world = world();
    let request = world.admitted(0, HOLD).id;
    let accepted = running(&mut world, request);
    assert_eq!(world.request(&accepted).state, RequestState::Running);
    let deadline = resolve(&mut world, request, SYSTEM, Resolution::Charge(nanos(HOLD)));
    let charged = world.request(&deadline);
    assert_eq!((charged.state, charged.charge().unwrap().basis), (RequestState::Executed, Basis::Estimate));
    let truth = executed(&mut world, request, 30, Basis::ProviderUsage);
    let after = world.request(&truth);
    assert_eq!((after.charge().unwrap().overrun, posted(&world)), (NanoUsd::ZERO, WALLET - 30));
    assert_eq!(after.result.unwrap()["late_result"], json!({ "call": 1 }));
    world.verify();
}

#[test]
fn a_deadline_releases_under_a_name_of_its_own_and_evidence_is_paid_by_the_wallet() {
    let mut world = world();
    let request = world.admitted(0, HOLD).id;
    let accepted = running(&mut world, request);
    world.request(&accepted);
    let deadline = resolve(&mut world, request, SYSTEM, Resolution::Release);
    assert_eq!(world.request(&deadline).reason(), Some(ReasonCode::ReleasedAtDeadline));
    let truth = executed(&mut world, request, 30, Basis::ProviderUsage);
    world.request(&truth);
    assert_eq!(posted(&world), WALLET - 30);
    world.verify();
}

#[test]
fn a_deadline_waits_for_the_fence_whatever_it_would_do() {
    for resolution in [Resolution::Release, Resolution::Charge(nanos(HOLD))] {
        let mut world = world();
        let request = world.admitted(0, HOLD).id;
        let (id, to) = (world.command_id(), upivia_domain::NodeId::new(world.uuid()));
        let take = TakeOver { id, org: ORG, request, from: NODE, to, send_timeout_micros: 30_000_000 };
        world.request(&Command::TakeOver(take));
        let fence = world.now.plus_seconds(30);
        let deadline = resolve(&mut world, request, SYSTEM, resolution);
        assert_eq!(world.apply(&deadline).unwrap_err(), Refusal::TooEarly(fence));
        world.now = fence;
        assert!(world.request(&deadline).state.is_ended());
        world.verify();
    }
}

/// What may arrive about one request, from us and from the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    OwnSettle,
    OwnRunning,
    SameCost,
    OtherCost,
    NoCost,
    Running,
    Failed,
    FailedWithCost,
}

const COST: i64 = 60;
const OTHER: i64 = 130;
const PENALTY: i64 = 20;

impl Word {
    const ALL: [Self; 8] = [
        Self::OwnSettle,
        Self::OwnRunning,
        Self::SameCost,
        Self::OtherCost,
        Self::NoCost,
        Self::Running,
        Self::Failed,
        Self::FailedWithCost,
    ];

    fn command(self, world: &mut World, request: RequestId) -> Command {
        match self {
            Self::OwnSettle => world.settle(request, COST),
            Self::OwnRunning => {
                let Command::MarkRunning(word) = running(world, request) else { panic!("not a step") };
                Command::MarkRunning(MarkRunning { evidence: Evidence::Owner(NODE), ..word })
            }
            Self::SameCost => executed(world, request, COST, Basis::ProviderUsage),
            Self::OtherCost => executed(world, request, OTHER, Basis::ProviderUsage),
            Self::NoCost => executed(world, request, HOLD, Basis::Estimate),
            Self::Running => running(world, request),
            Self::Failed => failed(world, request, None),
            Self::FailedWithCost => failed(world, request, Some(PENALTY)),
        }
    }
}

fn charged(request: &ServiceRequest) -> (i64, i64) {
    request.charge().map_or((0, 0), |charge| (charge.cost.nanos(), charge.overrun.nanos()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The books always show one charge: the request's own. A word that was heard before changes nothing at all.
    #[test]
    fn any_order_of_evidence_is_at_most_one_charge(words in prop::collection::vec(0_usize..8, 1..24)) {
        let mut world = world();
        let request = world.admitted(0, HOLD).id;
        let commands = Word::ALL.map(|word| word.command(&mut world, request));
        let mut heard = Vec::new();
        let mut ended = None;
        for word in words {
            let (seq, meters) = (world.snapshot.head().seq, world.meters.clone());
            let now = world.request(&commands[word]);
            if heard.contains(&word) {
                prop_assert_eq!((world.snapshot.head().seq, &world.meters), (seq, &meters), "{:?} again", Word::ALL[word]);
            }
            heard.push(word);
            let (cost, overrun) = charged(&now);
            prop_assert!([0, COST, OTHER, HOLD, PENALTY].contains(&cost), "{}", cost);
            let wallet = world.account(AccountOwner::Wallet);
            prop_assert_eq!(wallet.posted.nanos(), WALLET - (cost - overrun));
            prop_assert_eq!(wallet.held.nanos(), if now.state.is_ended() { 0 } else { HOLD });
            prop_assert!(ended.is_none_or(|state| state == now.state), "an end is an end");
            ended = ended.or_else(|| now.state.is_ended().then_some(now.state));
            world.verify();
        }
    }
}
