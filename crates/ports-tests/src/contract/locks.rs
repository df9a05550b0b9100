//! Who waits for whom, and how long.

use std::time::{Duration, Instant};

use upivia_domain::{
    NanoUsd,
    ports::{Abort, Applied, StoreError, Work},
};

use crate::{
    Locking, World,
    drive::{FIRST, SKIP, batch, request_of},
    holder::Holder,
};

const HOLD: NanoUsd = NanoUsd::cents(4);
/// How long anybody waits for an organization.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// A batch that waits for nobody leaves out the commands of a held organization and applies the others.
pub async fn a_held_organization_is_left_out(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let second = world.second().await;
    let holder = Holder::of(&world.ports, &[a.org]).await;
    let commands = batch([a.admit(HOLD), b.admit(HOLD), a.admit(HOLD), b.admit(HOLD)]);
    let applying = tokio::spawn({
        let (ports, commands) = (second.clone(), commands.clone());
        async move { ports.ledger.apply(&commands, SKIP).await }
    });
    if world.fixture.locking() == Locking::WholeStore {
        // One writer: the batch comes after the holder, and then nobody holds anything.
        let _ = holder.release().await;
        let applied = applying.await.unwrap().unwrap();
        assert!(applied.iter().all(|one| matches!(one, Applied::Done(Ok(_)))), "{applied:?}");
        return;
    }
    let applied = applying.await.unwrap().unwrap();
    assert!(matches!(applied[..], [Applied::Locked, Applied::Done(Ok(_)), Applied::Locked, Applied::Done(Ok(_))]));
    assert_eq!((a.books(&second).await.requests, b.books(&second).await.requests), (0, 2));
    holder.release().await.unwrap();
    // Not tried is not refused: the same commands pass now.
    let left = [commands[0].clone(), commands[2].clone()];
    for applied in second.ledger.apply(&left, SKIP).await.unwrap() {
        assert!(matches!(applied, Applied::Done(Ok(_))), "{applied:?}");
    }
    assert_eq!(a.books(&second).await.requests, 2);
}

/// A batch that waits gets its turn when the holder lets go.
pub async fn a_batch_waits_for_its_turn(world: World) {
    let tenant = world.tenant().await;
    let second = world.second().await;
    let holder = Holder::of(&world.ports, &[tenant.org]).await;
    let commands = batch([tenant.admit(HOLD)]);
    let waiting = tokio::spawn(async move { second.ledger.apply(&commands, FIRST).await });
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(!waiting.is_finished(), "it did not wait");
    let _ = holder.release().await;
    let mut applied = waiting.await.unwrap().unwrap();
    let Some(Applied::Done(answer)) = applied.pop() else { panic!("it was left out") };
    assert!(request_of(answer).state.holds_money());
}

/// Nobody waits longer than two seconds; then nothing was changed, and the store says why.
pub async fn nobody_waits_for_ever(world: World) {
    let tenant = world.tenant().await;
    if world.fixture.locking() == Locking::WholeStore {
        // The only writer ends a unit of work long before anybody's patience does.
        assert!(world.fixture.work_limit() < LOCK_TIMEOUT);
        let holder = Holder::of(&world.ports, &[tenant.org]).await;
        assert!(world.second().await.request(tenant.admit(HOLD)).await.state.holds_money());
        assert!(matches!(holder.stopped().await, Err(Abort::Store(_))));
        return;
    }
    let second = world.second().await;
    let holder = Holder::of(&world.ports, &[tenant.org]).await;
    let begun = Instant::now();
    let commands = batch([tenant.admit(HOLD)]);
    let nothing: Work = Box::new(|_| Box::pin(async { Ok(()) }));
    let orgs = [tenant.org];
    let (batch, unit) = tokio::join!(second.ledger.apply(&commands, FIRST), second.unit.run(&orgs, nothing));
    let waited = begun.elapsed();
    assert!(matches!(batch, Err(StoreError::LockTimeout)), "{batch:?}");
    assert_eq!(unit, Err(Abort::Store(StoreError::LockTimeout)));
    assert!(waited > LOCK_TIMEOUT * 3 / 4 && waited < LOCK_TIMEOUT * 2, "it took {waited:?}");
    holder.release().await.unwrap();
    assert_eq!(tenant.books(&second).await.requests, 0);
    assert!(second.request(tenant.admit(HOLD)).await.state.holds_money());
}

/// While one organization is held, the units of work of another go on, too.
pub async fn organizations_do_not_wait_for_each_other(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let holder = Holder::of(&world.ports, &[a.org]).await;
    if world.fixture.locking() == Locking::EachOrganization {
        b.edit_team(|team| team.has_pool = true).await;
        assert_eq!(b.books(&world.ports).await.requests, 0);
    }
    let _ = holder.release().await;
    a.edit_team(|team| team.has_pool = true).await;
}

/// Readers wait for nobody, and see only what was committed.
pub async fn readers_do_not_wait(world: World) {
    let tenant = world.tenant().await;
    let second = world.second().await;
    let holder = Holder::of(&world.ports, &[tenant.org]).await;
    let head = tokio::time::timeout(LOCK_TIMEOUT / 2, second.head(tenant.org)).await;
    assert_eq!(head.expect("a reader waits").org, tenant.org);
    let _ = holder.release().await;
}
