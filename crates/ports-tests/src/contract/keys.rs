//! Idempotency keys: one attempt, one request.

use serde_json::json;
use upivia_domain::{
    NanoUsd,
    dispatch::RequestState,
    ledger::{Admit, Refusal},
};

use crate::{
    World,
    drive::{FIRST, IntoCommand, replayed, request_of},
};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// The same key with the same payload is the same request, whatever became of it and of the agent's rights meanwhile.
pub async fn the_same_attempt_is_the_same_request(world: World) {
    let (tenant, payload) = (world.tenant().await, json!({ "to": "ada@example.com", "cc": null }));
    let ask = || tenant.admit_keyed(HOLD, "attempt-1", &payload);
    let first = world.ports.request(ask()).await;
    let second = world.second().await;
    assert_eq!(replayed(second.apply(ask()).await), (first.id, true));
    let settled = world.ports.request(tenant.settle(first.id, NanoUsd::cents(3))).await;
    tenant.unbind(tenant.spender.agent).await;
    let again = second.apply(ask()).await;
    assert_eq!(replayed(again.clone()), (first.id, true));
    assert_eq!(request_of(again), settled);
    let books = tenant.books(&world.ports).await;
    assert_eq!((books.requests, books.wallet.1), (1, 0));
}

/// The same key with another payload, operation or meaning is refused and names the earlier request.
pub async fn another_payload_under_the_same_key_is_a_conflict(world: World) {
    let tenant = world.tenant().await;
    let first = world.ports.request(tenant.admit_keyed(HOLD, "attempt-1", &json!({ "to": "a" }))).await.id;
    let head = world.ports.head(tenant.org).await;
    let conflict = world.second().await.apply(tenant.admit_keyed(HOLD, "attempt-1", &json!({ "to": "b" }))).await;
    assert_eq!(conflict.unwrap_err(), Refusal::IdempotencyConflict { request: first });
    assert_eq!(world.ports.head(tenant.org).await, head);
}

/// A refusal is final for its key.
pub async fn a_blocked_attempt_stays_blocked(world: World) {
    let (tenant, payload) = (world.tenant().await, json!({}));
    tenant.unbind(tenant.spender.agent).await;
    let blocked = world.ports.request(tenant.admit_keyed(HOLD, "attempt-1", &payload)).await;
    assert_eq!(blocked.state, RequestState::Blocked);
    tenant.bind(Default::default()).await;
    let again = world.ports.apply(tenant.admit_keyed(HOLD, "attempt-1", &payload)).await;
    assert_eq!(replayed(again), (blocked.id, true));
}

/// Keys belong to an agent and a mode: others may use the same text.
pub async fn keys_belong_to_an_agent_and_a_mode(world: World) {
    let (tenant, payload) = (world.tenant().await, json!({ "to": "a" }));
    let colleague = tenant.hire(|_| ()).await;
    let own = tenant.admit_keyed(HOLD, "attempt-1", &payload);
    let test = Admit { idempotency_key: own.idempotency_key.clone(), ..tenant.admit_test(HOLD) };
    let other = Admit { idempotency_key: own.idempotency_key.clone(), ..tenant.admit_by(colleague, HOLD) };
    for admit in [own, test, other] {
        let id = admit.id;
        assert_eq!(replayed(world.ports.apply(admit).await), (id, false));
    }
}

/// A revoked key learns nothing about earlier attempts.
pub async fn a_revoked_credential_is_told_nothing(world: World) {
    let (tenant, payload) = (world.tenant().await, json!({}));
    world.ports.request(tenant.admit_keyed(HOLD, "attempt-1", &payload)).await;
    tenant.revoke(tenant.spender.live).await;
    let refused = world.ports.apply(tenant.admit_keyed(HOLD, "attempt-1", &payload)).await;
    assert_eq!(refused.unwrap_err(), Refusal::CredentialRevoked);
}

/// The longest key, in any alphabet, is told from one that differs in its last byte.
pub async fn long_keys_are_kept_whole(world: World) {
    let (tenant, payload) = (world.tenant().await, json!({}));
    let keys = [format!("{}é", "ü".repeat(126)), format!("{}è", "ü".repeat(126)), "A".to_owned(), "a".to_owned()];
    for key in &keys {
        let admit = tenant.admit_keyed(HOLD, key, &payload);
        let id = admit.id;
        assert_eq!(replayed(world.ports.apply(admit).await), (id, false));
        let stored = world.ports.stored(tenant.org, id).await;
        assert_eq!(stored.idempotency_key.as_ref().map(|key| key.as_str()), Some(key.as_str()));
    }
}

/// One attempt on two nodes at once is one request and one hold.
pub async fn one_attempt_on_two_nodes_is_one_request(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    for round in 0..10 {
        let ask = || tenant.admit_keyed(HOLD, &format!("attempt-{round}"), &json!({ "round": round })).command();
        let (one, other) = tokio::join!(world.ports.one(ask(), FIRST), second.one(ask(), FIRST));
        let (one, other) = (replayed(one.unwrap()), replayed(other.unwrap()));
        assert_eq!(one.0, other.0);
        assert_ne!(one.1, other.1, "exactly one of them is the first");
    }
    let books = tenant.books(&world.ports).await;
    assert_eq!((books.requests, books.wallet.1), (10, 10 * HOLD.nanos()));
}
