//! Two nodes that want opposite things at once: exactly one of them gets its way.

use std::sync::Arc;

use upivia_domain::{
    NanoUsd, OrgId,
    binding::BindingTerms,
    budget::AccountOwner,
    dispatch::RequestState,
    ledger::{Command, Outcome, Refusal},
    ports::{Abort, LockWait, StoreError, Work},
};

use crate::{
    Ports, World,
    books::Books,
    drive::{AGAIN, FIRST, IntoCommand, request_of},
    tenant::{OPENING, Tenant},
};

const HOLD: NanoUsd = NanoUsd::cents(4);
const COST: NanoUsd = NanoUsd::cents(3);
const ROUNDS: u32 = 10;

/// Two answers of the same cost at once are one charge; so is one answer that is delivered twice at once.
pub async fn two_settlements_at_once_are_one_charge(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    for round in 0..ROUNDS {
        let id = world.ports.request(tenant.admit(HOLD)).await.id;
        let one = tenant.settle(id, COST).command();
        let other = if round % 2 == 0 { one.clone() } else { tenant.settle(id, COST).command() };
        let mode = if round % 2 == 0 { AGAIN } else { FIRST };
        let (one, other) = tokio::join!(world.ports.one(one, mode), second.one(other, mode));
        assert_eq!(request_of(one.unwrap()), request_of(other.unwrap()));
    }
    let spent = i64::from(ROUNDS) * COST.nanos();
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(spent, 0, i64::from(ROUNDS)));
}

/// What is taken back is not dispatched, and what is dispatched is not taken back.
pub async fn a_request_is_dispatched_or_voided(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    let mut dispatched = 0;
    for _ in 0..ROUNDS {
        let id = world.ports.request(tenant.admit_later(HOLD)).await.id;
        let (begun, voided) = tokio::join!(world.ports.apply(tenant.begin(id)), second.apply(tenant.void(id)));
        let stored = second.stored(tenant.org, id).await.state;
        match (begun, voided) {
            (Ok(_), Err(Refusal::WrongState(RequestState::Dispatching))) => {
                assert_eq!(stored, RequestState::Dispatching);
                dispatched += 1;
            }
            (Err(Refusal::WrongState(RequestState::Failed)), Ok(_)) => assert_eq!(stored, RequestState::Failed),
            both => panic!("{both:?}"),
        }
    }
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, dispatched * HOLD.nanos(), dispatched));
}

/// Transfers out of an account at once never overdraw it.
pub async fn transfers_at_once_never_overdraw(world: World) {
    let tenant = world.tenant().await;
    let nodes = [world.ports.clone(), world.second().await];
    let third = NanoUsd::from_nanos(OPENING.nanos() / 3);
    let transfers = (0..8).map(|task| {
        let ports = nodes[task % 2].clone();
        let transfer = tenant.allocation(AccountOwner::Wallet, AccountOwner::Pool(tenant.team), third);
        tokio::spawn(async move { ports.apply(transfer).await })
    });
    let ended = futures::future::join_all(transfers.collect::<Vec<_>>()).await;
    let moved = ended.into_iter().filter(|one| matches!(one, Ok(Ok(Outcome::Recorded { .. })))).count();
    assert_eq!(moved, 3);
    let left = OPENING.nanos() - 3 * third.nanos();
    assert_eq!(tenant.account(&world.ports, AccountOwner::Wallet).await, (left, 0));
}

/// Use-cases and batches of two nodes share one limit.
pub async fn use_cases_and_batches_share_one_limit(world: World) {
    let tenant = world.tenant().await;
    tenant.bind(BindingTerms { day_count: Some(5), ..BindingTerms::default() }).await;
    let nodes = [world.ports.clone(), world.second().await];
    let tasks = (0..24).map(|task| {
        let (ports, command) = (nodes[task % 2].clone(), tenant.admit(HOLD).command());
        let (org, in_unit) = (tenant.org, task % 4 < 2);
        tokio::spawn(async move {
            if in_unit { inside(&ports, org, command).await } else { outside(&ports, command).await }
        })
    });
    for ended in futures::future::join_all(tasks.collect::<Vec<_>>()).await {
        ended.unwrap();
    }
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, 5 * HOLD.nanos(), 5));
}

/// Under load a lock may be long in coming; then nothing was written.
async fn inside(ports: &Ports, org: OrgId, command: Command) {
    loop {
        let command = command.clone();
        let work: Work = Box::new(move |tx| {
            Box::pin(async move {
                tx.apply(&command).await?.expect("the admission is decided");
                Ok(())
            })
        });
        match ports.unit.run(&[org], work).await {
            Ok(()) => return,
            Err(Abort::Store(StoreError::LockTimeout | StoreError::Unavailable(_))) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn outside(ports: &Ports, command: Command) {
    assert_eq!(FIRST.lock, LockWait::Wait);
    loop {
        match ports.one(command.clone(), FIRST).await {
            Ok(answer) => return assert!(answer.is_ok(), "{answer:?}"),
            Err(StoreError::LockTimeout | StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// One secret for two organizations at once: one of them gets it.
pub async fn one_secret_for_two_organizations_opens_one(world: World) {
    let tenants = [world.tenant().await, world.tenant().await];
    let nodes = [world.ports.clone(), world.second().await];
    for _ in 0..ROUNDS {
        let secret = crate::seed::hash_of(upivia_domain::CredentialId::new(world.mint.uuid()));
        let give = |place: usize| give(&nodes[place], &tenants[place], secret);
        let (one, other) = tokio::join!(give(0), give(1));
        let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
        assert_eq!(won, Ok(()));
        assert!(matches!(lost, Err(Abort::Store(StoreError::Constraint(_)))), "{lost:?}");
    }
}

async fn give(ports: &Ports, tenant: &Tenant, hash: upivia_domain::identity::CredentialHash) -> Result<(), Abort> {
    let id = upivia_domain::CredentialId::new(tenant.world.mint.uuid());
    let key = tenant.key_row(tenant.spender.agent, id, upivia_domain::Mode::Live);
    let key = Arc::new(upivia_domain::identity::Credential { hash, ..key });
    let work: Work = Box::new(move |tx| {
        Box::pin(async move {
            tx.credentials().insert(&key).await?;
            // The other one gets its chance, where the store gives it one.
            tokio::task::yield_now().await;
            tx.append(key.org, crate::seed::event("credential.created", id)).await?;
            Ok(())
        })
    });
    ports.unit.run(&[tenant.org], work).await
}
