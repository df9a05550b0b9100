//! What goes wrong leaves nothing, or exactly what was asked.

use std::sync::Arc;

use upivia_domain::{
    Mode, NanoUsd,
    budget::AccountOwner,
    dispatch::RequestState,
    ledger::Command,
    ports::{Abort, Applied, StoreError, Work},
};

use crate::{
    World,
    books::Books,
    drive::{AGAIN, FIRST, IntoCommand, batch, request_of},
    holder::Holder,
    seed::event,
    tenant::Tenant,
};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// The commit was done, its answer got lost: the same commands again answer what they led to, and nothing moves twice.
pub async fn a_lost_answer_of_a_commit_is_found_again(world: World) {
    let tenant = world.tenant().await;
    let admits: Vec<_> = (0..3).map(|_| tenant.admit(HOLD)).collect();
    let ids: Vec<_> = admits.iter().map(|admit| admit.id).collect();
    lose(&tenant, batch(admits)).await;
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, 3 * HOLD.nanos(), 3));

    let commands = [
        tenant.settle(ids[0], NanoUsd::cents(3)).command(),
        tenant.fail(ids[1]).command(),
        tenant.funding(Mode::Live, AccountOwner::Wallet, NanoUsd::cents(50)).command(),
    ];
    lose(&tenant, batch(commands)).await;
    lose(&tenant, batch([tenant.adjust(ids[0], NanoUsd::cents(5))])).await;
    let books = tenant.books(&world.ports).await;
    assert_eq!(books.wallet, (NanoUsd::cents(1_045).nanos(), HOLD.nanos()));
    assert_eq!(books.binding, (NanoUsd::cents(5).nanos(), HOLD.nanos()));
}

/// Loses the answer of a batch, and asks again on both nodes.
async fn lose(tenant: &Tenant, commands: Vec<Arc<Command>>) {
    let world = &tenant.world;
    world.fixture.lose_next_commit_answer();
    let lost = world.ports.ledger.apply(&commands, FIRST).await;
    assert!(matches!(lost, Err(StoreError::CommitUnknown(_))), "{lost:?}");
    let head = world.ports.head(tenant.org).await;
    for ports in [world.ports.clone(), world.second().await] {
        let answers = ports.batch(&commands, AGAIN).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    assert_eq!(world.ports.head(tenant.org).await, head);
}

/// A unit of work whose commit was done says that nobody knows, and its rows are there.
pub async fn a_unit_of_work_may_lose_its_answer_too(world: World) {
    let tenant = world.tenant().await;
    world.fixture.lose_next_commit_answer();
    let org = tenant.org;
    let work: Work = Box::new(move |tx| {
        Box::pin(async move {
            tx.append(org, event("team.updated", org)).await?;
            Ok(())
        })
    });
    let before = world.ports.head(org).await.seq;
    let lost = world.ports.unit.run(&[org], work).await;
    assert!(matches!(lost, Err(Abort::Store(StoreError::CommitUnknown(_)))), "{lost:?}");
    assert_eq!(world.ports.head(org).await.seq, before + 1);
}

/// One command that contradicts a constraint: the batch of 64 leaves nothing; alone, each of the others passes.
pub async fn one_poisoned_command_in_sixty_four_leaves_nothing(world: World) {
    let tenant = world.tenant().await;
    let stored = tenant.admit(HOLD);
    world.ports.request(stored.clone()).await;
    // An id that is stored already, in a batch that claims to be new.
    let mut commands: Vec<_> = (0..64).map(|_| tenant.admit(HOLD)).collect();
    commands[41] = stored;
    let (commands, head) = (batch(commands), world.ports.head(tenant.org).await);
    let failed = world.ports.ledger.apply(&commands, FIRST).await;
    assert!(matches!(failed, Err(StoreError::Constraint(_))), "{failed:?}");
    assert_eq!(world.ports.head(tenant.org).await, head);
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, HOLD.nanos(), 1));

    for (place, command) in commands.iter().enumerate() {
        let alone = world.ports.ledger.apply(std::slice::from_ref(command), FIRST).await;
        match place {
            41 => assert!(matches!(alone, Err(StoreError::Constraint(_))), "{alone:?}"),
            _ => assert!(matches!(alone.as_deref(), Ok([Applied::Done(Ok(_))])), "{alone:?}"),
        }
    }
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, 64 * HOLD.nanos(), 64));
}

/// A batch that panics leaves nothing, and the next one passes.
pub async fn a_panic_inside_a_batch_leaves_nothing(world: World) {
    let tenant = world.tenant().await;
    let (admit, head) = (tenant.admit(HOLD), world.ports.head(tenant.org).await);
    world.fixture.panic_in_next_batch();
    let (ledger, commands) = (world.ports.ledger.clone(), batch([admit.clone()]));
    let ended = tokio::spawn(async move { ledger.apply(&commands, FIRST).await }).await;
    assert!(!matches!(ended, Ok(Ok(_))), "a panic is no success: {ended:?}");
    assert!(!matches!(ended, Ok(Err(StoreError::CommitUnknown(_)))), "nothing was sent: {ended:?}");
    assert_eq!(world.ports.head(tenant.org).await, head);
    let request = request_of(world.ports.again(admit).await);
    assert_eq!(request.state, RequestState::Dispatching);
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, HOLD.nanos(), 1));
}

/// Whoever stops waiting for a batch does not take it back.
pub async fn a_batch_goes_on_when_its_caller_leaves(world: World) {
    let tenant = world.tenant().await;
    let holder = Holder::of(&world.ports, &[tenant.org]).await;
    let (admit, second) = (tenant.admit(HOLD), world.second().await);
    let commands = batch([admit.clone()]);
    leave(second.ledger.apply(&commands, FIRST)).await;
    // Where a unit of work may take a quarter of a second, the store may have ended it already.
    let _ = holder.release().await;
    wait_until(async || tenant.books(&world.ports).await.requests == 1).await;
    let request = world.ports.stored(tenant.org, admit.id).await;
    assert_eq!(request.state, RequestState::Dispatching);
}

/// Whoever stops waiting for a unit of work does not take it back, nor cut it in two.
pub async fn a_unit_of_work_goes_on_when_its_caller_leaves(world: World) {
    let tenant = world.tenant().await;
    let (go, gone) = tokio::sync::oneshot::channel::<()>();
    let (org, transfer) = (tenant.org, tenant.funding(Mode::Live, AccountOwner::Wallet, HOLD));
    let before = world.ports.head(org).await.seq;
    let work: Work = Box::new(move |tx| {
        Box::pin(async move {
            tx.append(org, event("team.updated", org)).await?;
            let _ = gone.await;
            tx.apply(&Command::Transfer(transfer)).await?.expect("the transfer is accepted");
            Ok(())
        })
    });
    leave(world.ports.unit.run(&[org], work)).await;
    assert_eq!(world.ports.head(org).await.seq, before, "it is not committed yet");
    go.send(()).expect("the work still waits");
    wait_until(async || world.ports.head(org).await.seq == before + 2).await;
    let (posted, held) = tenant.account(&world.ports, AccountOwner::Wallet).await;
    assert_eq!((posted, held), (NanoUsd::cents(1_004).nanos(), 0));
}

/// Waits a moment for something that cannot end yet, and drops it.
async fn leave<T>(work: impl Future<Output = T>) {
    let left = tokio::time::timeout(std::time::Duration::from_millis(40), work).await;
    assert!(left.is_err(), "it ended before its caller could leave");
}

async fn wait_until(done: impl AsyncFn() -> bool) {
    for _ in 0..500 {
        if done().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it never came");
}
