//! Corrections of ended requests, and transfers: exact postings, no account below zero.

use upivia_domain::{
    Mode, NanoUsd,
    budget::{AccountOwner, ReasonCode},
    dispatch::{Basis, RequestState},
    ledger::{Evidence, Fail, Outcome, Refusal, Resolution},
};

use crate::{
    World,
    books::Books,
    tenant::{OPENING, Tenant},
};

const HOLD: NanoUsd = NanoUsd::from_nanos(40_000_007);
const COST: NanoUsd = NanoUsd::from_nanos(30_000_001);

async fn executed(tenant: &Tenant) -> upivia_domain::RequestId {
    let ports = &tenant.world.ports;
    let id = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.settle(id, COST)).await.id
}

/// An adjustment moves the difference, in the account and in the windows of the admission.
pub async fn an_adjustment_moves_the_difference(world: World) {
    let tenant = world.tenant().await;
    let id = executed(&tenant).await;
    for cost in [50_000_003, 1, 0, 7] {
        let adjusted = world.ports.request(tenant.adjust(id, NanoUsd::from_nanos(cost))).await;
        let charge = adjusted.charge().expect("a charge");
        assert_eq!((charge.cost.nanos(), charge.overrun, adjusted.flagged), (cost, NanoUsd::ZERO, true));
        assert_eq!(tenant.books(&world.ports).await, Books::with_spending(cost, 0, 1));
    }
}

/// An adjustment to the known cost changes nothing.
pub async fn an_adjustment_to_the_same_cost_moves_nothing(world: World) {
    let tenant = world.tenant().await;
    let id = executed(&tenant).await;
    let before = world.ports.head(tenant.org).await;
    let same = world.ports.request(tenant.adjust(id, COST)).await;
    assert!(!same.flagged);
    assert_eq!(world.ports.head(tenant.org).await, before);
}

/// An adjustment takes from the account at most what it can still promise; the rest is an overrun, counted all the same.
pub async fn an_adjustment_never_overdraws_the_account(world: World) {
    let tenant = world.tenant().await;
    let id = executed(&tenant).await;
    let left = OPENING.nanos() - COST.nanos();
    world.ports.request(tenant.admit(NanoUsd::from_nanos(left - 5))).await;
    let adjusted = world.ports.request(tenant.adjust(id, NanoUsd::from_nanos(COST.nanos() + 9))).await;
    assert_eq!(adjusted.charge().map(|charge| charge.overrun.nanos()), Some(4));
    let books = tenant.books(&world.ports).await;
    assert_eq!(books.wallet, (left - 5, left - 5));
    assert_eq!(books.binding, (COST.nanos() + 9, left - 5));
    // Downwards the overrun is undone first.
    let lowered = world.ports.request(tenant.adjust(id, NanoUsd::from_nanos(COST.nanos() + 2))).await;
    assert_eq!(lowered.charge().map(|charge| charge.overrun.nanos()), Some(0));
    assert_eq!(tenant.books(&world.ports).await.wallet, (left - 2, left - 5));
}

/// Only what ended can be adjusted, and to nothing below zero.
pub async fn only_an_ended_request_is_adjusted(world: World) {
    let tenant = world.tenant().await;
    let open = world.ports.request(tenant.admit(HOLD)).await;
    let refused = world.ports.apply(tenant.adjust(open.id, COST)).await;
    assert_eq!(refused.unwrap_err(), Refusal::WrongState(open.state));
    let ended = executed(&tenant).await;
    let negative = world.ports.apply(tenant.adjust(ended, NanoUsd::from_nanos(-1))).await;
    assert_eq!(negative.unwrap_err(), Refusal::InvalidAmount);
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(COST.nanos(), HOLD.nanos(), 2));
}

/// A late answer of the same cost is nothing new; another one corrects the charge.
pub async fn a_late_answer_corrects_the_charge(world: World) {
    let tenant = world.tenant().await;
    let id = executed(&tenant).await;
    assert!(!world.ports.request(tenant.settle(id, COST)).await.flagged);
    let late = world.ports.request(tenant.settle(id, HOLD)).await;
    assert_eq!((late.charge().map(|charge| charge.cost), late.flagged), (Some(HOLD), true));
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(HOLD.nanos(), 0, 1));
}

/// An answer to a request that failed is charged: it was executed after all.
pub async fn a_late_answer_charges_what_seemed_to_have_failed(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    world.ports.request(tenant.fail(id)).await;
    let late = world.ports.request(tenant.settle(id, COST)).await;
    assert_eq!((late.charge().map(|charge| charge.cost), late.flagged), (Some(COST), true));
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(COST.nanos(), 0, 1));
}

/// A failure that is heard after an execution moves no money; it is flagged and written down, once.
pub async fn a_contradiction_is_written_down_once(world: World) {
    let tenant = world.tenant().await;
    let id = executed(&tenant).await;
    let before = world.ports.head(tenant.org).await.seq;
    let late = Fail { evidence: Evidence::Provider, ..tenant.fail(id) };
    for _ in 0..2 {
        let stands = world.ports.request(late.clone()).await;
        assert_eq!((stands.state, stands.flagged), (RequestState::Executed, true));
        tenant.assert_stored(&stands).await;
    }
    assert_eq!(world.ports.head(tenant.org).await.seq, before + 1);
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(COST.nanos(), 0, 1));
}

/// Evidence against a person's decision is kept in the books' overrun and flagged; the account never pays it.
pub async fn evidence_against_a_person_never_reaches_the_account(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    world.ports.request(tenant.unknown(id)).await;
    let released = world.ports.request(tenant.resolve(id, Resolution::Release)).await;
    assert_eq!(released.reason(), Some(ReasonCode::ReleasedByOperator));
    for cost in [COST, HOLD] {
        let late = world.ports.request(tenant.settle(id, cost)).await;
        let charge = late.charge().expect("a charge");
        assert_eq!((charge.cost, charge.overrun, charge.basis), (cost, cost, Basis::Resolution));
        assert!(late.flagged);
    }
    assert_eq!(tenant.books(&world.ports).await.wallet, (OPENING.nanos(), 0));
}

/// A transfer moves money between owned accounts, at most what is not promised; its outcome is its place in the journal.
pub async fn a_transfer_moves_what_is_there(world: World) {
    let tenant = world.tenant().await;
    let (wallet, pool) = (AccountOwner::Wallet, AccountOwner::Pool(tenant.team));
    world.ports.request(tenant.admit(NanoUsd::cents(400))).await;
    let seq = world.ports.head(tenant.org).await.seq;
    let moved = world.ports.apply(tenant.allocation(wallet, pool, NanoUsd::cents(600))).await;
    assert!(matches!(moved, Ok(Outcome::Recorded { seq: at }) if at == seq + 1), "{moved:?}");
    let cents = |cents| NanoUsd::cents(cents).nanos();
    assert_eq!(tenant.account(&world.ports, wallet).await, (cents(400), cents(400)));
    assert_eq!(tenant.account(&world.ports, pool).await, (cents(600), 0));

    let promised = world.ports.apply(tenant.allocation(wallet, pool, NanoUsd::from_nanos(1))).await;
    assert_eq!(promised.unwrap_err(), Refusal::InsufficientFunds { account: wallet.to_string() });
    for amount in [0, -1] {
        let refused = world.ports.apply(tenant.allocation(pool, wallet, NanoUsd::from_nanos(amount))).await;
        assert_eq!(refused.unwrap_err(), Refusal::InvalidAmount);
    }
    let circle = world.ports.apply(tenant.allocation(pool, pool, NanoUsd::cents(1))).await;
    assert_eq!(circle.unwrap_err(), Refusal::InvalidAmount);
}

/// Amounts beyond the range of the ledger are refused, whatever they would be added to.
pub async fn amounts_beyond_the_range_are_refused(world: World) {
    let tenant = world.tenant().await;
    let before = world.ports.head(tenant.org).await;
    let funding = world.ports.apply(tenant.funding(Mode::Live, AccountOwner::Wallet, NanoUsd::MAX)).await;
    assert_eq!(funding.unwrap_err(), Refusal::InvalidAmount);
    let dear = world.ports.request(tenant.admit(NanoUsd::MAX)).await;
    assert_eq!(dear.reason(), Some(ReasonCode::InsufficientBalance));
    assert_eq!(world.ports.head(tenant.org).await.seq, before.seq + 1);
    assert_eq!(tenant.books(&world.ports).await, Books::OPENING);
}

/// What comes in pays a debt first; what is taken away and not there becomes one, and stops all spending.
pub async fn debts_are_paid_first_and_stop_spending(world: World) {
    let tenant = world.tenant().await;
    let (wallet, pool) = (AccountOwner::Wallet, AccountOwner::Pool(tenant.team));
    tenant.edit_team(|team| team.has_pool = true).await;
    world.ports.apply(tenant.allocation(wallet, pool, NanoUsd::cents(300))).await.unwrap();
    world.ports.apply(tenant.reversal(NanoUsd::cents(900))).await.unwrap();
    assert_eq!(world.ports.head(tenant.org).await.debt_live, NanoUsd::cents(200));
    assert_eq!(tenant.account(&world.ports, wallet).await, (0, 0));

    let refused = world.ports.request(tenant.admit(NanoUsd::cents(1))).await;
    let reasons: Vec<_> = refused.reasons.iter().map(|reason| (reason.code, reason.scope)).collect();
    assert_eq!(reasons, [(ReasonCode::InsufficientBalance, "organization")], "the pool pays, the organization owes");
    let free = world.ports.request(tenant.admit(NanoUsd::ZERO)).await;
    assert!(free.state.holds_money(), "what costs nothing asks nobody for money: {free:?}");

    world.ports.apply(tenant.funding(Mode::Live, wallet, NanoUsd::cents(150))).await.unwrap();
    assert_eq!(world.ports.head(tenant.org).await.debt_live, NanoUsd::cents(50));
    world.ports.apply(tenant.funding(Mode::Live, wallet, NanoUsd::cents(150))).await.unwrap();
    let head = world.ports.head(tenant.org).await;
    assert_eq!((head.debt_live, head.debt_test), (NanoUsd::ZERO, NanoUsd::ZERO));
    assert_eq!(tenant.account(&world.ports, wallet).await, (NanoUsd::cents(100).nanos(), 0));
    assert!(world.ports.request(tenant.admit(NanoUsd::cents(1))).await.state.holds_money());
}
