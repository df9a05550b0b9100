//! The life of a request, with the figures after each step.

use upivia_domain::{
    Mode, NanoUsd, NodeId,
    budget::ReasonCode,
    dispatch::{Basis, Charge, RequestState},
    ledger::{Evidence, Fail, Refusal, Resolution, Settle},
};

use crate::{World, books::Books, requests::SEND_TIMEOUT_MICROS};

/// Amounts that no cent divides, so that rounding anywhere would show.
const HOLD: NanoUsd = NanoUsd::from_nanos(40_000_007);
const COST: NanoUsd = NanoUsd::from_nanos(30_000_001);

const fn after(spent: i64, held: i64, requests: i64) -> Books {
    Books::with_spending(spent, held, requests)
}

/// An admission holds its estimate in the account and in every window, and takes one unit of the day.
pub async fn an_admission_holds_and_a_settlement_pays(world: World) {
    let tenant = world.tenant().await;
    let admitted = world.ports.request(tenant.admit(HOLD)).await;
    assert_eq!((admitted.state, admitted.held_amount()), (RequestState::Dispatching, HOLD));
    assert_eq!(tenant.books(&world.ports).await, after(0, HOLD.nanos(), 1));

    let settled = world.ports.request(tenant.settle(admitted.id, COST)).await;
    let charge = Charge { cost: COST, overrun: NanoUsd::ZERO, basis: Basis::ProviderUsage };
    assert_eq!((settled.state, settled.charge()), (RequestState::Executed, Some(charge)));
    assert_eq!(tenant.books(&world.ports).await, after(COST.nanos(), 0, 1));
}

/// A provider's explicit zero is zero: the hold ends, the unit of the day stays taken.
pub async fn a_settlement_of_nothing_frees_the_hold(world: World) {
    let tenant = world.tenant().await;
    let admitted = world.ports.request(tenant.admit(HOLD)).await.id;
    let settled = world.ports.request(tenant.settle(admitted, NanoUsd::ZERO)).await;
    assert_eq!(settled.charge().map(|charge| charge.cost), Some(NanoUsd::ZERO));
    assert_eq!(tenant.books(&world.ports).await, after(0, 0, 1));
}

/// A failure frees the hold and keeps the unit of the day.
pub async fn a_failure_frees_the_hold(world: World) {
    let tenant = world.tenant().await;
    let admitted = world.ports.request(tenant.admit(HOLD)).await.id;
    let failed = world.ports.request(tenant.fail(admitted)).await;
    assert_eq!((failed.state, failed.reason()), (RequestState::Failed, Some(ReasonCode::AdapterError)));
    assert_eq!(tenant.books(&world.ports).await, after(0, 0, 1));
}

/// What a failure cost all the same is paid.
pub async fn a_failure_that_cost_something_is_paid(world: World) {
    let tenant = world.tenant().await;
    let admitted = world.ports.request(tenant.admit(HOLD)).await.id;
    let charge = Some((COST, Basis::Counted));
    let failed = world.ports.request(Fail { charge, ..tenant.fail(admitted) }).await;
    assert_eq!((failed.state, failed.charge().map(|charge| charge.cost)), (RequestState::Failed, Some(COST)));
    assert_eq!(tenant.books(&world.ports).await, after(COST.nanos(), 0, 1));
}

/// What was certainly never sent gives its unit back; only its owner can know that.
pub async fn what_was_never_sent_gives_its_unit_back(world: World) {
    let tenant = world.tenant().await;
    let admitted = world.ports.request(tenant.admit(HOLD)).await.id;
    let unsent = Fail { never_sent: true, ..tenant.fail(admitted) };
    let foreign = Evidence::Owner(NodeId::new(world.mint.uuid()));
    let refused = world.ports.apply(Fail { evidence: foreign, ..unsent.clone() }).await;
    assert_eq!(refused.unwrap_err(), Refusal::NotOwner);
    assert_eq!(tenant.books(&world.ports).await, after(0, HOLD.nanos(), 1));
    world.ports.request(unsent).await;
    assert_eq!(tenant.books(&world.ports).await, Books::OPENING);
}

/// A request that waits for its dispatch can be taken back, by its owner and only then.
pub async fn a_request_can_be_voided_before_it_is_dispatched(world: World) {
    let tenant = world.tenant().await;
    let admitted = world.ports.request(tenant.admit_later(HOLD)).await;
    assert_eq!(admitted.state, RequestState::Admitted);
    let mut foreign = tenant.void(admitted.id);
    foreign.owner = NodeId::new(world.mint.uuid());
    assert_eq!(world.ports.apply(foreign).await.unwrap_err(), Refusal::NotOwner);
    let voided = world.ports.request(tenant.void(admitted.id)).await;
    assert_eq!((voided.state, voided.reason()), (RequestState::Failed, Some(ReasonCode::DispatchAborted)));
    assert_eq!(tenant.books(&world.ports).await, Books::OPENING);
    let late = world.ports.apply(tenant.begin(admitted.id)).await;
    assert_eq!(late.unwrap_err(), Refusal::WrongState(RequestState::Failed));
}

/// Dispatching, then running, then the provider's word: the hold stands until the end.
pub async fn a_running_request_keeps_its_hold_until_the_provider_reports(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit_later(HOLD)).await.id;
    assert_eq!(
        world.ports.apply(tenant.settle(id, COST)).await.unwrap_err(),
        Refusal::WrongState(RequestState::Admitted)
    );
    assert_eq!(world.ports.request(tenant.begin(id)).await.state, RequestState::Dispatching);
    assert_eq!(world.ports.apply(tenant.void(id)).await.unwrap_err(), Refusal::WrongState(RequestState::Dispatching));
    let running = world.ports.request(tenant.running(id)).await;
    assert_eq!((running.state, running.external_id.as_deref()), (RequestState::Running, Some("call-1815")));
    assert_eq!(tenant.books(&world.ports).await, after(0, HOLD.nanos(), 1));
    let report = Settle { evidence: Evidence::Provider, ..tenant.settle(id, COST) };
    let settled = world.ports.request(report).await;
    assert_eq!((settled.state, settled.external_id.as_deref()), (RequestState::Executed, Some("call-1815")));
    assert_eq!(tenant.books(&world.ports).await, after(COST.nanos(), 0, 1));
}

/// A person ends what nobody knows: charges at most the hold, or releases it.
pub async fn a_person_resolves_what_nobody_knows(world: World) {
    let tenant = world.tenant().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = world.ports.request(tenant.admit(HOLD)).await.id;
        assert_eq!(world.ports.request(tenant.unknown(id)).await.state, RequestState::Unknown);
        ids.push(id);
    }
    assert_eq!(tenant.books(&world.ports).await, after(0, 2 * HOLD.nanos(), 2));
    let more = HOLD.checked_add(NanoUsd::from_nanos(1)).unwrap();
    let dear = world.ports.apply(tenant.resolve(ids[0], Resolution::Charge(more))).await;
    assert_eq!(dear.unwrap_err(), Refusal::InvalidAmount);
    let charged = world.ports.request(tenant.resolve(ids[0], Resolution::Charge(COST))).await;
    assert_eq!(charged.charge().map(|charge| charge.basis), Some(Basis::Resolution));
    let released = world.ports.request(tenant.resolve(ids[1], Resolution::Release)).await;
    assert_eq!(released.reason(), Some(ReasonCode::ReleasedByOperator));
    assert_eq!(tenant.books(&world.ports).await, after(COST.nanos(), 0, 2));
}

/// What a dead process left goes on elsewhere; its money stays held until nothing can be on its way any more.
pub async fn a_takeover_fences_the_dead_owner(world: World) {
    let tenant = world.tenant().await;
    let (sent, waiting) =
        (world.ports.request(tenant.admit(HOLD)).await.id, world.ports.request(tenant.admit_later(HOLD)).await.id);
    let heir = NodeId::new(world.mint.uuid());
    let taken = world.ports.request(tenant.take_over(sent, heir)).await;
    assert_eq!((taken.state, taken.owner), (RequestState::Unknown, Some(heir)));
    assert_eq!(world.ports.request(tenant.take_over(waiting, heir)).await.state, RequestState::Admitted);

    assert_eq!(world.ports.apply(tenant.begin(waiting)).await.unwrap_err(), Refusal::NotOwner);
    assert_eq!(world.ports.apply(tenant.void(waiting)).await.unwrap_err(), Refusal::NotOwner);
    let third = NodeId::new(world.mint.uuid());
    assert_eq!(world.ports.apply(tenant.take_over(sent, third)).await.unwrap_err(), Refusal::NotOwner);
    let early = world.ports.apply(tenant.resolve(sent, Resolution::Release)).await;
    assert_eq!(early.unwrap_err(), Refusal::TooEarly(taken.fence_until.expect("a fence")));
    let unseen = Fail { evidence: Evidence::Owner(heir), ..tenant.fail(sent) };
    assert_eq!(world.ports.apply(unseen).await.unwrap_err(), Refusal::TooEarly(taken.fence_until.expect("a fence")));
    assert_eq!(tenant.books(&world.ports).await, after(0, 2 * HOLD.nanos(), 2));

    world.clock.advance_micros(SEND_TIMEOUT_MICROS);
    world.ports.request(tenant.resolve(sent, Resolution::Release)).await;
    assert_eq!(tenant.books(&world.ports).await, after(0, HOLD.nanos(), 2));
    // The dead owner wakes up with an answer: it is believed, and flagged.
    let woken = world.ports.request(tenant.settle(sent, COST)).await;
    assert!(woken.flagged, "{woken:?}");
}

/// Live and test money never meet: not in accounts, not in windows, not by the key of the other world.
pub async fn live_and_test_money_are_two_worlds(world: World) {
    let tenant = world.tenant().await;
    let request = world.ports.request(tenant.admit_test(HOLD)).await.id;
    world.ports.request(tenant.settle(request, COST)).await;
    assert_eq!(tenant.books(&world.ports).await, Books::OPENING);
    assert_eq!(tenant.books_of(&world.ports, Mode::Test).await, after(COST.nanos(), 0, 1));
    let mut crossed = tenant.admit_test(HOLD);
    crossed.mode = Mode::Live;
    assert_eq!(world.ports.apply(crossed).await.unwrap_err(), Refusal::CredentialRevoked);
}
