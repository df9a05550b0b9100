//! Costs above their holds: the account pays the hold, the books the rest, and an operation that does it too often stops.

use upivia_domain::{
    Mode, NanoUsd,
    budget::{MeterKey, ReasonCode},
    dispatch::Charge,
    ledger::Refusal,
};

use crate::{
    Ports, World,
    drive::{IntoCommand, request_of},
    seed::{email, event},
    tenant::{OPENING, Tenant},
};

const HOLD: NanoUsd = NanoUsd::cents(4);
const COST: NanoUsd = NanoUsd::cents(7);

async fn overrun(tenant: &Tenant, mode: Mode) -> Charge {
    let ports = &tenant.world.ports;
    let admit = if mode == Mode::Live { tenant.admit(HOLD) } else { tenant.admit_test(HOLD) };
    let id = ports.request(admit).await.id;
    ports.request(tenant.settle(id, COST)).await.charge().expect("a charge")
}

/// The account pays the hold and no more; every window counts the whole cost.
pub async fn a_cost_above_its_hold_is_an_overrun(world: World) {
    let tenant = world.tenant().await;
    let charge = overrun(&tenant, Mode::Live).await;
    assert_eq!((charge.cost, charge.overrun), (COST, NanoUsd::cents(3)));
    let books = tenant.books(&world.ports).await;
    assert_eq!(books.wallet, (OPENING.nanos() - HOLD.nanos(), 0));
    assert_eq!([books.binding, books.agent, books.team], [(COST.nanos(), 0); 3]);
}

/// Three overruns in a day suspend the operation in that mode, on every node at once.
pub async fn three_overruns_in_a_day_suspend_the_operation(world: World) {
    let tenant = world.tenant().await;
    let second = world.second().await;
    let reason = async || second.request(tenant.admit(HOLD)).await.reason();
    for _ in 0..3 {
        assert_eq!(reason().await, None);
        overrun(&tenant, Mode::Live).await;
    }
    assert_eq!(reason().await, Some(ReasonCode::OperationSuspended));
    assert_eq!(world.ports.request(tenant.admit(HOLD)).await.reason(), Some(ReasonCode::OperationSuspended));
    tenant.edit(|agent| agent.icon = None).await;
    assert_eq!(reason().await, Some(ReasonCode::OperationSuspended), "a change of policy lifts nothing");
    let day = tenant.zone.day(upivia_domain::ports::Clock::now(&*world.clock));
    let (.., count) = world.ports.meter(tenant.org, &MeterKey::Overruns(Mode::Live, email(), day)).await;
    assert_eq!(count, 3);
    assert_eq!(world.ports.request(tenant.admit_test(HOLD)).await.reason(), None, "test money is another world");
}

async fn suspended(world: &World) -> Tenant {
    let tenant = world.tenant().await;
    for _ in 0..3 {
        overrun(&tenant, Mode::Live).await;
    }
    assert_eq!(world.ports.figures.suspensions(tenant.org).await.unwrap(), [(Mode::Live, email())]);
    tenant
}

async fn is_suspended(ports: &Ports, tenant: &Tenant) -> bool {
    let reason = ports.request(tenant.admit(HOLD)).await.reason();
    assert!(reason.is_none_or(|reason| reason == ReasonCode::OperationSuspended), "{reason:?}");
    reason.is_some()
}

/// Lifted once, whatever is cached; what is not suspended cannot be lifted.
pub async fn a_lifted_suspension_holds_on_every_node_at_once(world: World) {
    let (tenant, second) = (suspended(&world).await, world.second().await);
    assert!(is_suspended(&second, &tenant).await && is_suspended(&world.ports, &tenant).await);
    let none = Refusal::NotFound("suspension");
    assert_eq!(second.apply(tenant.lift(Mode::Test)).await.unwrap_err(), none);
    let lift = tenant.lift(Mode::Live);
    world.ports.apply(lift.clone()).await.unwrap();
    assert!(!is_suspended(&second, &tenant).await && !is_suspended(&world.ports, &tenant).await);
    assert_eq!(world.ports.figures.suspensions(tenant.org).await.unwrap(), []);
    let events = world.ports.head(tenant.org).await.seq;
    second.again(lift).await.unwrap();
    assert_eq!(world.ports.head(tenant.org).await.seq, events, "a replay writes nothing");
    assert_eq!(second.apply(tenant.lift(Mode::Live)).await.unwrap_err(), none);
}

/// What a transaction lifted is lifted for the rest of it, also where policy is read again.
pub async fn a_suspension_is_lifted_and_begun_in_one_transaction(world: World) {
    let tenant = suspended(&world).await;
    let (lift, admit) = (tenant.lift(Mode::Live).command(), tenant.admit(HOLD));
    let mut agent = world.ports.agents.agent(tenant.org, tenant.spender.agent).await.unwrap().expect("the agent");
    agent.icon = None;
    let admitted = world
        .change(&[tenant.org], move |tx| {
            Box::pin(async move {
                tx.apply(&lift).await?.expect("it is suspended");
                tx.agents().update(&agent).await?;
                tx.append(agent.org, event("agent.updated", agent.id)).await?;
                Ok(request_of(tx.apply(&admit.command()).await?))
            })
        })
        .await;
    assert_eq!(admitted.reason(), None);
    assert!(!is_suspended(&world.second().await, &tenant).await);
}

/// A lifted operation has three more tries in the day.
pub async fn three_more_overruns_suspend_again(world: World) {
    let tenant = suspended(&world).await;
    world.ports.apply(tenant.lift(Mode::Live)).await.unwrap();
    for _ in 0..3 {
        assert!(!is_suspended(&world.ports, &tenant).await);
        overrun(&tenant, Mode::Live).await;
    }
    assert!(is_suspended(&world.ports, &tenant).await);
}

/// Overruns of different days do not add up.
pub async fn overruns_of_different_days_do_not_add_up(world: World) {
    let tenant = world.tenant().await;
    for _ in 0..4 {
        overrun(&tenant, Mode::Live).await;
        world.clock.advance_seconds(86_400);
    }
    assert_eq!(world.ports.request(tenant.admit(HOLD)).await.reason(), None);
}

/// What is open when an operation is suspended still ends, and is paid.
pub async fn a_suspension_lets_open_requests_end(world: World) {
    let tenant = world.tenant().await;
    let open = world.ports.request(tenant.admit(HOLD)).await.id;
    for _ in 0..3 {
        overrun(&tenant, Mode::Live).await;
    }
    let settled = world.ports.request(tenant.settle(open, HOLD)).await;
    assert_eq!(settled.charge().map(|charge| charge.cost), Some(HOLD));
    assert_eq!(tenant.books(&world.ports).await.wallet, (OPENING.nanos() - 4 * HOLD.nanos(), 0));
}
