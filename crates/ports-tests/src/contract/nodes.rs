//! Leases: who is dead stays dead, and what the dead left is found.

use std::collections::BTreeSet;

use upivia_domain::{
    NanoUsd, NodeId, RequestId, Timestamp,
    dispatch::RequestState,
    ports::{Clock, NodeLease, Unfinished},
};

use crate::{Ports, World, tenant::Tenant};

const HOLD: NanoUsd = NanoUsd::cents(4);
/// How long a lease of the suite lasts.
const LEASE_SECONDS: i64 = 15;

fn lease(world: &World) -> NodeLease {
    let now = world.clock.now();
    NodeLease { node: NodeId::new(world.mint.uuid()), lease_until: now.plus_seconds(LEASE_SECONDS), watermark: now }
}

async fn register(world: &World) -> NodeLease {
    let lease = lease(world);
    world.ports.nodes.register(lease).await.unwrap();
    lease
}

async fn buried(ports: &Ports, me: NodeId, now: Timestamp) -> BTreeSet<NodeId> {
    ports.nodes.bury(me, now, false).await.unwrap().into_iter().map(|lease| lease.node).collect()
}

/// Who renews in time lives; who does not is declared dead once, and cannot come back.
pub async fn the_dead_stay_dead(world: World) {
    let (me, lively, dying) = (register(&world).await, register(&world).await, register(&world).await);
    let second = world.second().await;
    world.clock.advance_seconds(LEASE_SECONDS - 1);
    assert_eq!(buried(&second, me.node, world.clock.now()).await, BTreeSet::new());
    let renewed = |lease: NodeLease| NodeLease {
        lease_until: world.clock.now().plus_seconds(LEASE_SECONDS),
        watermark: world.clock.now(),
        ..lease
    };
    assert!(world.ports.nodes.renew(renewed(lively)).await.unwrap());
    world.clock.advance_seconds(2);
    assert_eq!(buried(&second, me.node, world.clock.now()).await, BTreeSet::from([dying.node]));
    assert!(!world.ports.nodes.renew(renewed(dying)).await.unwrap(), "the dead do not renew");
    let found = second.nodes.bury(me.node, world.clock.now(), false).await.unwrap();
    assert_eq!(found, [dying], "and are found as they were until they are forgotten");
    assert!(second.nodes.renew(renewed(lively)).await.unwrap());
}

/// Nobody buries themselves; who never was, never renews.
pub async fn nobody_buries_themselves(world: World) {
    let me = register(&world).await;
    world.clock.advance_seconds(LEASE_SECONDS * 10);
    assert_eq!(buried(&world.ports, me.node, world.clock.now()).await, BTreeSet::new());
    assert!(world.ports.nodes.renew(me).await.unwrap());
    assert!(!world.ports.nodes.renew(lease(&world)).await.unwrap());
}

/// One file, one process: then every other one is dead, whatever its lease says.
pub async fn where_one_process_writes_all_others_are_dead(world: World) {
    let (other, me) = (register(&world).await, register(&world).await);
    let dead = world.ports.nodes.bury(me.node, world.clock.now(), true).await.unwrap();
    assert_eq!(dead, [other]);
    assert!(!world.ports.nodes.renew(other).await.unwrap());
    assert!(world.ports.nodes.renew(me).await.unwrap());
}

/// Who left nothing more is forgotten, and is not buried again.
pub async fn who_left_nothing_is_forgotten(world: World) {
    let (other, me) = (register(&world).await, register(&world).await);
    world.clock.advance_seconds(LEASE_SECONDS + 1);
    assert_eq!(buried(&world.ports, me.node, world.clock.now()).await, BTreeSet::from([other.node]));
    world.ports.nodes.forget(other.node).await.unwrap();
    assert_eq!(buried(&world.second().await, me.node, world.clock.now()).await, BTreeSet::new());
    assert!(!world.ports.nodes.renew(other).await.unwrap());
}

async fn unfinished(tenant: &Tenant, watermark: Timestamp) -> BTreeSet<RequestId> {
    let second = tenant.world.second().await;
    let found = second.nodes.unfinished(tenant.node, watermark, 1_000).await.unwrap();
    assert!(found.iter().all(|one| one.org == tenant.org), "{found:?}");
    found.into_iter().map(|one| one.request).collect()
}

/// Everything that a process owns and has not ended is found, of every organization; what ended is not.
pub async fn what_the_dead_left_is_found(world: World) {
    let tenant = world.tenant().await;
    let start = world.clock.now();
    let ports = &world.ports;
    let admitted = ports.request(tenant.admit_later(HOLD)).await.id;
    let dispatching = ports.request(tenant.admit(HOLD)).await.id;
    let running = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.running(running)).await;
    let unknown = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.unknown(unknown)).await;
    let ended = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.settle(ended, HOLD)).await;
    let blocked = ports.request(tenant.admit(NanoUsd::cents(90_000))).await;
    assert_eq!(blocked.state, RequestState::Blocked);
    let open = BTreeSet::from([admitted, dispatching, running, unknown]);
    assert_eq!(unfinished(&tenant, start).await, open);

    let mut neighbour = world.tenant().await;
    neighbour.node = tenant.node;
    let foreign = ports.request(neighbour.admit(HOLD)).await.id;
    let found = ports.nodes.unfinished(tenant.node, start, 1_000).await.unwrap();
    assert_eq!(found.len(), open.len() + 1);
    assert!(found.contains(&Unfinished { org: neighbour.org, request: foreign }));
    let nobody = ports.nodes.unfinished(NodeId::new(world.mint.uuid()), start, 1_000).await.unwrap();
    assert_eq!(nobody, []);
}

/// Above the watermark everything is found, and below it all whose outcome is open, however old it is.
pub async fn open_outcomes_are_found_below_the_watermark(world: World) {
    let tenant = world.tenant().await;
    let ports = &world.ports;
    let (running, unknown) = (ports.request(tenant.admit(HOLD)).await.id, ports.request(tenant.admit(HOLD)).await.id);
    ports.request(tenant.running(running)).await;
    ports.request(tenant.unknown(unknown)).await;
    world.clock.advance_seconds(86_400 * 40);
    let watermark = world.clock.now();
    let young = ports.request(tenant.admit_later(HOLD)).await.id;
    assert_eq!(unfinished(&tenant, watermark).await, BTreeSet::from([running, unknown, young]));
    ports.request(tenant.settle(running, HOLD)).await;
    ports.request(tenant.resolve(unknown, upivia_domain::ledger::Resolution::Release)).await;
    assert_eq!(unfinished(&tenant, watermark).await, BTreeSet::from([young]));
}

/// What was taken over belongs to the heir, until it ends; pages of two lead to the end of it.
pub async fn a_takeover_empties_the_list(world: World) {
    let tenant = world.tenant().await;
    let start = world.clock.now();
    for _ in 0..5 {
        world.ports.request(tenant.admit(HOLD)).await;
    }
    let mut heir = tenant.clone();
    heir.node = NodeId::new(world.mint.uuid());
    let mut taken = BTreeSet::new();
    loop {
        let page = world.ports.nodes.unfinished(tenant.node, start, 2).await.unwrap();
        assert!(page.len() <= 2, "a page of {}", page.len());
        if page.is_empty() {
            break;
        }
        for one in page {
            world.ports.request(tenant.take_over(one.request, heir.node)).await;
            assert!(taken.insert(one.request), "found again after its takeover");
        }
    }
    assert_eq!(taken.len(), 5);
    assert_eq!(unfinished(&heir, start).await, taken, "unknown, whatever was dispatching");
    for request in taken {
        world.ports.request(heir.settle(request, HOLD)).await;
    }
    assert_eq!(unfinished(&heir, start).await, BTreeSet::new());
}

/// The ledgers' own time, whichever organization used it last.
pub async fn the_latest_time_of_any_ledger_is_known(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let ahead = world.second_ahead(90).await;
    ahead.request(b.admit(HOLD)).await;
    world.ports.apply(a.admit(HOLD)).await.unwrap();
    let latest = world.ports.nodes.latest_now().await.unwrap();
    assert_eq!(latest, Some(world.clock.now().plus_seconds(90)));
}

/// A process whose clock ran ahead would live for ever, and hide what it left behind a watermark of the future.
pub async fn leases_of_a_future_end_and_what_they_left_is_found(world: World) {
    let (tenant, sound) = (world.tenant().await, register(&world).await);
    let now = world.clock.now();
    let future = now.plus_seconds(86_400);
    let lost = NodeLease {
        node: tenant.node,
        lease_until: future.plus_seconds(LEASE_SECONDS),
        watermark: future.plus_seconds(-LEASE_SECONDS),
    };
    world.ports.nodes.register(lost).await.unwrap();
    let left = world.second_ahead(86_400).await.request(tenant.admit(HOLD)).await.id;
    world.ports.nodes.rewind(now).await.unwrap();
    world.ports.apply(tenant.repair_clock()).await.unwrap();
    let me = NodeId::new(world.mint.uuid());
    let dead = world.ports.nodes.bury(me, now.plus_micros(1), false).await.unwrap();
    assert_eq!(dead, [NodeLease { lease_until: now, watermark: now, ..lost }], "and a sound lease stays");
    assert!(world.ports.nodes.renew(sound).await.unwrap());
    assert_eq!(unfinished(&tenant, now).await, BTreeSet::from([left]));
}
