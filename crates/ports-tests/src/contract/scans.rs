//! Scans: one consistent view, whatever is written meanwhile.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use upivia_domain::{
    Mode, NanoUsd, OrgId,
    budget::{AccountOwner, MeterKey},
    ports::LedgerScan,
};

use crate::{World, tenant::Tenant};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// A view that was opened before a change does not see it, however late its reads come.
pub async fn a_view_stands_still(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    let mut scan = world.second().await.scanner.scan().await.unwrap();
    let seen = view(&mut *scan, tenant.org).await;
    world.ports.request(tenant.settle(id, HOLD)).await;
    world.ports.request(tenant.admit(HOLD)).await;
    tenant.edit(|agent| agent.icon = None).await;
    assert_eq!(view(&mut *scan, tenant.org).await, seen);
    drop(scan);
    let mut fresh = world.ports.scanner.scan().await.unwrap();
    assert_ne!(view(&mut *fresh, tenant.org).await, seen);
}

/// Everything of an organization in a comparable form.
async fn view(scan: &mut dyn LedgerScan, org: OrgId) -> (i64, usize, String, Vec<String>) {
    let head = scan.heads().await.unwrap().into_iter().find(|head| head.org == org).expect("the head");
    let events = scan.journal(org, 0, 10_000).await.unwrap();
    let requests = scan.requests(org, None, 10_000).await.unwrap();
    let mut meters: Vec<_> =
        scan.meters(org).await.unwrap().iter().map(|(key, meter)| format!("{key} {meter:?}")).collect();
    meters.sort();
    (head.seq, events.len(), format!("{requests:?}"), meters)
}

/// While writers go on, every view adds up: each audit is one consistent state.
pub async fn every_view_adds_up_while_writers_go_on(world: World) {
    let tenants = [world.tenant().await, world.tenant().await];
    let done = Arc::new(AtomicBool::new(false));
    let writers = tenants.clone().map(|tenant| tokio::spawn(write(tenant, Arc::clone(&done))));
    for _ in 0..8 {
        world.audited().await;
        tokio::task::yield_now().await;
    }
    done.store(true, Ordering::SeqCst);
    for writer in writers {
        assert!(writer.await.unwrap() > 0, "nothing was written meanwhile");
    }
}

/// Spends and transfers until told to stop; says how often.
async fn write(tenant: Tenant, done: Arc<AtomicBool>) -> u32 {
    let ports = tenant.world.second().await;
    let mut rounds = 0;
    while rounds == 0 || !done.load(Ordering::SeqCst) {
        let id = ports.request(tenant.admit(HOLD)).await.id;
        let pool = tenant.allocation(AccountOwner::Wallet, AccountOwner::Pool(tenant.team), NanoUsd::from_nanos(1));
        ports.apply(pool).await.unwrap();
        ports.request(tenant.settle(id, NanoUsd::from_nanos(3))).await;
        rounds += 1;
    }
    rounds
}

/// Pages of a scan are in order and lead to the end; the meters are those that queries show.
pub async fn pages_of_a_scan_are_in_order(world: World) {
    let tenant = world.tenant().await;
    for _ in 0..5 {
        world.ports.request(tenant.admit(HOLD)).await;
    }
    let mut scan = world.ports.scanner.scan().await.unwrap();
    let whole = scan.requests(tenant.org, None, 100).await.unwrap();
    assert_eq!(whole.len(), 5);
    assert!(whole.is_sorted_by_key(|request| request.id));
    let rest = scan.requests(tenant.org, Some(whole[1].id), 2).await.unwrap();
    assert_eq!(rest, whole[2..4]);
    let events = scan.journal(tenant.org, 3, 2).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [4, 5]);
    let wallet = MeterKey::Account(Mode::Live, AccountOwner::Wallet);
    let meters = scan.meters(tenant.org).await.unwrap();
    let found = meters.iter().find(|(key, _)| *key == wallet).map(|(_, meter)| *meter);
    assert_eq!(found, world.ports.figures.meter(tenant.org, &wallet).await.unwrap());
    let heads = scan.heads().await.unwrap();
    assert!(heads.is_sorted_by_key(|head| head.org));
    assert!(heads.iter().any(|head| head.org == OrgId::PLATFORM) && heads.iter().any(|head| head.org == tenant.org));
}

/// A scan sees nothing of one organization under another's name.
pub async fn a_scan_tells_organizations_apart(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    world.ports.request(a.admit(HOLD)).await;
    let mut scan = world.ports.scanner.scan().await.unwrap();
    assert_eq!(scan.requests(b.org, None, 100).await.unwrap(), []);
    assert!(scan.journal(b.org, 0, 100).await.unwrap().iter().all(|event| event.org == b.org));
    assert_eq!(scan.meters(b.org).await.unwrap().len(), 2, "two wallets");
}
