//! What people stop, and organizations that may not spend: it holds from the next command on, on every node.

use upivia_domain::{
    OrgId,
    agent::AgentKind,
    binding::BindingTerms,
    budget::{AccountOwner, ReasonCode},
    dispatch::{RequestState, ServiceRequest},
    identity::{OrganizationStatus, Standing},
    ledger::{Refusal, Resolution},
    policy::{Stop, StopScope},
    ports::{Clock, StoreError},
};

use crate::{
    Ports, World,
    tenant::{Spender, Tenant},
};

const HOLD: upivia_domain::NanoUsd = upivia_domain::NanoUsd::cents(4);

fn row(tenant: &Tenant, scope: StopScope) -> Stop {
    Stop {
        org: tenant.org,
        scope,
        reason: "Größe, \"quoted\"\n株".to_owned(),
        stopped_by: tenant.owner,
        stopped_at: tenant.world.clock.now(),
    }
}

async fn stop(tenant: &Tenant, scope: StopScope) -> Result<(), StoreError> {
    let stop = row(tenant, scope);
    tenant.attempt(move |tx| Box::pin(async move { tx.stops().insert(&stop).await })).await
}

async fn resume(tenant: &Tenant, scope: StopScope) {
    let org = tenant.org;
    tenant.attempt(move |tx| Box::pin(async move { tx.stops().remove(org, scope).await })).await.unwrap();
}

/// What the first failed check of a request of that agent was, and whose.
async fn verdict(ports: &Ports, tenant: &Tenant, of: Spender) -> Option<(RequestState, ReasonCode, &'static str)> {
    let request = ports.request(tenant.admit_by(of, HOLD)).await;
    request.reasons.first().map(|reason| (request.state, reason.code, reason.scope))
}

const fn blocked(scope: &'static str) -> Option<(RequestState, ReasonCode, &'static str)> {
    Some((RequestState::Blocked, ReasonCode::OrganizationSuspended, scope))
}

/// A stop of the organization, of a team and of an agent's tree refuse whom they reach and nobody else, on both nodes,
/// until each is removed.
pub async fn a_stop_holds_on_every_node_at_once(world: World) {
    let (tenant, stranger, second) = (world.tenant().await, world.tenant().await, world.second().await);
    let colleague = tenant.hire(|_| ()).await;
    let outsider = tenant.hire(|agent| agent.team = None).await;
    let all = [tenant.spender, colleague, outsider];
    for of in all {
        assert_eq!(verdict(&second, &tenant, of).await, None, "the second node knows the policy of before");
    }
    let cases = [
        (StopScope::Organization, [blocked("organization"); 3]),
        (StopScope::Team(tenant.team), [blocked("team"), blocked("team"), None]),
        (StopScope::AgentTree(colleague.agent), [None, blocked("agent_tree"), None]),
    ];
    for (scope, expected) in cases {
        stop(&tenant, scope).await.unwrap();
        for ports in [&second, &world.ports] {
            for (of, expected) in all.into_iter().zip(expected) {
                assert_eq!(verdict(ports, &tenant, of).await, expected, "{scope}");
            }
            assert_eq!(verdict(ports, &stranger, stranger.spender).await, None, "{scope}");
        }
        resume(&tenant, scope).await;
        for of in all {
            assert_eq!(verdict(&second, &tenant, of).await, None, "{scope}");
        }
    }
}

/// Every stop that reaches a request is told, the widest first; removing one leaves the others in force.
pub async fn stops_add_up(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    let scopes = [StopScope::AgentTree(tenant.spender.agent), StopScope::Organization, StopScope::Team(tenant.team)];
    for scope in scopes {
        stop(&tenant, scope).await.unwrap();
    }
    let told = async || {
        let refused = second.request(tenant.admit(HOLD)).await;
        assert_eq!(second.stored(tenant.org, refused.id).await, refused, "it survives with its scopes");
        refused.reasons.iter().map(|reason| reason.scope).collect::<Vec<_>>()
    };
    assert_eq!(told().await, ["organization", "team", "agent_tree"]);
    resume(&tenant, StopScope::Organization).await;
    assert_eq!(told().await, ["team", "agent_tree"]);
}

/// Whoever is spawned below a stopped agent is stopped, also when that happens after the stop.
pub async fn a_stopped_tree_reaches_who_is_spawned_later(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    let root = tenant.spender.agent;
    stop(&tenant, StopScope::AgentTree(root)).await.unwrap();
    let child = tenant.hire(|agent| (agent.kind, agent.ancestors) = (AgentKind::Spawned, vec![root])).await;
    let lineage = vec![root, child.agent];
    let grandchild = tenant.hire(|agent| (agent.kind, agent.ancestors) = (AgentKind::Spawned, lineage)).await;
    for of in [child, grandchild] {
        let money = tenant.allocation(AccountOwner::Wallet, AccountOwner::Agent(of.agent), HOLD);
        world.ports.apply(money).await.unwrap();
        assert_eq!(verdict(&second, &tenant, of).await, blocked("agent_tree"));
    }
    resume(&tenant, StopScope::AgentTree(root)).await;
    stop(&tenant, StopScope::AgentTree(child.agent)).await.unwrap();
    assert_eq!(verdict(&second, &tenant, tenant.spender).await, None, "the parent is not below its child");
    assert_eq!(verdict(&second, &tenant, grandchild).await, blocked("agent_tree"));
}

/// What was admitted before a stop ends and is paid for.
pub async fn what_runs_when_it_is_stopped_ends(world: World) {
    let tenant = world.tenant().await;
    let running = world.ports.request(tenant.admit(HOLD)).await;
    stop(&tenant, StopScope::Organization).await.unwrap();
    let settled = world.ports.request(tenant.settle(running.id, HOLD)).await;
    assert_eq!((settled.state, settled.charge().map(|charge| charge.cost)), (RequestState::Executed, Some(HOLD)));
    assert_eq!(tenant.books(&world.ports).await.wallet.1, 0, "nothing is held any more");
}

/// An approval during a stop says why it does not count, leaves the question open, and counts once the stop has ended.
pub async fn an_approval_waits_for_the_end_of_a_stop(world: World) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    tenant.bind(BindingTerms { approval_threshold: Some(upivia_domain::NanoUsd::ZERO), ..Default::default() }).await;
    let asked: ServiceRequest = world.ports.request(tenant.admit(HOLD)).await;
    assert_eq!(asked.state, RequestState::ApprovalRequired);
    let scope = StopScope::Team(tenant.team);
    stop(&tenant, scope).await.unwrap();
    match second.apply(tenant.approve(&asked)).await {
        Err(Refusal::NotNow(reasons)) => assert_eq!(reasons.to_vec(), [scope.refusal()]),
        other => panic!("{other:?}"),
    }
    tenant.assert_stored(&asked).await;
    resume(&tenant, scope).await;
    let approved = second.request(tenant.approve(&asked)).await;
    assert_eq!(approved.state, RequestState::Dispatching);
}

/// Stops survive whole, one per scope, are listed the widest first, and are nobody's business elsewhere.
pub async fn stops_survive_with_their_authors(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let scopes = [StopScope::Organization, StopScope::Team(tenant.team), StopScope::AgentTree(tenant.spender.agent)];
    for scope in scopes.into_iter().rev() {
        stop(&tenant, scope).await.unwrap();
    }
    let second = world.second().await;
    let stored = second.stops.stops(tenant.org).await.unwrap();
    assert_eq!(stored, scopes.map(|scope| row(&tenant, scope)));
    assert_eq!(second.stops.stops(other.org).await.unwrap(), []);
    assert!(matches!(stop(&tenant, StopScope::Organization).await, Err(StoreError::Constraint(_))), "twice");
    let (org, stranger, expected) = (tenant.org, other.org, row(&tenant, scopes[1]));
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.stops().find(org, expected.scope).await?, Some(expected.clone()));
                assert_eq!(tx.stops().find(stranger, expected.scope).await?, None);
                tx.stops().remove(org, expected.scope).await?;
                tx.stops().remove(org, expected.scope).await?;
                assert_eq!(tx.stops().find(org, expected.scope).await?, None);
                Ok(())
            })
        })
        .await
        .unwrap();
    assert_eq!(second.stops.stops(tenant.org).await.unwrap().len(), 2);
}

fn standing(tenant: &Tenant, status: OrganizationStatus) -> Standing {
    let (org, reason) = (tenant.org, format!("now {status}"));
    let changed_by = (status != OrganizationStatus::Closed).then_some(tenant.owner);
    Standing { org, status, reason, changed_by, changed_at: tenant.world.clock.now() }
}

async fn stand(tenant: &Tenant, status: OrganizationStatus) {
    let (standing, org) = (standing(tenant, status), tenant.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.standings().put(&standing).await?;
                assert_eq!(tx.standings().status(org).await?, standing.status);
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// Only an active organization admits anything, on both nodes; the last change is kept and found by its status.
pub async fn a_standing_holds_on_every_node_at_once(world: World) {
    use OrganizationStatus::{Active, Closed, Closing, Suspended};
    let (tenant, other, second) = (world.tenant().await, world.tenant().await, world.second().await);
    assert_eq!(verdict(&second, &tenant, tenant.spender).await, None);
    assert_eq!(second.standings.standing(tenant.org).await.unwrap(), None);
    for status in [Suspended, Active, Closing, Closed] {
        stand(&tenant, status).await;
        let expected = if status == Active { None } else { blocked("organization") };
        for ports in [&second, &world.ports] {
            assert_eq!(verdict(ports, &tenant, tenant.spender).await, expected, "{status}");
            assert_eq!(verdict(ports, &other, other.spender).await, None);
        }
        assert_eq!(second.standings.standing(tenant.org).await.unwrap(), Some(standing(&tenant, status)));
        for asked in [Suspended, Active, Closing, Closed] {
            let found = second.standings.organizations_that_are(asked, 10).await.unwrap();
            let expected: &[OrgId] = if asked == status { &[tenant.org] } else { &[] };
            assert_eq!(found.iter().map(|one| one.org).collect::<Vec<_>>(), expected, "{asked}");
        }
    }
    assert_eq!(second.standings.standing(other.org).await.unwrap(), None);
}

/// All agent keys of an organization die together, on both nodes; those of others and personal tokens live on.
pub async fn all_agent_keys_die_together(world: World) {
    let (tenant, other, second) = (world.tenant().await, world.tenant().await, world.second().await);
    let colleague = tenant.hire(|_| ()).await;
    assert_eq!(verdict(&second, &tenant, colleague).await, None);
    let org = tenant.org;
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.standings().revoke_agent_keys(org).await?, 4, "two agents, two keys each");
                assert_eq!(tx.standings().revoke_agent_keys(org).await?, 0);
                Ok(())
            })
        })
        .await
        .unwrap();
    for ports in [&second, &world.ports] {
        for of in [tenant.spender, colleague] {
            assert_eq!(ports.apply(tenant.admit_by(of, HOLD)).await.unwrap_err(), Refusal::CredentialRevoked);
        }
        assert_eq!(verdict(ports, &other, other.spender).await, None);
    }
}

/// Open requests of an organization are found until the last has ended.
pub async fn open_requests_of_an_organization_are_found(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    world.ports.request(other.admit(HOLD)).await;
    assert!(!is_open(&tenant).await);
    let (one, unknown) = (world.ports.request(tenant.admit(HOLD)).await, world.ports.request(tenant.admit(HOLD)).await);
    world.ports.request(tenant.unknown(unknown.id)).await;
    assert!(is_open(&tenant).await);
    world.ports.request(tenant.settle(one.id, HOLD)).await;
    assert!(is_open(&tenant).await, "nobody knows the outcome of the other");
    world.ports.request(tenant.resolve(unknown.id, Resolution::Release)).await;
    assert!(!is_open(&tenant).await);
}

async fn is_open(tenant: &Tenant) -> bool {
    let org = tenant.org;
    tenant.world.change(&[org], move |tx| Box::pin(async move { tx.standings().has_open_requests(org).await })).await
}
