//! A process among others: when it may admit, when it may send, and what it is after it was taken for dead.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use upivia_application::node::{Node, NodeSettings};
use upivia_domain::{
    NodeId, RequestId, Timestamp,
    ports::{MockClock, MockIds, MockNodeRegistry, NodeLease},
};

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const SETTINGS: NodeSettings = NodeSettings { lease: Duration::from_secs(60), single_process: false };

type Leases = Arc<Mutex<Vec<NodeLease>>>;

fn clock() -> Arc<MockClock> {
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| NOW);
    Arc::new(clock)
}

fn ids() -> Arc<MockIds> {
    let (mut ids, mut next) = (MockIds::new(), 0);
    ids.expect_uuid().returning(move || {
        next += 1;
        upivia_domain::Uuid::from_u128(next)
    });
    Arc::new(ids)
}

/// A registry that writes down leases, whose clock is so many seconds ahead, as is the last use of a ledger, and that can take its process for dead.
fn registry(
    leases: &Leases,
    ahead_seconds: i64,
    used_ahead_seconds: i64,
    dead: &Arc<AtomicBool>,
) -> Arc<MockNodeRegistry> {
    let mut registry = MockNodeRegistry::new();
    let (registered, renewed, dead) = (Arc::clone(leases), Arc::clone(leases), Arc::clone(dead));
    registry.expect_register().returning(move |lease| {
        registered.lock().unwrap().push(lease);
        Ok(())
    });
    registry.expect_renew().returning(move |lease| {
        let alive = !dead.swap(false, Ordering::SeqCst);
        if alive {
            renewed.lock().unwrap().push(lease);
        }
        Ok(alive)
    });
    registry.expect_store_now().returning(move || Ok(Some(NOW.plus_seconds(ahead_seconds))));
    registry.expect_latest_now().returning(move || Ok(Some(NOW.plus_seconds(used_ahead_seconds))));
    Arc::new(registry)
}

async fn start(ahead_seconds: i64) -> (Arc<Node>, Leases, Arc<AtomicBool>) {
    let (leases, dead) = (Leases::default(), Arc::default());
    let node = Node::start(registry(&leases, ahead_seconds, 0, &dead), clock(), ids(), SETTINGS).await.unwrap();
    (node, leases, dead)
}

#[tokio::test]
async fn a_clock_two_seconds_off_admits_and_three_seconds_off_does_not() {
    for (seconds, ready) in [(0, true), (2, true), (-2, true), (3, false), (-3, false)] {
        assert_eq!(start(seconds).await.0.is_ready().is_ok(), ready, "{seconds} s");
    }
}

#[tokio::test]
async fn a_ledger_used_more_than_two_seconds_ahead_of_the_clock_stops_admissions() {
    for (seconds, ready) in [(-86_400, true), (0, true), (2, true), (3, false)] {
        let registry = registry(&Leases::default(), 0, seconds, &Arc::default());
        let node = Node::start(registry, clock(), ids(), SETTINGS).await.unwrap();
        let answer = node.is_ready();
        assert_eq!(answer.is_ok(), ready, "{seconds} s");
        assert!(answer.is_ok() || answer.unwrap_err().contains("upivia clock repair"));
    }
}

#[tokio::test]
async fn a_lease_reaches_to_its_end_and_back_to_the_oldest_request_in_hand() {
    let (node, leases, _) = start(0).await;
    let old = RequestId::earliest(NOW.plus_seconds(-3_600));
    let held = node.in_hand().hold(old);
    node.renew().await.unwrap();
    drop(held);
    node.renew().await.unwrap();
    let leases = leases.lock().unwrap().clone();
    assert!(leases.iter().all(|lease| lease.lease_until == NOW.plus_seconds(60)));
    assert!(leases[1].watermark <= old.born_at() && leases[2].watermark > old.born_at());
}

#[tokio::test]
async fn who_was_taken_for_dead_goes_on_under_a_new_id_and_sends_nothing_of_the_old_one() {
    let (node, leases, dead) = start(0).await;
    let (before, sending): (NodeId, _) = (node.id(), node.begin());
    assert!(node.may_send(&sending));
    dead.store(true, Ordering::SeqCst);
    node.renew().await.unwrap();
    assert_ne!(node.id(), before);
    assert!(!node.may_send(&sending), "what the old one admitted belongs to others now");
    assert!(node.may_send(&node.begin()));
    assert_eq!(leases.lock().unwrap().last().unwrap().node, node.id());
}
