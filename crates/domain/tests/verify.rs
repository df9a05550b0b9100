//! The verifier finds what somebody changed behind the ledger's back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use support::{ORG, World, agent};
use upivia_domain::{
    NanoUsd,
    audit::ChainVerifier,
    binding::BindingTerms,
    budget::{AccountOwner, MeterKey},
    dispatch::RequestState,
    ledger::{BrokenLedger, LedgerVerifier},
};

fn busy() -> World {
    let mut world = World::with([agent(0, BindingTerms { day_count: Some(9), ..BindingTerms::default() })], 1_000);
    let done = world.admitted(0, 100);
    let settle = world.settle(done.id, 130);
    world.request(&settle);
    world.admitted(0, 50);
    world.verify();
    world
}

fn verify(world: &World) -> Result<(), BrokenLedger> {
    let mut ledger = LedgerVerifier::new(ORG);
    world.journal.iter().try_for_each(|event| ledger.event(event))?;
    world.requests.values().try_for_each(|request| ledger.request(request))?;
    world.meters.iter().try_for_each(|(key, meter)| ledger.meter(key, meter))?;
    ledger.finish(world.snapshot.head()).map(|_| ())
}

fn finds(change: impl FnOnce(&mut World), row: &str) {
    let mut world = busy();
    change(&mut world);
    let broken = verify(&world).unwrap_err();
    assert!(broken.row.contains(row), "{broken}");
}

#[test]
fn money_that_appears_is_found() {
    let wallet = MeterKey::Account(upivia_domain::Mode::Live, AccountOwner::Wallet);
    finds(|world| world.meters.get_mut(&wallet).unwrap().posted = NanoUsd::from_nanos(2_000), "account:wallet");
    finds(|world| world.meters.get_mut(&wallet).unwrap().held = NanoUsd::ZERO, "account:wallet");
}

#[test]
fn a_window_that_forgets_is_found() {
    finds(
        |world| {
            world
                .meters
                .iter_mut()
                .filter(|(key, _)| key.to_string().contains("window"))
                .for_each(|(_, meter)| *meter = Default::default())
        },
        "window",
    );
    finds(|world| world.meters.retain(|key, _| !key.to_string().contains("@d")), "window");
}

#[test]
fn a_cheaper_request_is_found() {
    let cheaper = |world: &mut World| {
        let done = world.requests.values_mut().find(|request| request.state == RequestState::Executed).unwrap();
        done.end.as_mut().unwrap().charge.as_mut().unwrap().cost = NanoUsd::from_nanos(1);
    };
    finds(cheaper, "request srq_");
}

#[test]
fn a_hold_that_vanished_is_found() {
    let forget = |world: &mut World| {
        let open = world.requests.values().find(|request| request.state == RequestState::Dispatching).unwrap().id;
        world.requests.remove(&open);
    };
    finds(forget, "srq_");
    let ended = |world: &mut World| {
        let open = world.requests.values_mut().find(|request| request.state == RequestState::Dispatching).unwrap();
        open.state = RequestState::Failed;
    };
    finds(ended, "srq_");
}

#[test]
fn the_chain_shows_edits_gaps_and_cuts() {
    let world = busy();
    let walk = |events: &[upivia_domain::audit::JournalEvent]| {
        let mut chain = ChainVerifier::new(ORG);
        events.iter().try_for_each(|event| chain.push(event))?;
        chain.finish(world.snapshot.head().seq, &world.snapshot.head().hash)
    };
    assert!(walk(&world.journal).is_ok());
    let mut edited = world.journal.clone();
    edited[1].body = edited[1].body.replace("live", "test").into();
    assert_eq!(walk(&edited).unwrap_err().seq, 2);
    let mut relabelled = world.journal.clone();
    relabelled[2].status = Some("failed".into());
    assert_eq!(walk(&relabelled).unwrap_err().seq, 3);
    let mut gap = world.journal.clone();
    gap.remove(1);
    assert_eq!(walk(&gap).unwrap_err().seq, 3);
    let mut cut = world.journal.clone();
    cut.pop();
    assert!(walk(&cut).is_err());
}
