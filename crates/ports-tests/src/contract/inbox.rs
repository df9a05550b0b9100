//! What agents want from people: whole, listed by who may see it, counted by who waits.

use upivia_domain::{
    AgentId, AgentRequestId, BudgetRequestId, Mode, NanoUsd, OrgId, UserId,
    identity::OrgRole,
    inbox::{AgentRequest, AgentRequestKind, AgentRequestStatus},
    ports::{AgentRequestFilter, Asker, Clock, InboxSight, StoreError},
    team::{BudgetRequest, BudgetRequestStatus},
};

use crate::{Ports, World, tenant::Tenant};

/// A pending request at that place.
fn request(tenant: &Tenant, seq: i64) -> AgentRequest {
    AgentRequest {
        id: AgentRequestId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        seq,
        agent: Some(tenant.spender.agent),
        asked_by: None,
        kind: AgentRequestKind::Clarification,
        title: "Größe?".to_owned(),
        body: "Which \"size\"\n株".to_owned(),
        link: Some("https://example.com/plan".parse().unwrap()),
        budget_request: None,
        created_at: tenant.world.clock.now(),
        status: AgentRequestStatus::Pending,
        response: None,
        resolved_at: None,
        resolved_by: None,
    }
}

async fn insert(tenant: &Tenant, row: AgentRequest) -> Result<(), StoreError> {
    tenant.attempt(move |tx| Box::pin(async move { tx.agent_requests().insert(&row).await })).await
}

async fn list(ports: &Ports, org: OrgId, filter: AgentRequestFilter, limit: u32) -> Vec<AgentRequest> {
    ports.inbox.agent_requests(org, &filter, limit).await.unwrap()
}

/// Requests survive whole, are found inside and outside, and keep their answers.
pub async fn agent_requests_survive_with_their_answers(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let asked = request(&tenant, 1);
    insert(&tenant, asked.clone()).await.unwrap();
    let answered = AgentRequest {
        status: AgentRequestStatus::Resolved,
        response: Some("Größe 42".to_owned()),
        resolved_at: Some(world.clock.now()),
        resolved_by: Some(tenant.owner),
        ..asked.clone()
    };
    let (before, row, foreign) = (asked.clone(), answered.clone(), other.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.agent_requests().find(foreign, row.id).await?, None);
                assert_eq!(tx.agent_requests().find(row.org, row.id).await?, Some(before));
                tx.agent_requests().update(&row).await?;
                assert_eq!(tx.agent_requests().find(row.org, row.id).await?, Some(row));
                Ok(())
            })
        })
        .await
        .unwrap();
    let ports = world.second().await;
    assert_eq!(ports.inbox.agent_request(tenant.org, asked.id).await.unwrap(), Some(answered.clone()));
    assert_eq!(ports.inbox.agent_request(other.org, asked.id).await.unwrap(), None);
    assert_eq!(list(&ports, tenant.org, AgentRequestFilter::default(), 9).await, [answered]);
    assert_eq!(list(&ports, other.org, AgentRequestFilter::default(), 9).await, []);
    let nothing = request(&tenant, 2);
    let changed = tenant.attempt(move |tx| Box::pin(async move { tx.agent_requests().update(&nothing).await })).await;
    assert!(matches!(changed, Err(StoreError::Constraint(_))), "{changed:?}");
    let stranger = AgentRequest { agent: Some(other.spender.agent), ..request(&tenant, 3) };
    assert!(matches!(insert(&tenant, stranger).await, Err(StoreError::Constraint(_))));
}

/// Pages follow each other by sequence, whatever the ids say; status and kind filter.
pub async fn agent_requests_stand_in_pages_by_sequence(world: World) {
    let tenant = world.tenant().await;
    let mut rows = Vec::new();
    for seq in [5, 3, 9, 7] {
        let row = request(&tenant, seq);
        insert(&tenant, row.clone()).await.unwrap();
        rows.push(row);
    }
    let blocked = AgentRequest {
        kind: AgentRequestKind::Blocked,
        status: AgentRequestStatus::Rejected,
        resolved_at: Some(world.clock.now()),
        resolved_by: Some(tenant.owner),
        ..request(&tenant, 4)
    };
    insert(&tenant, blocked.clone()).await.unwrap();
    let ports = world.second().await;
    let seqs = async |filter, limit| {
        let found = list(&ports, tenant.org, filter, limit).await;
        found.iter().map(|request| request.seq).collect::<Vec<_>>()
    };
    let all = AgentRequestFilter::default();
    assert_eq!(seqs(all, 2).await, [9, 7]);
    assert_eq!(seqs(AgentRequestFilter { before_seq: Some(7), ..all }, 2).await, [5, 4]);
    assert_eq!(seqs(AgentRequestFilter { is_pending: Some(true), ..all }, 9).await, [9, 7, 5, 3]);
    assert_eq!(seqs(AgentRequestFilter { is_pending: Some(false), ..all }, 9).await, [4]);
    assert_eq!(seqs(AgentRequestFilter { kind: Some(AgentRequestKind::Blocked), ..all }, 9).await, [4]);
    assert!(seqs(AgentRequestFilter { kind: Some(AgentRequestKind::Approval), ..all }, 9).await.is_empty());
}

/// A person sees what they asked and what their agents did, an agent its own.
pub async fn a_person_sees_what_they_asked_and_what_their_agents_did(world: World) {
    let tenant = world.tenant().await;
    let eve = tenant.person(OrgRole::Member).await;
    let eves = tenant.hire(move |agent| agent.owner = eve).await.agent;
    let by_owner = AgentRequest { agent: None, asked_by: Some(tenant.owner), ..request(&tenant, 3) };
    let by_eve = AgentRequest { asked_by: Some(eve), ..request(&tenant, 2) };
    for row in [AgentRequest { agent: Some(eves), ..request(&tenant, 1) }, by_eve, by_owner] {
        insert(&tenant, row).await.unwrap();
    }
    let ports = world.second().await;
    let seen = async |sight| {
        let filter = AgentRequestFilter { sight: Some(sight), ..AgentRequestFilter::default() };
        let found = list(&ports, tenant.org, filter, 9).await;
        found.iter().map(|request| request.seq).collect::<Vec<_>>()
    };
    assert_eq!(seen(InboxSight::Person(eve)).await, [2, 1]);
    assert_eq!(seen(InboxSight::Person(tenant.owner)).await, [3, 2]);
    assert_eq!(seen(InboxSight::Agent(eves)).await, [1]);
    assert!(seen(InboxSight::Person(UserId::new(world.mint.uuid()))).await.is_empty());
    assert!(seen(InboxSight::Agent(AgentId::new(world.mint.uuid()))).await.is_empty());
}

/// A wish for money has at most one request, which is found by it.
pub async fn a_wish_for_money_has_one_agent_request(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let wish = wish(&tenant);
    let asked =
        AgentRequest { kind: AgentRequestKind::BudgetIncrease, budget_request: Some(wish.id), ..request(&tenant, 1) };
    let second = AgentRequest { budget_request: Some(wish.id), ..request(&tenant, 2) };
    let unknown = BudgetRequestId::new(world.mint.uuid());
    let (row, foreign) = (asked.clone(), other.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.budget_requests().insert(&wish).await?;
                tx.agent_requests().insert(&row).await?;
                assert_eq!(tx.agent_requests().find_by_budget_request(foreign, wish.id).await?, None);
                assert_eq!(tx.agent_requests().find_by_budget_request(row.org, unknown).await?, None);
                assert_eq!(tx.agent_requests().find_by_budget_request(row.org, wish.id).await?, Some(row));
                Ok(())
            })
        })
        .await
        .unwrap();
    assert!(matches!(insert(&tenant, second).await, Err(StoreError::Constraint(_))));
    let nowhere = AgentRequest { budget_request: Some(unknown), ..request(&tenant, 3) };
    assert!(matches!(insert(&tenant, nowhere).await, Err(StoreError::Constraint(_))));
}

/// Only what is pending counts: of an agent whoever asked, of a person what is about no agent.
pub async fn pending_agent_requests_are_counted_by_queue(world: World) {
    let tenant = world.tenant().await;
    let (org, agent, owner) = (tenant.org, tenant.spender.agent, tenant.owner);
    let by_owner = AgentRequest { agent: None, asked_by: Some(owner), ..request(&tenant, 3) };
    let for_agent = AgentRequest { asked_by: Some(owner), ..request(&tenant, 2) };
    let done = AgentRequest { status: AgentRequestStatus::Resolved, ..request(&tenant, 4) };
    for row in [request(&tenant, 1), for_agent, by_owner, done] {
        insert(&tenant, row).await.unwrap();
    }
    let nobody = UserId::new(world.mint.uuid());
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.agent_requests().count_pending(org, Asker::Agent(agent)).await?, 2);
                assert_eq!(tx.agent_requests().count_pending(org, Asker::Person(owner)).await?, 1);
                assert_eq!(tx.agent_requests().count_pending(org, Asker::Person(nobody)).await?, 0);
                Ok(())
            })
        })
        .await
        .unwrap();
}

fn wish(tenant: &Tenant) -> BudgetRequest {
    BudgetRequest {
        id: BudgetRequestId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        team: tenant.team,
        user: tenant.owner,
        mode: Mode::Live,
        amount: NanoUsd::cents(1),
        reason: None,
        status: BudgetRequestStatus::Pending,
        created_at: tenant.world.clock.now(),
        resolved_at: None,
        resolved_by: None,
    }
}
