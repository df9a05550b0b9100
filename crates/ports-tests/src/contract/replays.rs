//! Commands that are applied again: they answer what they led to, and move nothing.

use upivia_domain::{
    Mode, NanoUsd, NodeId,
    budget::AccountOwner,
    dispatch::ServiceRequest,
    ledger::{Command, Outcome, Refusal, Resolution},
};

use crate::{
    Ports, World,
    drive::{AGAIN, FIRST, IntoCommand, batch, request_of},
    tenant::Tenant,
};

const HOLD: NanoUsd = NanoUsd::cents(4);
const COST: NanoUsd = NanoUsd::cents(3);

/// Applies a command and applies it again, on both nodes.
async fn twice(tenant: &Tenant, second: &Ports, command: impl IntoCommand) -> ServiceRequest {
    let (ports, command) = (&tenant.world.ports, command.command());
    let first = request_of(ports.apply(command.clone()).await);
    let (books, head) = (tenant.books(ports).await, ports.head(tenant.org).await);
    for node in [ports, second] {
        let again = node.again(command.clone()).await;
        assert!(matches!(again, Ok(Outcome::Request { replayed: false, .. })), "{again:?}");
        assert_eq!(request_of(again), first, "{command:?}");
    }
    assert_eq!((tenant.books(ports).await, ports.head(tenant.org).await), (books, head), "{command:?}");
    first
}

/// Every command about a request, repeated at once.
pub async fn a_repeated_command_answers_as_before_and_moves_nothing(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    let one = twice(&tenant, &second, tenant.admit_later(HOLD)).await.id;
    twice(&tenant, &second, tenant.begin(one)).await;
    twice(&tenant, &second, tenant.running(one)).await;
    twice(&tenant, &second, tenant.settle(one, COST)).await;
    twice(&tenant, &second, tenant.adjust(one, NanoUsd::cents(6))).await;
    twice(&tenant, &second, tenant.settle(one, NanoUsd::cents(2))).await;

    let two = twice(&tenant, &second, tenant.admit(HOLD)).await.id;
    twice(&tenant, &second, tenant.unknown(two)).await;
    twice(&tenant, &second, tenant.resolve(two, Resolution::Charge(COST))).await;

    let three = twice(&tenant, &second, tenant.admit(HOLD)).await.id;
    twice(&tenant, &second, tenant.take_over(three, NodeId::new(world.mint.uuid()))).await;
    twice(&tenant, &second, tenant.settle(three, COST)).await;

    let four = twice(&tenant, &second, tenant.admit_later(HOLD)).await.id;
    twice(&tenant, &second, tenant.void(four)).await;
    let five = twice(&tenant, &second, tenant.admit(HOLD)).await.id;
    twice(&tenant, &second, tenant.fail(five)).await;
    let dear = twice(&tenant, &second, tenant.admit(NanoUsd::cents(100_000))).await;
    assert!(dear.state.is_ended(), "a refusal is an outcome, too: {dear:?}");
}

/// A repeated admission answers the present state of its request, whatever became of it.
pub async fn a_repeated_admission_answers_the_present_state(world: World) {
    let tenant = world.tenant().await;
    let admit = tenant.admit(HOLD);
    let id = world.ports.request(admit.clone()).await.id;
    let settled = world.ports.request(tenant.settle(id, COST)).await;
    tenant.revoke(tenant.spender.live).await;
    assert_eq!(request_of(world.ports.again(admit).await), settled);
}

/// A repeated transfer answers the place of the first and moves nothing; so does one after other events.
pub async fn a_repeated_transfer_moves_nothing(world: World) {
    let tenant = world.tenant().await;
    let transfer = tenant.funding(Mode::Live, AccountOwner::Wallet, NanoUsd::cents(50));
    let Ok(Outcome::Recorded { seq }) = world.ports.apply(transfer.clone()).await else { panic!("not recorded") };
    world.ports.request(tenant.admit(HOLD)).await;
    let (books, head) = (tenant.books(&world.ports).await, world.ports.head(tenant.org).await);
    for ports in [world.ports.clone(), world.second().await] {
        let again = ports.again(transfer.clone()).await;
        assert!(matches!(again, Ok(Outcome::Recorded { seq: at }) if at == seq), "{again:?}");
    }
    assert_eq!((tenant.books(&world.ports).await, world.ports.head(tenant.org).await), (books, head));
}

/// A correction is recorded under its command, whatever was corrected since.
pub async fn a_repeated_correction_does_not_undo_a_later_one(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    world.ports.request(tenant.settle(id, COST)).await;
    let (adjusted, late) = (tenant.adjust(id, NanoUsd::cents(5)), tenant.settle(id, NanoUsd::cents(6)));
    world.ports.request(adjusted.clone()).await;
    world.ports.request(late.clone()).await;
    // One that changed nothing is a command like the others.
    let nothing = tenant.settle(id, NanoUsd::cents(6));
    world.ports.request(nothing.clone()).await;
    let last = world.ports.request(tenant.adjust(id, NanoUsd::cents(2))).await;
    assert_eq!(request_of(world.ports.again(adjusted).await), last);
    assert_eq!(request_of(world.ports.again(late).await), last);
    assert_eq!(request_of(world.second().await.again(nothing).await), last);
    assert_eq!(tenant.books(&world.ports).await.binding, (NanoUsd::cents(2).nanos(), 0));
}

/// A batch of which one half was applied before: that half answers, the other half is applied.
pub async fn a_batch_may_be_half_known(world: World) {
    let tenant = world.tenant().await;
    let admits: Vec<_> = (0..8).map(|_| tenant.admit(HOLD)).collect();
    world.ports.batch(&batch(admits[..4].to_vec()), FIRST).await;
    let all: Vec<Command> = admits.into_iter().map(IntoCommand::command).collect();
    let answers = world.ports.batch(&batch(all), AGAIN).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let books = tenant.books(&world.ports).await;
    assert_eq!((books.requests, books.wallet.1), (8, 8 * HOLD.nanos()));
}

/// What was refused without a trace is decided anew.
pub async fn a_refusal_is_not_an_outcome(world: World) {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    let release = tenant.resolve(id, Resolution::Release);
    assert!(matches!(world.ports.apply(release.clone()).await, Err(Refusal::WrongState(_))));
    world.ports.request(tenant.unknown(id)).await;
    assert!(world.ports.again(release).await.is_ok());
}
