//! Batches that PostgreSQL is asked to write without having been asked anything before: right answers, whoever else was there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::sync::Arc;

use support::{
    raw::{Place, Raw},
    tenant::{SKIP, Tenant, clock, fresh},
};
use upivia_domain::{
    AgentId, OrgId, RequestId,
    agent::{Agent, AgentStatus},
    dispatch::{RequestState, ServiceRequest},
    ledger::{Command, Outcome},
    ports::{Applied, ApplyMode, LedgerStore, RequestQueries, StoreError, Tx, transact},
};
use upivia_store::{Store, testing::Fault};

/// A tenant whose store has seen enough batches to trust its memory.
async fn calm() -> (Raw, Tenant) {
    let raw = Raw::postgres().await;
    let tenant = Tenant::found(&raw.store).await;
    calm_down(&raw.store, &tenant).await;
    (raw, tenant)
}

async fn calm_down(store: &Store, tenant: &Tenant) {
    for _ in 0..4 {
        let request = fresh("srq_");
        one(store, tenant.admission(request)).await;
        one(store, tenant.settlement(request)).await;
    }
}

async fn one(store: &Store, command: Arc<Command>) -> ServiceRequest {
    let applied = store.apply(&[command], SKIP).await.unwrap();
    let [Applied::Done(Ok(Outcome::Request { request, .. }))] = applied.as_slice() else { panic!("{applied:?}") };
    (**request).clone()
}

fn from_memory(raw: &Raw) -> u64 {
    raw.store.stats().from_memory
}

async fn held(raw: &Raw, tenant: &Tenant) -> i64 {
    let wallet = "key = 'live:account:wallet'";
    raw.number(&format!("SELECT held AS number FROM meters WHERE org_id = '{}' AND {wallet}", tenant.org)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_from_memory_is_in_the_tables() {
    let (raw, tenant) = calm().await;
    let (before, request) = (from_memory(&raw), fresh("srq_"));
    let admitted = one(&raw.store, tenant.admission(request)).await;
    assert_eq!(raw.store.request(tenant.org, request).await.unwrap(), Some(admitted));
    let settled = one(&raw.store, tenant.settlement(request)).await;
    assert_eq!(raw.store.request(tenant.org, request).await.unwrap(), Some(settled));
    assert_eq!(from_memory(&raw), before + 2);
    assert_eq!(held(&raw, &tenant).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_node_did_meanwhile_is_found() {
    let (raw, tenant) = calm().await;
    let other = raw.store.another_node(raw.parts.with(clock())).await.unwrap();
    let (before, mine, theirs) = (from_memory(&raw), fresh("srq_"), fresh("srq_"));
    one(&raw.store, tenant.admission(mine)).await;
    one(&other, tenant.admission(theirs)).await;
    one(&other, tenant.settlement(mine)).await;
    one(&raw.store, tenant.settlement(theirs)).await;
    assert_eq!(from_memory(&raw), before + 1, "the second was wrong and went the long way");
    assert_eq!(held(&raw, &tenant).await, 0);
    for request in [mine, theirs] {
        let found = raw.store.request(tenant.org, request).await.unwrap().unwrap();
        assert_eq!(found.state, RequestState::Executed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_on_another_node_holds_from_the_next_request_on() {
    let (raw, tenant) = calm().await;
    let other = raw.store.another_node(raw.parts.with(clock())).await.unwrap();
    let paused: Result<(), StoreError> =
        transact(&other, &[tenant.org], move |tx| Box::pin(pause(tx, tenant.org, tenant.agent))).await;
    paused.unwrap();
    let refused = one(&raw.store, tenant.admission(fresh("srq_"))).await;
    assert_eq!(refused.state, RequestState::Failed);
    assert_eq!(held(&raw, &tenant).await, 0);
}

// As the use-case does it, with an event: who changes policy moves the chain on.
async fn pause(tx: &mut dyn Tx, org: OrgId, agent: AgentId) -> Result<(), StoreError> {
    let found = tx.agents().find(org, agent).await?.unwrap();
    tx.agents().update(&Agent { status: AgentStatus::Paused, ..found }).await?;
    tx.append(org, support::tenant::event("agent.paused", agent)).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_used_before_answers_from_its_request() {
    let (raw, tenant) = calm().await;
    let first: RequestId = fresh("srq_");
    one(&raw.store, tenant.admission(first)).await;
    one(&raw.store, tenant.settlement(first)).await;
    let state = raw.state(&tenant).await;
    let again = one(&raw.store, with_key_of(&tenant, first)).await;
    assert_eq!((again.id, again.state), (first, RequestState::Executed));
    assert_eq!(raw.state(&tenant).await, state, "nothing was written");
}

fn with_key_of(tenant: &Tenant, first: RequestId) -> Arc<Command> {
    let mut command = (*tenant.admission(fresh("srq_"))).clone();
    if let Command::Admit(admit) = &mut command {
        admit.idempotency_key = Some(first.to_string().parse().unwrap());
    }
    Arc::new(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_a_doubt_that_the_second_try_ends() {
    let (raw, tenant) = calm().await;
    let request = fresh("srq_");
    let batch = [tenant.admission(request)];
    raw.parts.faults.set(Fault::LoseCommitAnswer);
    let error = raw.store.apply(&batch, SKIP).await.unwrap_err();
    assert!(matches!(error, StoreError::CommitUnknown(_)), "{error}");
    let state = raw.state(&tenant).await;
    let applied = raw.store.apply(&batch, ApplyMode { again: true, ..SKIP }).await.unwrap();
    let [Applied::Done(Ok(Outcome::Request { request: found, .. }))] = applied.as_slice() else {
        panic!("{applied:?}")
    };
    assert_eq!(found.id, request);
    assert_eq!(raw.state(&tenant).await, state, "it was admitted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_finds_no_row_leaves_nothing() {
    let (raw, tenant) = calm().await;
    for table in ["meters", "requests", "org_heads"] {
        let request = fresh("srq_");
        one(&raw.store, tenant.admission(request)).await;
        raw.execute(&raw.ignoring_updates(table)).await.unwrap();
        let before = raw.state(&tenant).await;
        let error = raw.store.apply(&[tenant.settlement(request)], SKIP).await.unwrap_err();
        assert!(matches!(error, StoreError::Internal(_)), "{table}: {error}");
        assert_eq!(raw.state(&tenant).await, before, "{table}");
        raw.execute(&raw.updating_again(table)).await.unwrap();
        calm_down(&raw.store, &tenant).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_that_somebody_holds_is_not_waited_for() {
    let (raw, tenant) = calm().await;
    let Place::Server(database) = &raw.place else { panic!("not a server") };
    let mut holder = database.connect().await;
    let take = format!("BEGIN; SELECT 1 FROM org_heads WHERE org_id = '{}' FOR NO KEY UPDATE", tenant.org);
    diesel_async::SimpleAsyncConnection::batch_execute(&mut holder, &take).await.unwrap();
    let applied = raw.store.apply(&[tenant.admission(fresh("srq_"))], SKIP).await.unwrap();
    assert!(matches!(applied.as_slice(), [Applied::Locked]), "{applied:?}");
}
