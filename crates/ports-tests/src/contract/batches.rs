//! Batches: one answer per command, in order, and one commit.

use upivia_domain::{
    AgentId, NanoUsd, OrgId,
    agent::AgentKind,
    binding::BindingTerms,
    dispatch::RequestState,
    ledger::{Outcome, Refusal},
    ports::StoreError,
};

use crate::{
    World,
    books::Books,
    drive::{FIRST, IntoCommand, batch, request_of},
};

/// Answers one per command, in order, and an empty batch with nothing.
pub async fn answers_come_one_per_command_in_order(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let admits: Vec<_> = (1..=9).map(|n| if n % 2 == 0 { a.admit(cents(n)) } else { b.admit(cents(n)) }).collect();
    let answers = world.ports.batch(&batch(admits.clone()), FIRST).await;
    for (admit, answer) in admits.iter().zip(answers) {
        let request = request_of(answer);
        assert_eq!((request.id, request.org, request.state), (admit.id, admit.org, RequestState::Dispatching));
    }
    assert_eq!(a.books(&world.ports).await, Books::with_spending(0, cents(20).nanos(), 4));
    assert_eq!(b.books(&world.ports).await, Books::with_spending(0, cents(25).nanos(), 5));
    assert!(world.ports.batch(&[], FIRST).await.is_empty());
}

const fn cents(cents: u32) -> NanoUsd {
    NanoUsd::cents(cents)
}

/// Refuses the command of an organization that does not exist, and applies the others.
pub async fn an_unknown_organization_is_not_found(world: World) {
    let tenant = world.tenant().await;
    let mut lost = tenant.admit(cents(1));
    lost.org = OrgId::new(world.mint.uuid());
    let answers = world.ports.batch(&batch([tenant.admit(cents(1)), lost, tenant.admit(cents(1))]), FIRST).await;
    assert!(matches!(answers[..], [Ok(_), Err(Refusal::NotFound(_)), Ok(_)]), "{answers:?}");
    assert_eq!(tenant.books(&world.ports).await.requests, 2);
}

/// A command sees what the commands before it in the same batch did.
pub async fn a_batch_cannot_exceed_what_one_command_after_another_could_not(world: World) {
    let tenant = world.tenant().await;
    tenant.bind(BindingTerms { month_cap: Some(cents(10)), ..BindingTerms::default() }).await;
    let answers = world.ports.batch(&batch((0..5).map(|_| tenant.admit(cents(4)))), FIRST).await;
    let states: Vec<_> = answers.into_iter().map(|answer| request_of(answer).state).collect();
    let (taken, refused) = (RequestState::Dispatching, RequestState::Blocked);
    assert_eq!(states, [taken, taken, refused, refused, refused]);
    assert_eq!(tenant.books(&world.ports).await, Books::with_spending(0, cents(8).nanos(), 2));
}

/// Two commands with one idempotency key in one batch are one request.
pub async fn a_batch_knows_its_own_idempotency_keys(world: World) {
    let tenant = world.tenant().await;
    let payload = serde_json::json!({ "to": "ada@example.com" });
    let admits = [tenant.admit_keyed(cents(1), "twice", &payload), tenant.admit_keyed(cents(1), "twice", &payload)];
    let first = admits[0].id;
    let answers = world.ports.batch(&batch(admits), FIRST).await;
    for (answer, expected) in answers.into_iter().zip([false, true]) {
        let Ok(Outcome::Request { request, replayed }) = answer else { panic!("{answer:?}") };
        assert_eq!((request.id, replayed), (first, expected));
    }
    assert_eq!(tenant.books(&world.ports).await.requests, 1);
}

/// A refusal inside a batch stops nothing and writes nothing.
pub async fn a_refused_command_leaves_the_others_alone(world: World) {
    let tenant = world.tenant().await;
    let admitted = world.ports.request(tenant.admit(cents(3))).await.id;
    let before = world.ports.head(tenant.org).await;
    let commands = [
        tenant.void(admitted).command(),
        tenant.settle(upivia_domain::RequestId::new(world.mint.uuid()), cents(1)).command(),
        tenant.settle(admitted, cents(2)).command(),
    ];
    let answers = world.ports.batch(&batch(commands), FIRST).await;
    let refused = [Refusal::WrongState(RequestState::Dispatching), Refusal::NotFound("service request")];
    assert_eq!(answers[..2].iter().map(|answer| answer.clone().unwrap_err()).collect::<Vec<_>>(), refused);
    assert_eq!(request_of(answers.into_iter().next_back().unwrap()).state, RequestState::Executed);
    assert_eq!(world.ports.head(tenant.org).await.seq, before.seq + 1);
}

/// Rows that do not suffice for a decision are a defect: the whole batch fails, and nothing is written.
pub async fn an_undecidable_command_fails_the_whole_batch(world: World) {
    let tenant = world.tenant().await;
    let parent = AgentId::new(world.mint.uuid());
    let orphan = tenant.hire(|agent| (agent.kind, agent.ancestors) = (AgentKind::Spawned, vec![parent])).await;
    let before = world.ports.head(tenant.org).await;
    let commands = batch([tenant.admit(cents(1)), tenant.admit_by(orphan, cents(1))]);
    let failed = world.ports.ledger.apply(&commands, FIRST).await;
    assert!(matches!(failed, Err(StoreError::Internal(_))), "{failed:?}");
    assert_eq!(world.ports.head(tenant.org).await, before);
    assert_eq!(tenant.books(&world.ports).await, Books::OPENING);
}

/// Batches that name the same organizations in another order never wait for each other in a circle.
pub async fn batches_take_organizations_in_one_order(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let second = world.second().await;
    let loops = [(world.ports.clone(), [a.clone(), b.clone()]), (second, [b.clone(), a.clone()])];
    let running = loops.map(|(ports, [one, other])| {
        tokio::spawn(async move {
            for _ in 0..20 {
                ports.batch(&batch([one.admit(cents(1)), other.admit(cents(1))]), FIRST).await;
            }
        })
    });
    for one in running {
        one.await.unwrap();
    }
    assert_eq!((a.books(&world.ports).await.requests, b.books(&world.ports).await.requests), (40, 40));
}

/// A batch as large as any lane sends, over many organizations, is one batch like the others.
pub async fn a_large_batch_is_one_batch(world: World) {
    let mut tenants = Vec::new();
    for _ in 0..8 {
        tenants.push(world.tenant().await);
    }
    let admits: Vec<_> = (0..256).map(|place| tenants[place % 8].admit(cents(2))).collect();
    let settles: Vec<_> =
        (0..256).map(|place| tenants[place % 8].settle(admits[place].id, cents(1)).command()).collect();
    for commands in [batch(admits), batch(settles)] {
        let answers = world.ports.batch(&commands, FIRST).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    for tenant in &tenants {
        assert_eq!(tenant.books(&world.ports).await, Books::with_spending(cents(32).nanos(), 0, 32));
    }
}
