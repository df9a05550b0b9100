//! What is running or unknown ends by the provider's word, by a report, or by its operation's deadline, and never too early.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod support;

use std::{sync::Arc, time::Duration};

use serde_json::json;
use support::{Deed, FUND, One, PRICE, World, mail};
use upivia_application::{
    ledger::GroupCommit,
    node::{Node, NodeSettings, Sweeper, SweeperParts},
    reconciliation::{
        PollSettings, Poller, PollerParts, RECEIPT_SECONDS, ReconcileError, Reconciliation, ReconciliationParts,
        Report, Word,
    },
};
use upivia_domain::{
    Mode, NanoUsd, RequestId,
    budget::{AccountOwner, MeterKey, ReasonCode},
    catalog::{AtDeadline, Catalog, Deadline, Operation, Price, PriceTable},
    dispatch::{Basis, ProviderAnswer, ProviderName, Reference, RequestState, ServiceRequest},
    ports::{LedgerQueries, MockProviderRegistry, WebhookReceipts},
};
use upivia_store_memory::SequenceEntropy;

/// Every look finds everybody's turn.
const AT_ONCE: PollSettings =
    PollSettings { first: Duration::ZERO, longest: Duration::ZERO, call_limit: Duration::from_secs(30) };
const HOUR: i64 = 3_600;

fn catalog(deadline: Option<Deadline>) -> Arc<Catalog> {
    let mail =
        Operation { deadline, ..Operation::new("email.send".parse().unwrap(), "For tests.", Price::Flat(PRICE)) };
    Arc::new(Catalog::new([mail], PriceTable::default()))
}

fn poller_of(world: &World, node: Arc<Node>, settings: PollSettings, then: Option<AtDeadline>) -> Poller {
    let deadline = then.map(|then| Deadline { after: Duration::from_secs(HOUR.unsigned_abs()), then });
    Poller::new(PollerParts {
        registry: world.store.clone(),
        requests: world.store.clone(),
        node,
        ledger: GroupCommit::start(world.store.clone()),
        providers: Arc::new(One(Arc::clone(&world.provider))),
        catalog: catalog(deadline),
        clock: world.clock.clone(),
        ids: world.ids.clone(),
        entropy: Arc::new(SequenceEntropy::new(3)),
        settings,
    })
}

fn poller(world: &World, then: Option<AtDeadline>) -> Poller {
    poller_of(world, world.node.clone(), AT_ONCE, then)
}

fn reconciliation(world: &World) -> Reconciliation {
    Reconciliation::new(ReconciliationParts {
        ledger: GroupCommit::start(world.store.clone()),
        requests: world.store.clone(),
        receipts: world.store.clone(),
        clock: world.clock.clone(),
    })
}

async fn left(world: &World, deed: Deed) -> RequestId {
    world.deed(deed);
    let left = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
    assert_eq!(left.state.wire(), "running");
    left.id
}

async fn stands(world: &World, id: RequestId) -> Arc<ServiceRequest> {
    world.dispatcher.find(&world.caller, id).await.unwrap()
}

fn says(world: &World, answer: Option<ProviderAnswer>) {
    *world.provider.word.lock().unwrap() = answer;
}

fn asked(world: &World) -> u32 {
    *world.provider.asked.lock().unwrap()
}

fn executed(cents: u32) -> Option<ProviderAnswer> {
    let (result, cost, basis) = (Arc::new(json!({ "late": true })), NanoUsd::cents(cents), Basis::ProviderUsage);
    Some(ProviderAnswer::Executed { result, cost, basis, external_id: Some("ext_1".to_owned()) })
}

fn denied() -> Option<ProviderAnswer> {
    Some(ProviderAnswer::NotSent { detail: "never heard of it".to_owned() })
}

async fn wallet(world: &World) -> (i64, i64) {
    let key = MeterKey::Account(Mode::Live, AccountOwner::Wallet);
    let meter = world.store.meter(world.caller.org, &key).await.unwrap().unwrap();
    (meter.posted.cents_rounded_down(), meter.held.cents_rounded_down())
}

fn fund() -> i64 {
    FUND.cents_rounded_down()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_running_ends_with_the_cost_that_the_provider_says() {
    let world = World::new().await;
    let (id, poller) = (left(&world, Deed::Accept).await, poller(&world, None));
    for nothing in [None, Some(ProviderAnswer::Accepted { external_id: "ext_1".to_owned() }), denied()] {
        says(&world, nothing);
        assert_eq!((poller.look().await.unwrap(), stands(&world, id).await.state), (0, RequestState::Running));
    }
    says(&world, executed(3));
    assert_eq!(poller.look().await.unwrap(), 1);
    let ended = stands(&world, id).await;
    assert_eq!((ended.state, ended.charge().unwrap().cost), (RequestState::Executed, NanoUsd::cents(3)));
    assert_eq!((wallet(&world).await, ended.flagged), ((fund() - 3, 0), false));
    let so_far = asked(&world);
    assert_eq!((poller.look().await.unwrap(), asked(&world)), (0, so_far), "nobody asks again");
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unknown_is_accepted_rejected_or_denied() {
    let world = World::new().await;
    let (id, poller) = (left(&world, Deed::Unknown).await, poller(&world, None));
    says(&world, Some(ProviderAnswer::Accepted { external_id: "ext_7".to_owned() }));
    poller.look().await.unwrap();
    let running = stands(&world, id).await;
    assert_eq!((running.state, running.external_id.as_deref()), (RequestState::Running, Some("ext_7")));
    let detail = "the line was busy".to_owned();
    says(&world, Some(ProviderAnswer::Rejected { detail, unavailable: false, charge: None }));
    assert_eq!(poller.look().await.unwrap(), 1);
    assert_eq!(stands(&world, id).await.reason(), Some(ReasonCode::AdapterError));
    assert_eq!(wallet(&world).await, (fund(), 0));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn not_known_is_believed_only_when_nothing_can_be_on_its_way() {
    let world = World::new().await;
    let (id, poller) = (left(&world, Deed::Unknown).await, poller(&world, None));
    says(&world, denied());
    world.clock.advance_seconds(59);
    assert_eq!((poller.look().await.unwrap(), stands(&world, id).await.state), (0, RequestState::Unknown));
    world.clock.advance_seconds(1);
    assert_eq!(poller.look().await.unwrap(), 1);
    assert_eq!(stands(&world, id).await.reason(), Some(ReasonCode::ProviderUnavailable));
    assert_eq!(wallet(&world).await, (fund(), 0));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_heir_waits_for_the_fence() {
    let world = World::new().await;
    let id = left(&world, Deed::Unknown).await;
    // Old enough to be believed gone; what was inherited has a fence of its own.
    world.clock.advance_seconds(3 * HOUR);
    let settings = NodeSettings { lease: Duration::from_secs(60), single_process: true };
    let heir = Node::start(world.store.clone(), world.clock.clone(), world.ids.clone(), settings).await.unwrap();
    let mut nobody = MockProviderRegistry::new();
    nobody.expect_find().returning(|_, _| None);
    let sweeper = Sweeper::new(SweeperParts {
        registry: world.store.clone(),
        node: heir.clone(),
        ledger: GroupCommit::start(world.store.clone()),
        providers: Arc::new(nobody),
        clock: world.clock.clone(),
        ids: world.ids.clone(),
        provider_timeout: Duration::from_secs(30),
    });
    assert_eq!(sweeper.sweep().await.unwrap(), 1);
    says(&world, denied());
    for then in [AtDeadline::Release, AtDeadline::ChargeEstimate] {
        let poller = poller_of(&world, heir.clone(), AT_ONCE, Some(then));
        assert_eq!((poller.look().await.unwrap(), stands(&world, id).await.state), (0, RequestState::Unknown));
    }
    world.clock.advance_seconds(30);
    let poller = poller_of(&world, heir, AT_ONCE, None);
    assert_eq!(poller.look().await.unwrap(), 1);
    assert_eq!(stands(&world, id).await.state, RequestState::Failed);
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_does_not_ask_and_another_provider_is_not_asked() {
    let world = World::new().await;
    let id = left(&world, Deed::Accept).await;
    says(&world, executed(3));
    let settings = NodeSettings { lease: Duration::from_secs(60), single_process: false };
    let other = Node::start(world.store.clone(), world.clock.clone(), world.ids.clone(), settings).await.unwrap();
    assert_eq!(poller_of(&world, other, AT_ONCE, None).look().await.unwrap(), 0);
    assert_eq!((asked(&world), stands(&world, id).await.state), (0, RequestState::Running));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_asked_in_vain_is_asked_less_often() {
    let world = World::new().await;
    left(&world, Deed::Accept).await;
    let settings = PollSettings { first: Duration::from_millis(20), longest: Duration::from_secs(5), ..AT_ONCE };
    let polling = tokio::spawn(poller_of(&world, world.node.clone(), settings, None).run());
    tokio::time::sleep(Duration::from_millis(900)).await;
    polling.abort();
    // After 20, 40, 80 … ms, a quarter more or less: six times at most, where a steady pace would ask forty times.
    let times = asked(&world);
    assert!((2..=7).contains(&times), "{times}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_does_what_the_operation_declares_and_not_before() {
    for (then, state, posted) in [
        (AtDeadline::Release, RequestState::Failed, fund()),
        (AtDeadline::ChargeEstimate, RequestState::Executed, fund() - 10),
        (AtDeadline::Leave, RequestState::Running, fund()),
    ] {
        let world = World::new().await;
        let (id, poller) = (left(&world, Deed::Accept).await, poller(&world, Some(then)));
        world.clock.advance_seconds(HOUR - 1);
        assert_eq!((poller.look().await.unwrap(), stands(&world, id).await.state), (0, RequestState::Running));
        world.clock.advance_seconds(1);
        poller.look().await.unwrap();
        let now = stands(&world, id).await;
        assert_eq!((now.state, wallet(&world).await.0), (state, posted), "{then:?}");
        assert_eq!(now.charge().map(|charge| charge.basis), (posted < fund()).then_some(Basis::Estimate));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_providers_word_comes_before_the_deadline_and_corrects_it_afterwards() {
    let world = World::new().await;
    let (early, late) = (left(&world, Deed::Accept).await, left(&world, Deed::Unknown).await);
    let poller = poller(&world, Some(AtDeadline::ChargeEstimate));
    world.clock.advance_seconds(2 * HOUR);
    poller.look().await.unwrap();
    for id in [early, late] {
        assert_eq!(stands(&world, id).await.charge().unwrap().cost, PRICE);
    }
    let reconciliation = reconciliation(&world);
    let heard = reconciliation.hear(report(late, "evt_1", executed_word(4))).await.unwrap();
    assert_eq!((heard.request.charge().unwrap().cost, heard.request.flagged), (NanoUsd::cents(4), true));
    assert_eq!(wallet(&world).await, (fund() - 14, 0));
    world.verify().await;
}

fn executed_word(cents: u32) -> Word {
    Word::Executed { cost: Some(NanoUsd::cents(cents)), result: Arc::new(json!({})), external_id: None }
}

fn report(id: RequestId, event: &str, word: Word) -> Report {
    Report {
        provider: ProviderName::new("counting"),
        event_id: event.to_owned(),
        digest: [1; 32],
        reference: Reference { org: None, request: id },
        word,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_many_times_at_once_is_one_charge() {
    let world = World::new().await;
    let id = left(&world, Deed::Accept).await;
    let reconciliation = Arc::new(reconciliation(&world));
    let all = (0..16).map(|_| {
        let reconciliation = Arc::clone(&reconciliation);
        async move { reconciliation.hear(report(id, "evt_1", executed_word(7))).await.unwrap() }
    });
    let heard = futures::future::join_all(all).await;
    assert!(heard.iter().all(|heard| heard.request.state == RequestState::Executed));
    assert_eq!(wallet(&world).await, (fund() - 7, 0));
    let other = Report { digest: [2; 32], ..report(id, "evt_1", executed_word(9)) };
    assert_eq!(reconciliation.hear(other).await.unwrap_err(), ReconcileError::Reused);
    assert_eq!(wallet(&world).await, (fund() - 7, 0));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_commit_lost_its_answer_is_taken_once() {
    let world = World::new().await;
    let id = left(&world, Deed::Accept).await;
    let reconciliation = reconciliation(&world);
    world.store.faults().lose_next_commit_answer();
    let mut heard = reconciliation.hear(report(id, "evt_1", executed_word(7))).await;
    if heard == Err(ReconcileError::Unavailable) {
        heard = reconciliation.hear(report(id, "evt_1", executed_word(7))).await;
    }
    assert_eq!(heard.unwrap().request.state, RequestState::Executed);
    assert_eq!(wallet(&world).await, (fund() - 7, 0));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_overtakes_our_own_answer() {
    let world = World::new().await;
    world.deed(Deed::Slow(Duration::from_millis(1_000)));
    let open = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
    assert_eq!(open.state, RequestState::Dispatching);
    let reconciliation = reconciliation(&world);
    reconciliation.hear(report(open.id, "evt_1", executed_word(7))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    // Our own answer says ten cents, as surely as the provider's report said seven: the last word counts.
    let now = stands(&world, open.id).await;
    assert_eq!((now.state, now.charge().unwrap().cost, now.flagged), (RequestState::Executed, PRICE, true));
    assert_eq!(wallet(&world).await, (fund() - 10, 0));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_are_forgotten_when_no_signature_of_their_time_is_believed() {
    let world = World::new().await;
    let (id, reconciliation) = (left(&world, Deed::Accept).await, reconciliation(&world));
    let words = (0..20).map(|number| format!("evt_{number}")).collect::<Vec<_>>();
    for event in &words {
        reconciliation.hear(report(id, event, executed_word(10))).await.unwrap();
    }
    let forgotten = async || {
        let mut forgotten = Vec::new();
        for event in &words {
            if world.store.receipt(&ProviderName::new("counting"), event).await.unwrap().is_none() {
                forgotten.push(event);
            }
        }
        forgotten
    };
    assert!(forgotten().await.is_empty());
    world.clock.advance_seconds(RECEIPT_SECONDS + 1);
    reconciliation.hear(report(id, "evt_new", executed_word(10))).await.unwrap();
    let gone = forgotten().await;
    assert_eq!(gone.len(), 8, "some, not all at once");
    let again = reconciliation.hear(report(id, gone[0], executed_word(10))).await.unwrap();
    assert!(!again.duplicate, "its receipt is gone");
    assert_eq!(again.request.charge().unwrap().cost, PRICE);
    assert_eq!(wallet(&world).await, (fund() - 10, 0), "and it moved nothing a second time");
    world.verify().await;
}
