//! Requests whose outcome a person may have to find out: open ones, and those to which evidence came late.

use upivia_domain::{
    NanoUsd, NodeId, RequestId,
    dispatch::{RequestState, ServiceRequest},
    ledger::Resolution,
    ports::{Clock, JournalFilter, OutcomeFilter, StoreError, transact},
};

use crate::{World, tenant::Tenant};

const HOLD: NanoUsd = NanoUsd::from_nanos(40_000_007);
const OTHER_COST: NanoUsd = NanoUsd::from_nanos(30_000_001);

async fn list(tenant: &Tenant, filter: OutcomeFilter) -> Vec<ServiceRequest> {
    tenant.world.second().await.outcomes.outcomes(tenant.org, &filter, 1_000).await.unwrap()
}

async fn ids(tenant: &Tenant, filter: OutcomeFilter) -> Vec<RequestId> {
    list(tenant, filter).await.into_iter().map(|request| request.id).collect()
}

fn flagged(flagged: bool) -> OutcomeFilter {
    OutcomeFilter { flagged: Some(flagged), ..OutcomeFilter::default() }
}

async fn unknown(tenant: &Tenant) -> ServiceRequest {
    let id = tenant.world.ports.request(tenant.admit(HOLD)).await.id;
    tenant.world.ports.request(tenant.unknown(id)).await
}

async fn acknowledged(tenant: &Tenant, request: RequestId) -> bool {
    let org = tenant.org;
    let was_listed: Result<bool, StoreError> = transact(&*tenant.world.ports.unit, &[org], move |tx| {
        Box::pin(async move { tx.late_evidence().acknowledge(org, request).await })
    })
    .await;
    was_listed.unwrap()
}

/// Running and unknown ones, whole and the newest first, until they end by whatever it is; nothing of others.
pub async fn open_outcomes_are_listed_until_they_end(world: World) {
    let (tenant, stranger) = (world.tenant().await, world.tenant().await);
    let ports = &world.ports;
    let lost = unknown(&tenant).await;
    let sent = ports.request(tenant.admit(HOLD)).await.id;
    let accepted = ports.request(tenant.running(sent)).await;
    ports.request(tenant.admit(HOLD)).await;
    let ended = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.settle(ended, HOLD)).await;
    assert_eq!(list(&tenant, OutcomeFilter::default()).await, [accepted.clone(), lost.clone()]);
    assert_eq!(list(&stranger, OutcomeFilter::default()).await, []);
    ports.request(tenant.settle(accepted.id, HOLD)).await;
    assert_eq!(ids(&tenant, OutcomeFilter::default()).await, [lost.id]);
    ports.request(tenant.resolve(lost.id, Resolution::Charge(HOLD))).await;
    assert_eq!(list(&tenant, OutcomeFilter::default()).await, []);
}

/// An answer of a dead owner and a correction flag a request for good; a takeover alone does not.
pub async fn late_evidence_is_listed_whatever_became_of_its_request(world: World) {
    let (tenant, stranger) = (world.tenant().await, world.tenant().await);
    let ports = &world.ports;
    let heir = NodeId::new(world.mint.uuid());
    let taken = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.take_over(taken, heir)).await;
    assert_eq!(list(&tenant, flagged(true)).await, []);
    assert_eq!(ids(&tenant, flagged(false)).await, [taken]);
    // The dead owner wakes up, and its provider will report later.
    let woken = ports.request(tenant.running(taken)).await;
    assert_eq!((woken.state, woken.flagged), (RequestState::Running, true));
    assert_eq!(list(&tenant, flagged(true)).await, [woken]);
    assert_eq!(list(&tenant, flagged(false)).await, []);
    assert_eq!(ids(&tenant, OutcomeFilter::default()).await, [taken]);

    let corrected = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.settle(corrected, HOLD)).await;
    ports.request(tenant.adjust(corrected, OTHER_COST)).await;
    assert_eq!(ids(&tenant, flagged(true)).await, [corrected, taken]);
    ports.request(tenant.adjust(corrected, HOLD)).await;
    ports.request(tenant.settle(taken, HOLD)).await;
    assert_eq!(ids(&tenant, flagged(true)).await, [corrected, taken], "still, and once");
    let running = OutcomeFilter { state: Some(RequestState::Running), ..flagged(true) };
    assert_eq!(list(&tenant, running).await, []);
    assert_eq!(list(&stranger, flagged(true)).await, []);
}

/// Whoever acknowledges takes it off the list, once; the request stays as it is, and more evidence lists it again.
pub async fn late_evidence_is_off_the_list_until_more_comes(world: World) {
    let (tenant, stranger) = (world.tenant().await, world.tenant().await);
    let ports = &world.ports;
    let id = ports.request(tenant.admit(HOLD)).await.id;
    ports.request(tenant.settle(id, HOLD)).await;
    let plain = ports.request(tenant.admit(HOLD)).await.id;
    let corrected = ports.request(tenant.adjust(id, OTHER_COST)).await;
    for (by, request, was_listed) in
        [(&stranger, id, false), (&tenant, plain, false), (&tenant, id, true), (&tenant, id, false)]
    {
        assert_eq!(acknowledged(by, request).await, was_listed, "{request}");
    }
    assert_eq!(list(&tenant, flagged(true)).await, []);
    let stored = world.second().await.requests.request(tenant.org, id).await.unwrap();
    assert_eq!(stored, Some(corrected));
    ports.request(tenant.adjust(id, HOLD)).await;
    assert_eq!(ids(&tenant, flagged(true)).await, [id]);
}

/// Each filter gives what fits and nothing else.
pub async fn open_outcomes_are_filtered(world: World) {
    let tenant = world.tenant().await;
    let old = unknown(&tenant).await;
    world.clock.advance_seconds(60);
    let test = world.ports.request(tenant.admit_test(HOLD)).await.id;
    world.ports.request(tenant.running(test)).await;
    let none = OutcomeFilter::default;
    let agent = Some(tenant.spender.agent);
    let nobody = Some(world.spender().agent);
    for (filter, expected) in [
        (OutcomeFilter { state: Some(RequestState::Unknown), ..none() }, vec![old.id]),
        (OutcomeFilter { state: Some(RequestState::Running), ..none() }, vec![test]),
        (OutcomeFilter { mode: Some(upivia_domain::Mode::Live), ..none() }, vec![old.id]),
        (OutcomeFilter { agent, ..none() }, vec![test, old.id]),
        (OutcomeFilter { agent: nobody, ..none() }, vec![]),
        (OutcomeFilter { created_by: Some(old.created_at), ..none() }, vec![old.id]),
        (OutcomeFilter { created_by: Some(old.created_at.plus_micros(-1)), ..none() }, vec![]),
        (OutcomeFilter { created_by: Some(world.clock.now()), ..none() }, vec![test, old.id]),
    ] {
        assert_eq!(ids(&tenant, filter.clone()).await, expected, "{filter:?}");
    }
}

/// The newest first, cut by the sequence of their admissions; in the order of neither their ends nor their owners.
pub async fn open_outcomes_stand_in_pages_by_sequence(world: World) {
    let tenant = world.tenant().await;
    let mut admitted = Vec::new();
    for _ in 0..5 {
        admitted.push(world.ports.request(tenant.admit(HOLD)).await.id);
    }
    for id in &admitted {
        world.ports.request(tenant.unknown(*id)).await;
    }
    let (mut seen, mut before_seq) = (Vec::new(), None);
    loop {
        let filter = OutcomeFilter { before_seq, ..OutcomeFilter::default() };
        let page = world.ports.outcomes.outcomes(tenant.org, &filter, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        before_seq = Some(last.seq);
        seen.extend(page.iter().map(|request| request.id));
    }
    admitted.reverse();
    assert_eq!(seen, admitted);
}

/// A request's own events, and of them those from one sequence to before another.
pub async fn the_events_of_one_request_are_found_between_two_sequences(world: World) {
    let tenant = world.tenant().await;
    let (first, second) = (unknown(&tenant).await, unknown(&tenant).await);
    world.ports.request(tenant.resolve(first.id, Resolution::Release)).await;
    let kinds = async |from_seq, before_seq| {
        let filter = JournalFilter { request: Some(first.id), from_seq, before_seq, ..JournalFilter::default() };
        let events = world.ports.journal.events(tenant.org, &filter, 100).await.unwrap();
        events.into_iter().map(|event| event.kind.into_owned()).collect::<Vec<_>>()
    };
    let all = ["request.resolved", "request.unknown", "request.admitted"];
    assert_eq!(kinds(None, None).await, all);
    assert_eq!(kinds(Some(first.seq), None).await, all);
    assert_eq!(kinds(Some(first.seq + 1), None).await, all[..2]);
    assert_eq!(kinds(None, Some(second.seq)).await, all[1..]);
}
