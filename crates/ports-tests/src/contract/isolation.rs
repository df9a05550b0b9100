//! Two organizations on one store know nothing of each other.

use upivia_domain::{
    Mode, NanoUsd, OrgId, UserId,
    binding::{Binding, BindingTerms},
    budget::{AccountOwner, MeterKey},
    ledger::Refusal,
    ports::{JournalFilter, StoreError, transact},
};

use crate::{
    World,
    seed::{email, event, hash_of},
};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// No query finds a row of another organization.
pub async fn queries_find_nothing_of_another_organization(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let request = world.ports.request(a.admit(HOLD)).await.id;
    let ports = world.second().await;
    assert_eq!(ports.requests.request(b.org, request).await.unwrap(), None);
    assert_eq!(ports.agents.agent(b.org, a.spender.agent).await.unwrap(), None);
    assert_eq!(ports.agents.bindings(b.org, a.spender.agent).await.unwrap(), []);
    assert_eq!(ports.agents.agents(b.org, Some(a.team)).await.unwrap(), []);
    assert_eq!(ports.credentials.membership(b.org, a.owner).await.unwrap(), None);
    let own = |tenant: &crate::tenant::Tenant| (tenant.spender.agent, tenant.team);
    for tenant in [&a, &b] {
        let agents = ports.agents.agents(tenant.org, None).await.unwrap();
        let teams = ports.agents.teams(tenant.org).await.unwrap();
        let found: Vec<_> = agents.iter().zip(&teams).map(|(agent, team)| (agent.id, team.id)).collect();
        assert_eq!((found, agents.len(), teams.len()), (vec![own(tenant)], 1, 1));
    }
    let events = ports.journal.events(b.org, &JournalFilter::default(), 1_000).await.unwrap();
    assert!(events.iter().all(|event| event.org == b.org && event.request.is_none()), "{events:?}");
    let nobody = OrgId::new(world.mint.uuid());
    assert_eq!(ports.figures.head(nobody).await.unwrap(), None);
    assert_eq!(ports.figures.organization(nobody).await.unwrap(), None);
    let wallet = MeterKey::Account(Mode::Live, AccountOwner::Wallet);
    assert_eq!(ports.figures.meter(nobody, &wallet).await.unwrap(), None);
    assert_eq!(ports.journal.events(nobody, &JournalFilter::default(), 1_000).await.unwrap(), []);
}

/// No command reaches a request of another organization, and no key opens an agent of another.
pub async fn commands_reach_nothing_of_another_organization(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let request = world.ports.request(a.admit(HOLD)).await.id;
    let before = (world.ports.head(a.org).await, world.ports.head(b.org).await);
    for refused in [
        world.ports.apply(b.settle(request, HOLD)).await,
        world.ports.apply(b.fail(request)).await,
        world.ports.apply(b.adjust(request, HOLD)).await,
        world.ports.apply(b.take_over(request, b.node)).await,
    ] {
        assert_eq!(refused.unwrap_err(), Refusal::NotFound("service request"));
    }
    let mut stranger = b.admit(HOLD);
    (stranger.agent, stranger.credential) = (a.spender.agent, a.spender.live);
    assert_eq!(world.ports.apply(stranger).await.unwrap_err(), Refusal::CredentialRevoked);
    let mut borrowed = b.admit(HOLD);
    borrowed.credential = a.spender.live;
    assert_eq!(world.ports.apply(borrowed).await.unwrap_err(), Refusal::CredentialRevoked);
    assert_eq!((world.ports.head(a.org).await, world.ports.head(b.org).await), before);
}

/// A transaction finds and changes no row of another organization, also when it holds both.
pub async fn transactions_find_nothing_of_another_organization(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let (one, other) = (a.clone(), b.clone());
    world
        .change(&[a.org, b.org], move |tx| {
            Box::pin(async move {
                let (org, agent) = (other.org, one.spender.agent);
                assert_eq!(tx.agents().find(org, agent).await?, None);
                assert_eq!(tx.bindings().find(org, agent, &email()).await?, None);
                assert_eq!(tx.bindings().list(org, agent).await?, []);
                assert_eq!(tx.credentials().active_agent_keys(org, agent, Mode::Live).await?, []);
                assert_eq!(tx.teams().find(org, one.team).await?, None);
                assert_eq!(tx.memberships().find(org, one.owner).await?, None);
                tx.bindings().remove(org, agent, &email()).await?;
                tx.credentials().revoke(org, one.spender.live).await?;
                Ok(())
            })
        })
        .await;
    assert_eq!(a.verdict(&world.ports).await, Ok(None));
    assert_eq!(a.verdict(&world.second().await).await, Ok(None));
}

/// A binding for another organization's agent is never put into force.
pub async fn a_binding_for_a_foreign_agent_changes_nothing(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let terms = BindingTerms { day_count: Some(0), ..BindingTerms::default() };
    let (org, binding) = (b.org, Binding { agent: a.spender.agent, operation: email(), terms });
    let put: Result<(), StoreError> = transact(&*world.ports.unit, &[org], move |tx| {
        Box::pin(async move {
            tx.bindings().put(org, &binding).await?;
            tx.append(org, event("binding.created", binding.agent)).await?;
            Ok(())
        })
    })
    .await;
    assert!(put.is_err(), "the agent belongs to somebody else");
    assert_eq!(a.verdict(&world.ports).await, Ok(None));
    let bindings = world.ports.agents.bindings(a.org, a.spender.agent).await.unwrap();
    assert_eq!(bindings.iter().map(|binding| binding.terms).collect::<Vec<_>>(), [BindingTerms::default()]);
}

/// A credential is found by its hash alone, and names its organization.
pub async fn a_credential_is_found_by_its_hash(world: World) {
    let tenant = world.tenant().await;
    let ports = world.second().await;
    for (id, mode) in [(tenant.spender.live, Mode::Live), (tenant.spender.test, Mode::Test)] {
        let found = ports.credentials.credential(&hash_of(id)).await.unwrap();
        assert_eq!(found, Some(tenant.key_row(tenant.spender.agent, id, mode)));
    }
    let nobody = upivia_domain::identity::CredentialHash([9; 32]);
    assert_eq!(ports.credentials.credential(&nobody).await.unwrap(), None);
    assert_eq!(ports.credentials.user(UserId::new(world.mint.uuid())).await.unwrap(), None);
    ports.figures.ping().await.unwrap();
}
