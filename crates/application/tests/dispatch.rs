//! The life of a request, with a provider that counts: called ⇒ a committed hold in `dispatching`, and once.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use support::{Deed, FUND, PRICE, World, mail, text};
use upivia_application::{
    dispatch::DispatchError,
    failpoint::FailPoint,
    ledger::GroupCommit,
    node::{Sweeper, SweeperParts},
};
use upivia_domain::{
    Mode, NanoUsd,
    budget::{AccountOwner, MeterKey, ReasonCode},
    dispatch::RequestState,
    ledger::Command,
    ports::{Applied, ApplyMode, Clock, LedgerQueries, LedgerStore, MockProviderRegistry, StoreError},
};

async fn wallet(world: &World) -> (NanoUsd, NanoUsd) {
    let key = MeterKey::Account(Mode::Live, AccountOwner::Wallet);
    let meter = world.store.meter(world.caller.org, &key).await.unwrap().unwrap();
    (meter.posted, meter.held)
}

fn minus(from: NanoUsd, amount: NanoUsd) -> NanoUsd {
    from.checked_sub(amount).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn executed_is_charged_once_and_replayed() {
    let world = World::new().await;
    let first = world.dispatcher.create(&world.caller, mail("ada", Some("k"))).await.unwrap();
    assert_eq!((first.request.state, first.replayed), (RequestState::Executed, false));
    let again = world.dispatcher.create(&world.caller, mail("ada", Some("k"))).await.unwrap();
    assert_eq!(
        (again.request.id, again.replayed, again.request.state),
        (first.request.id, true, RequestState::Executed)
    );
    let other = world.dispatcher.create(&world.caller, mail("bob", Some("k"))).await.unwrap_err();
    assert_eq!(other, DispatchError::Conflict { request: first.request.id });
    assert_eq!((world.provider.calls(), wallet(&world).await), (1, (minus(FUND, PRICE), NanoUsd::ZERO)));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_callers_on_ten_requests_worth_of_money_get_ten() {
    let world = Arc::new(World::new().await);
    let all = (0..64).map(|n| {
        let world = Arc::clone(&world);
        async move { world.dispatcher.create(&world.caller, mail(&n.to_string(), None)).await.unwrap().request.state }
    });
    let states = futures::future::join_all(all).await;
    let executed = states.iter().filter(|state| **state == RequestState::Executed).count();
    assert_eq!((executed, world.provider.calls()), (10, 10));
    assert_eq!(wallet(&world).await, (NanoUsd::ZERO, NanoUsd::ZERO));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_costs_nothing() {
    let world = World::new().await;
    world.deed(Deed::Reject);
    let failed = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
    assert_eq!((failed.state, failed.reason()), (RequestState::Failed, Some(ReasonCode::AdapterError)));
    assert_eq!(text(failed.result.as_ref().unwrap(), "detail"), "told to");
    world.deed(Deed::NotSent);
    let unsent = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
    assert_eq!(unsent.reason(), Some(ReasonCode::ProviderUnavailable));
    assert_eq!(wallet(&world).await, (FUND, NanoUsd::ZERO));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_keeps_its_hold_and_is_running_on_the_wire() {
    let world = World::new().await;
    for (deed, state) in [
        (Deed::Unknown, RequestState::Unknown),
        (Deed::Panic, RequestState::Unknown),
        (Deed::Accept, RequestState::Running),
    ] {
        world.deed(deed);
        let request = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
        assert_eq!((request.state, request.state.wire()), (state, "running"));
    }
    assert_eq!(wallet(&world).await, (FUND, NanoUsd::cents(30)));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_provider_is_answered_as_running_and_ends_later() {
    let world = World::new().await;
    world.deed(Deed::Slow(Duration::from_millis(1_000)));
    let began = Instant::now();
    let running = world.dispatcher.create(&world.caller, mail("ada", Some("k"))).await.unwrap().request;
    assert_eq!(running.state.wire(), "running");
    assert!(began.elapsed() < Duration::from_millis(950), "{:?}", began.elapsed());
    let repeat = world.dispatcher.create(&world.caller, mail("ada", Some("k"))).await.unwrap();
    assert_eq!(
        (repeat.request.id, repeat.request.state),
        (running.id, RequestState::Executed),
        "a repeat waits for the first"
    );
    assert_eq!(world.provider.calls(), 1);
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_hangs_ends_as_unknown() {
    let world = World::new().await;
    world.deed(Deed::Hang);
    let running = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(world.dispatcher.find(&world.caller, running.id).await.unwrap().state, RequestState::Unknown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_changes_nothing() {
    let world = World::new().await;
    world.deed(Deed::Slow(Duration::from_millis(100)));
    let call = world.dispatcher.create(&world.caller, mail("ada", None));
    assert!(tokio::time::timeout(Duration::from_millis(30), call).await.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((world.provider.calls(), wallet(&world).await), (1, (minus(FUND, PRICE), NanoUsd::ZERO)));
    assert!(world.node.in_hand().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_slept_sends_nothing() {
    let world = World::new().await;
    let sleep = Box::new(|| std::thread::sleep(Duration::from_millis(250)));
    *world.hook.0.lock().unwrap() = Some((FailPoint::BeforeSend, sleep));
    let aborted = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
    assert_eq!((aborted.state, aborted.reason()), (RequestState::Failed, Some(ReasonCode::DispatchAborted)));
    assert_eq!((world.provider.calls(), wallet(&world).await), (0, (FUND, NanoUsd::ZERO)));
    world.verify().await;
}

fn sweeper(world: &World, node: Arc<upivia_application::node::Node>) -> Sweeper {
    let mut providers = MockProviderRegistry::new();
    providers.expect_find().returning(|_, _| None);
    Sweeper::new(SweeperParts {
        registry: world.store.clone(),
        node,
        ledger: GroupCommit::start(world.store.clone()),
        providers: Arc::new(providers),
        clock: world.clock.clone(),
        ids: world.ids.clone(),
        provider_timeout: Duration::from_secs(1),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_left_becomes_unknown_and_its_answer_is_late_evidence() {
    let world = World::new().await;
    world.deed(Deed::Slow(Duration::from_millis(900)));
    let running = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap().request;
    let settings = upivia_application::node::NodeSettings { lease: Duration::from_secs(60), single_process: true };
    let other =
        upivia_application::node::Node::start(world.store.clone(), world.clock.clone(), world.ids.clone(), settings)
            .await
            .unwrap();
    assert_eq!(sweeper(&world, other.clone()).sweep().await.unwrap(), 1);
    let taken = world.dispatcher.find(&world.caller, running.id).await.unwrap();
    assert_eq!((taken.state, taken.owner), (RequestState::Unknown, Some(other.id())));
    assert_eq!(wallet(&world).await.1, PRICE, "the hold stands");
    tokio::time::sleep(Duration::from_millis(600)).await;
    let late = world.dispatcher.find(&world.caller, running.id).await.unwrap();
    assert_eq!((late.state, late.flagged), (RequestState::Executed, true));
    assert_eq!(sweeper(&world, other).sweep().await.unwrap(), 0, "nothing is left");
    world.verify().await;
}

/// Fails every so often, before or after the commit.
struct Shaky {
    inner: Arc<dyn LedgerStore>,
    calls: AtomicU32,
}

#[async_trait]
impl LedgerStore for Shaky {
    async fn apply(&self, batch: &[Arc<Command>], mode: ApplyMode) -> Result<Vec<Applied>, StoreError> {
        match self.calls.fetch_add(1, Ordering::SeqCst) % 4 {
            1 => Err(StoreError::Unavailable("told to".to_owned())),
            2 => self.inner.apply(batch, mode).await.and(Err(StoreError::CommitUnknown("told to".to_owned()))),
            _ => self.inner.apply(batch, mode).await,
        }
    }

    fn lanes(&self) -> usize {
        1
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shaky_store_is_never_a_business_answer_and_loses_nothing() {
    let world = World::over(|inner| Arc::new(Shaky { inner, calls: AtomicU32::new(0) })).await;
    let mut executed = 0;
    for n in 0..10 {
        let key = n.to_string();
        for _ in 0..20 {
            match world.dispatcher.create(&world.caller, mail("ada", Some(&key))).await {
                Ok(answer) if answer.request.state == RequestState::Executed => {
                    executed += 1;
                    break;
                }
                Ok(answer) => assert_eq!(answer.request.state.wire(), "running"),
                Err(error) => assert_eq!(error, DispatchError::Unavailable),
            }
        }
    }
    assert_eq!((executed, world.provider.calls()), (10, 10));
    assert_eq!(wallet(&world).await, (NanoUsd::ZERO, NanoUsd::ZERO));
    world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_report_needs_no_provider() {
    let world = World::new().await;
    let report = upivia_application::dispatch::NewRequest {
        operation: "platform.check_budget".to_owned(),
        payload: serde_json::json!({}),
        ..mail("", None)
    };
    let answer = world.dispatcher.create(&world.caller, report).await.unwrap().request;
    assert_eq!(answer.state, RequestState::Executed);
    assert_eq!(answer.result.as_ref().unwrap()["remaining_cents"], 100);
    assert_eq!(world.provider.calls(), 0);
}

#[tokio::test]
async fn a_call_is_priced_by_the_time_of_its_quote_whatever_changes_meanwhile() {
    let world = World::patient().await;
    let (quoted, clock) = (world.clock.now(), world.clock.clone());
    *world.hook.0.lock().unwrap() = Some((FailPoint::AfterAdmit, Box::new(move || clock.advance_seconds(60))));
    let answer = world.dispatcher.create(&world.caller, mail("ada", None)).await.unwrap();
    assert_eq!(answer.request.state, RequestState::Executed);
    assert!(world.clock.now() > quoted);
    assert_eq!(*world.provider.quoted_at.lock().unwrap(), Some(quoted));
}
