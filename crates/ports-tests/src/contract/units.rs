//! Units of work: all or nothing, whatever ends them.

use upivia_domain::{
    Mode, NanoUsd, OrgId, UserId,
    agent::AgentStatus,
    binding::BindingTerms,
    identity::User,
    ledger::OrgHead,
    ports::{Abort, BoxFuture, StoreError, Tx, Work, transact},
};

use crate::{World, books::Books, drive::IntoCommand, seed::event, tenant::Tenant};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// How a unit of work ends that leaves traces of every kind first.
type Ending = fn() -> BoxFuture<'static, Result<(), Abort>>;

/// A use-case that returns an error of its own leaves nothing.
pub async fn a_rollback_leaves_nothing(world: World) {
    let (tenant, before, ended) = touch(&world, || Box::pin(async { Err(Abort::Rollback) })).await;
    assert_eq!(ended, Some(Err(Abort::Rollback)));
    assert_untouched(&tenant, &before).await;
}

/// A use-case that panics leaves nothing, and holds nothing any more.
pub async fn a_panic_inside_a_unit_of_work_leaves_nothing(world: World) {
    let (tenant, before, ended) = touch(&world, || Box::pin(async { std::panic::resume_unwind(Box::new(())) })).await;
    assert!(!matches!(ended, Some(Ok(()))), "a panic is no success: {ended:?}");
    assert_untouched(&tenant, &before).await;
}

/// A use-case that takes too long is ended by the store and leaves nothing.
pub async fn a_unit_of_work_that_takes_too_long_leaves_nothing(world: World) {
    let begun = std::time::Instant::now();
    let (tenant, before, ended) = touch(&world, || Box::pin(std::future::pending())).await;
    assert!(matches!(ended, Some(Err(Abort::Store(_)))), "{ended:?}");
    let limit = world.fixture.work_limit();
    assert!(begun.elapsed() >= limit && begun.elapsed() < limit * 4, "it took {:?}", begun.elapsed());
    assert_untouched(&tenant, &before).await;
}

/// Success is a commit. A use-case that overlooks a failure of the store must not be told that its rows were written
/// when they were not.
pub async fn success_means_that_everything_was_written(world: World) {
    let tenant = world.tenant().await;
    let (org, double) = (tenant.org, tenant.agent_row(tenant.spender));
    let seq = world.ports.head(org).await.seq;
    let work: Work = Box::new(move |tx| {
        Box::pin(async move {
            tx.append(org, event("team.updated", "before")).await?;
            let duplicate = tx.agents().insert(&double).await;
            assert!(matches!(duplicate, Err(StoreError::Constraint(_))), "{duplicate:?}");
            let _ = tx.append(org, event("team.updated", "after")).await;
            Ok(())
        })
    });
    let written = match world.ports.unit.run(&[org], work).await {
        Ok(()) => 2,
        Err(_) => 0,
    };
    assert_eq!(world.ports.head(org).await.seq, seq + written);
    assert!(world.ports.request(tenant.admit(HOLD)).await.state.holds_money(), "the store is usable");
}

/// The value or the error of a use-case comes back to its caller.
pub async fn a_use_case_gives_back_its_own_result(world: World) {
    let tenant = world.tenant().await;
    let org = tenant.org;
    let value: Result<i64, StoreError> = transact(&*world.ports.unit, &[org], move |tx| {
        Box::pin(async move { tx.append(org, event("team.updated", org)).await })
    })
    .await;
    assert_eq!(value, Ok(world.ports.head(org).await.seq));
    let error = StoreError::Internal("the use-case says so".to_owned());
    let given = error.clone();
    let result: Result<(), StoreError> =
        transact(&*world.ports.unit, &[org], move |_| Box::pin(async move { Err(given) })).await;
    assert_eq!(result, Err(error));
}

/// Runs a unit of work that changes a row, moves money, appends an event, makes a person, and then ends as told.
async fn touch(world: &World, ending: Ending) -> (Tenant, OrgHead, Option<Result<(), Abort>>) {
    let tenant = world.tenant().await;
    let before = world.ports.head(tenant.org).await;
    let (seed, unit) = (tenant.clone(), world.ports.unit.clone());
    let orgs = [OrgId::PLATFORM, tenant.org];
    let work: Work = Box::new(move |tx| {
        Box::pin(async move {
            leave_traces(&seed, tx).await?;
            ending().await
        })
    });
    // A panic may come through: it must not take the test along.
    let ended = tokio::spawn(async move { unit.run(&orgs, work).await }).await;
    (tenant, before, ended.ok())
}

async fn leave_traces(tenant: &Tenant, tx: &mut dyn Tx) -> Result<(), StoreError> {
    tx.apply(&tenant.admit_test(HOLD).command()).await?.expect("the admission is decided");
    let mut agent = tx.agents().find(tenant.org, tenant.spender.agent).await?.expect("the agent exists");
    agent.status = AgentStatus::Paused;
    tx.agents().update(&agent).await?;
    let now = tx.now();
    tx.users().insert(&stranger(tenant, now)).await?;
    tx.append(tenant.org, event("agent.updated", agent.id)).await?;
    Ok(())
}

fn stranger(tenant: &Tenant, created_at: upivia_domain::Timestamp) -> User {
    let id = UserId::new(tenant.world.mint.uuid());
    User { id, email: "stranger@example.com".parse().unwrap(), created_at }
}

/// Nothing of [`leave_traces`] is there, and the store goes on.
async fn assert_untouched(tenant: &Tenant, before: &OrgHead) {
    let (world, ports) = (&tenant.world, &tenant.world.ports);
    assert_eq!(ports.head(tenant.org).await, *before);
    assert_eq!(tenant.books_of(ports, Mode::Test).await, Books::OPENING);
    let agent = ports.agents.agent(tenant.org, tenant.spender.agent).await.unwrap().expect("the agent");
    assert_eq!(agent.status, AgentStatus::Active);
    let newcomer = stranger(tenant, agent.created_at);
    world
        .change(&[OrgId::PLATFORM], move |tx| {
            Box::pin(async move {
                tx.users().insert(&newcomer).await?;
                tx.append(OrgId::PLATFORM, event("user.created", newcomer.id)).await
            })
        })
        .await;
    tenant.bind(BindingTerms { day_count: Some(9), ..BindingTerms::default() }).await;
    assert!(ports.request(tenant.admit(HOLD)).await.state.holds_money());
}
