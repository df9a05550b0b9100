//! Who may say what about a request, and commands that come twice: nothing ends too early, nothing moves twice.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use support::{NODE, ORG, World, agent};
use upivia_domain::{
    NanoUsd, NodeId, RequestId, Uuid,
    binding::BindingTerms,
    budget::{Account, AccountOwner, SystemAccount},
    dispatch::{Basis, RequestState},
    identity::Actor,
    ledger::{Adjust, Command, Evidence, Fail, Refusal, TakeOver, TransferPurpose},
};

const HEIR: NodeId = NodeId::new(Uuid::from_u128(77));
const SEND_TIMEOUT_MICROS: i64 = 30_000_000;

fn world() -> World {
    World::with([agent(0, BindingTerms::default())], 1_000)
}

fn take_over(world: &mut World, request: RequestId) {
    let id = world.command_id();
    let command = TakeOver { id, org: ORG, request, from: NODE, to: HEIR, send_timeout_micros: SEND_TIMEOUT_MICROS };
    assert_eq!(world.request(&Command::TakeOver(command)).state, RequestState::Unknown);
}

fn fail(world: &mut World, request: RequestId, change: impl FnOnce(&mut Fail)) -> Command {
    let Command::Fail(mut fail) = world.fail(request, false) else { panic!("not a failure") };
    change(&mut fail);
    Command::Fail(fail)
}

#[test]
fn an_heir_cannot_know_that_nothing_was_sent() {
    let mut world = world();
    let request = world.admitted(0, 100).id;
    take_over(&mut world, request);
    for after_fence in [false, true] {
        world.now = world.now.plus_micros(if after_fence { SEND_TIMEOUT_MICROS } else { 0 });
        let claim = fail(&mut world, request, |fail| (fail.evidence, fail.never_sent) = (Evidence::Owner(HEIR), true));
        assert_eq!(world.apply(&claim).unwrap_err(), Refusal::NotOwner);
    }
    assert_eq!(world.account(AccountOwner::Wallet).held, NanoUsd::from_nanos(100));
    world.verify();
}

#[test]
fn an_heir_cannot_end_what_may_still_be_on_its_way() {
    let mut world = world();
    let request = world.admitted(0, 100).id;
    take_over(&mut world, request);
    let fence = world.now.plus_micros(SEND_TIMEOUT_MICROS);
    let claim = fail(&mut world, request, |fail| fail.evidence = Evidence::Owner(HEIR));
    assert_eq!(world.apply(&claim).unwrap_err(), Refusal::TooEarly(fence));
    world.now = fence;
    assert_eq!(world.request(&claim).state, RequestState::Failed);
    assert_eq!(world.account(AccountOwner::Wallet).held, NanoUsd::ZERO);
    world.verify();
}

#[test]
fn the_word_of_the_provider_or_of_the_sender_needs_no_fence() {
    for evidence in [Evidence::Provider, Evidence::Owner(NODE)] {
        let mut world = world();
        let request = world.admitted(0, 100).id;
        take_over(&mut world, request);
        let answer = fail(&mut world, request, |fail| fail.evidence = evidence);
        assert_eq!(world.request(&answer).state, RequestState::Failed);
        world.verify();
    }
}

#[test]
fn a_late_answer_that_changed_nothing_does_not_undo_a_later_correction() {
    let mut world = world();
    let request = world.admitted(0, 100).id;
    let settle = world.settle(request, 60);
    world.request(&settle);
    let same = world.settle(request, 60);
    assert!(!world.request(&same).flagged);
    let (id, basis, actor) = (world.command_id(), Basis::Counted, Actor::Operator);
    world.request(&Command::Adjust(Adjust { id, org: ORG, request, cost: NanoUsd::from_nanos(80), basis, actor }));
    assert_eq!(world.request(&same).charge().unwrap().cost, NanoUsd::from_nanos(80));
    assert_eq!(world.account(AccountOwner::Wallet).posted, NanoUsd::from_nanos(920));
    world.verify();
}

#[test]
fn nobody_repays_more_than_is_owed() {
    let mut world = world();
    let (from, debt) = (Account::System(SystemAccount::External), Account::System(SystemAccount::Debt));
    let repay = world.transfer(from, debt, 1, TransferPurpose::Funding);
    assert_eq!(world.apply(&repay).unwrap_err(), Refusal::InvalidAmount);
    world.verify();
}
