//! Scans: one consistent view, whatever is written meanwhile.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use upivia_domain::{
    Mode, NanoUsd, NodeId, OrgId,
    binding::BindingTerms,
    budget::{Account, AccountOwner, MeterKey},
    dispatch::{RequestState, ServiceRequest},
    ports::{Clock, LedgerScan, NodeLease, OpenHold},
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

/// Whatever the state and the age of a request, its open hold is found once, and those of an account are what it holds.
pub async fn open_holds_are_those_of_the_meters(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let ports = &world.ports;
    let (running, unknown) = (ports.request(tenant.admit(HOLD)).await, ports.request(tenant.admit(HOLD)).await);
    ports.request(tenant.running(running.id)).await;
    ports.request(tenant.unknown(unknown.id)).await;
    let ended = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.settle(ended, HOLD)).await;
    world.clock.advance_seconds(86_400 * 40);
    let node = NodeId::new(world.mint.uuid());
    let lease = NodeLease { node, lease_until: world.clock.now().plus_seconds(15), watermark: world.clock.now() };
    ports.nodes.register(lease).await.unwrap();
    let sending = ports.request(tenant.admit(HOLD)).await;
    ports.request(tenant.admit_later(HOLD)).await;
    ports.request(other.admit_test(HOLD)).await;

    let mut scan = ports.scanner.scan().await.unwrap();
    let holds = scan.open_holds().await.unwrap();
    let mut found: Vec<_> = holds.iter().filter(|hold| hold.org == tenant.org).collect();
    found.sort_by_key(|hold| hold.state.as_str());
    assert_eq!(
        found.iter().map(|hold| hold.state.as_str()).collect::<Vec<_>>(),
        ["admitted", "dispatching", "running", "unknown"]
    );
    let of = |request: &ServiceRequest, state| OpenHold {
        org: tenant.org,
        mode: Mode::Live,
        account: AccountOwner::Wallet,
        amount: HOLD,
        state,
        created_at: request.created_at,
    };
    assert_eq!(*found[1], of(&sending, RequestState::Dispatching));
    assert_eq!(*found[2], of(&running, RequestState::Running));
    for (org, mode, number) in [(tenant.org, Mode::Live, 4), (tenant.org, Mode::Test, 0), (other.org, Mode::Test, 1)] {
        let accounts = scan.accounts(org).await.unwrap();
        assert_eq!(accounts.len(), 2, "two wallets, and no window: {accounts:?}");
        let wallet = accounts.iter().find(|(of, _, _)| *of == mode).unwrap();
        assert_eq!((wallet.1, wallet.2.held.nanos()), (AccountOwner::Wallet, number * HOLD.nanos()));
    }
}

/// The sum of the postings between every two accounts, from a sequence on.
pub async fn what_was_moved_is_summed_up(world: World) {
    let tenant = world.tenant().await;
    let ports = &world.ports;
    let start = ports.head(tenant.org).await.seq;
    let pool = AccountOwner::Pool(tenant.team);
    for nanos in [3, 4] {
        ports.apply(tenant.allocation(AccountOwner::Wallet, pool, NanoUsd::from_nanos(nanos))).await.unwrap();
    }
    let (wallet, pool) = (Account::Owned(AccountOwner::Wallet), Account::Owned(pool));
    let mut scan = ports.scanner.scan().await.unwrap();
    let moved = async |scan: &mut dyn LedgerScan, after| {
        let found = scan.moved(tenant.org, after).await.unwrap();
        found.iter().filter(|one| (one.debit, one.credit) == (wallet, pool)).map(|one| one.amount.nanos()).sum::<i64>()
    };
    assert_eq!(moved(&mut *scan, start).await, 7);
    assert_eq!(moved(&mut *scan, start + 1).await, 4);
    assert_eq!(moved(&mut *scan, start + 2).await, 0);
    assert_eq!(moved(&mut *scan, 0).await, 7);
    let all = scan.moved(tenant.org, 0).await.unwrap();
    for mode in [Mode::Live, Mode::Test] {
        let funded = all.iter().filter(|one| one.mode == mode && one.credit == wallet).map(|one| one.amount.nanos());
        let spent = all.iter().filter(|one| one.mode == mode && one.debit == wallet).map(|one| one.amount.nanos());
        let key = MeterKey::Account(mode, AccountOwner::Wallet);
        assert_eq!(funded.sum::<i64>() - spent.sum::<i64>(), ports.meter(tenant.org, &key).await.0, "{mode}");
    }
}

/// Pending ones only, of all organizations.
pub async fn waiting_questions_are_counted(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    for asker in [&tenant, &other] {
        let terms = BindingTerms { approval_threshold: Some(NanoUsd::ZERO), ..BindingTerms::default() };
        asker.bind(terms).await;
    }
    assert_eq!(world.ports.scanner.scan().await.unwrap().pending_approvals().await.unwrap(), []);
    world.ports.request(tenant.admit(HOLD)).await;
    world.ports.request(other.admit(HOLD)).await;
    let answered = world.ports.request(tenant.admit(HOLD)).await;
    world.ports.request(tenant.reject(&answered)).await;
    world.ports.request(tenant.admit_test(HOLD)).await;
    let mut found = world.ports.scanner.scan().await.unwrap().pending_approvals().await.unwrap();
    found.sort_by_key(|(mode, _)| mode.as_str());
    assert_eq!(found, [(Mode::Live, 2), (Mode::Test, 1)]);
}
