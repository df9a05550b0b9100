//! Questions and their answers, as stored: asked once, answered once, found by people and by the sweep.

use upivia_domain::{
    NanoUsd,
    approval::ApprovalStatus,
    binding::BindingTerms,
    budget::ReasonCode,
    dispatch::{RequestState, ServiceRequest},
    ledger::{Approve, Outcome, Refusal, Screening},
    ports::{ApprovalFilter, Clock},
};

use crate::{Ports, World, requests::APPROVAL, tenant::Tenant};

const HOLD: NanoUsd = NanoUsd::from_nanos(40_000_007);

async fn asker(world: &World) -> Tenant {
    let tenant = world.tenant().await;
    let terms = BindingTerms { approval_threshold: Some(NanoUsd::ZERO), day_count: Some(9), ..BindingTerms::default() };
    tenant.bind(terms).await;
    tenant
}

async fn ask(world: &World, tenant: &Tenant) -> ServiceRequest {
    let asked = world.ports.request(tenant.admit(HOLD)).await;
    assert_eq!(asked.state, RequestState::ApprovalRequired);
    asked
}

async fn status(ports: &Ports, tenant: &Tenant, asked: &ServiceRequest) -> ApprovalStatus {
    let (id, _) = asked.approval.expect("a question");
    ports.approvals.approval(tenant.org, id).await.unwrap().expect("the question is stored").status
}

/// Every status is listed under its name only, and never by another organization.
pub async fn a_question_is_listed_with_its_answer(world: World) {
    let (tenant, stranger) = (asker(&world).await, asker(&world).await);
    let (yes, no, open) = (ask(&world, &tenant).await, ask(&world, &tenant).await, ask(&world, &tenant).await);
    world.ports.request(tenant.approve(&yes)).await;
    let rejected = world.ports.request(tenant.reject(&no)).await;
    tenant.assert_stored(&rejected).await;
    let expected =
        [(ApprovalStatus::Approved, &yes), (ApprovalStatus::Rejected, &no), (ApprovalStatus::Pending, &open)];
    for (status, request) in expected {
        let filter = ApprovalFilter { status: Some(status), ..ApprovalFilter::default() };
        let listed = world.ports.approvals.approvals(tenant.org, &filter, 10).await.unwrap();
        assert_eq!(listed.iter().map(|one| one.request).collect::<Vec<_>>(), [request.id], "{status}");
        let one = &listed[0];
        assert_eq!((Some((one.id, one.expires_at)), one.seq), (request.approval, request.seq));
        assert_eq!(one.resolved_at.is_some(), status != ApprovalStatus::Pending);
        assert_eq!(one.resolved_by.is_some(), status != ApprovalStatus::Pending);
        assert!(world.ports.approvals.approvals(stranger.org, &filter, 10).await.unwrap().is_empty());
        assert_eq!(world.ports.approvals.approval(stranger.org, one.id).await.unwrap(), None);
    }
}

/// The row is written anew with hold, provider and windows, and lives on like any other.
pub async fn an_approval_gives_the_request_a_hold(world: World) {
    let tenant = asker(&world).await;
    let asked = ask(&world, &tenant).await;
    let approved = world.second().await.request(tenant.approve(&asked)).await;
    assert_eq!((approved.state, approved.held_amount()), (RequestState::Dispatching, HOLD));
    tenant.assert_stored(&approved).await;
    let settled = world.ports.request(tenant.settle(asked.id, HOLD)).await;
    assert_eq!(settled.state, RequestState::Executed);
    tenant.assert_stored(&settled).await;
    assert_eq!(tenant.books(&world.ports).await.requests, 1, "the unit of the question is the unit of the request");
}

/// Two people on two nodes: one admits, the other sees what the first one did.
pub async fn two_approvers_at_once_admit_once(world: World) {
    let tenant = asker(&world).await;
    let asked = ask(&world, &tenant).await;
    let second = world.second().await;
    let (first, other) = (tenant.approve(&asked), tenant.approve(&asked));
    let answers = tokio::join!(world.ports.apply(first), second.apply(other));
    let admitted = [answers.0, answers.1].into_iter().filter(|answer| match answer {
        Ok(Outcome::Request { request, replayed }) => {
            assert_eq!(request.state, RequestState::Dispatching);
            !replayed
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(admitted.count(), 1);
}

/// The approval whose answer was lost admitted the request: asked again it says so, that its caller may carry on.
pub async fn an_approval_is_found_again(world: World) {
    let tenant = asker(&world).await;
    let asked = ask(&world, &tenant).await;
    let approve = tenant.approve(&asked);
    let first = world.ports.request(approve.clone()).await;
    let (second, events) = (world.second().await, world.ports.head(tenant.org).await.seq);
    for replay in [world.ports.again(approve.clone()).await, second.again(approve).await] {
        match replay {
            Ok(Outcome::Request { request, replayed: false }) => assert_eq!(*request, first),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.ports.head(tenant.org).await.seq, events, "it was written once");
}

/// Yes and no at the same time: one of them holds, the other is told.
pub async fn an_approval_meets_a_rejection_once(world: World) {
    let tenant = asker(&world).await;
    let asked = ask(&world, &tenant).await;
    let second = world.second().await;
    let (yes, no) = tokio::join!(world.ports.apply(tenant.approve(&asked)), second.apply(tenant.reject(&asked)));
    let resolved = |answer: &Result<Outcome, Refusal>| matches!(answer, Err(Refusal::ApprovalResolved));
    assert!(yes.is_ok() != no.is_ok() && (resolved(&yes) || resolved(&no)), "{yes:?} {no:?}");
    let expected = if yes.is_ok() { ApprovalStatus::Approved } else { ApprovalStatus::Rejected };
    assert_eq!(status(&world.ports, &tenant, &asked).await, expected);
}

/// The sweep finds what is over, of all organizations, and nothing else.
pub async fn questions_that_are_over_are_found_and_end(world: World) {
    let (tenant, other) = (asker(&world).await, asker(&world).await);
    let (asked, answered, foreign) =
        (ask(&world, &tenant).await, ask(&world, &tenant).await, ask(&world, &other).await);
    world.ports.request(tenant.reject(&answered)).await;
    let end = APPROVAL.expires_at(world.clock.now());
    assert!(world.ports.approvals.overdue(end.plus_micros(-1), 10).await.unwrap().is_empty());
    let mut found: Vec<_> =
        world.ports.approvals.overdue(end, 10).await.unwrap().iter().map(|one| one.request).collect();
    found.sort_unstable();
    assert_eq!(found, [asked.id, foreign.id]);
    assert_eq!(world.ports.approvals.overdue(end, 1).await.unwrap().len(), 1);
    assert_eq!(world.ports.request(tenant.expire(&asked)).await.state, RequestState::ApprovalRequired, "not yet");
    world.clock.advance_seconds(APPROVAL.lifetime_seconds);
    let expired = world.ports.request(tenant.expire(&asked)).await;
    assert_eq!(expired.reason(), Some(ReasonCode::ApprovalExpired));
    tenant.assert_stored(&expired).await;
    assert_eq!(status(&world.ports, &tenant, &asked).await, ApprovalStatus::Expired);
}

/// A price that rose is asked about under a new id; the first question is over.
pub async fn a_dearer_question_takes_the_place_of_the_first(world: World) {
    let tenant = asker(&world).await;
    let asked = ask(&world, &tenant).await;
    let mut dearer: Approve = tenant.approve(&asked);
    let estimate = HOLD.checked_add(HOLD).unwrap();
    dearer.admit.screening = Screening::Accepted { estimate, applied_max_tokens: None };
    let again = world.ports.request(dearer).await;
    assert_eq!((again.state, again.estimate), (RequestState::ApprovalRequired, estimate));
    tenant.assert_stored(&again).await;
    assert_eq!(status(&world.ports, &tenant, &asked).await, ApprovalStatus::Withdrawn);
    assert_eq!(status(&world.ports, &tenant, &again).await, ApprovalStatus::Pending);
    assert_eq!(world.ports.apply(tenant.approve(&asked)).await.unwrap_err(), Refusal::ApprovalResolved);
    assert_eq!(world.ports.request(tenant.approve(&again)).await.held_amount(), estimate);
}

/// The newest first, cut by the commit sequence.
pub async fn questions_stand_in_pages_by_sequence(world: World) {
    let tenant = asker(&world).await;
    let mut asked = Vec::new();
    for _ in 0..APPROVAL.most_pending {
        asked.push(ask(&world, &tenant).await.id);
    }
    asked.reverse();
    let (mut seen, mut before_seq) = (Vec::new(), None);
    loop {
        let filter = ApprovalFilter { before_seq, agent: Some(tenant.spender.agent), ..ApprovalFilter::default() };
        let page = world.ports.approvals.approvals(tenant.org, &filter, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before_seq = Some(last.seq);
        seen.extend(page.iter().map(|one| one.request));
    }
    assert_eq!(seen, asked);
}
