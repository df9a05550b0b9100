//! A change of policy holds from the next command on, on every node, whatever a node remembers.

use upivia_domain::{
    AgentId, CredentialId, Mode, NanoUsd,
    agent::AgentStatus,
    binding::BindingTerms,
    budget::ReasonCode,
    dispatch::RequestState,
    identity::{Credential, CredentialStatus},
    ledger::Refusal,
    ports::{Abort, Work},
};

use crate::{Ports, World, drive::IntoCommand, seed::event, tenant::Tenant};

const HOLD: NanoUsd = NanoUsd::cents(4);

/// A tenant, and a second node that knows its policy from a command of before.
async fn warm(world: &World) -> (Tenant, Ports) {
    let (tenant, second) = (world.tenant().await, world.second().await);
    for ports in [&second, &world.ports] {
        assert_eq!(tenant.verdict(ports).await, Ok(None));
    }
    (tenant, second)
}

/// Both nodes must say the same.
async fn both(tenant: &Tenant, second: &Ports, expected: Result<Option<&'static str>, Refusal>) {
    for ports in [second, &tenant.world.ports] {
        assert_eq!(tenant.verdict(ports).await, expected);
    }
}

/// A revoked key opens nothing any more; the other mode's key does.
pub async fn a_revoked_key_is_dead_at_once(world: World) {
    let (tenant, second) = warm(&world).await;
    tenant.revoke(tenant.spender.live).await;
    both(&tenant, &second, Err(Refusal::CredentialRevoked)).await;
    assert!(second.request(tenant.admit_test(HOLD)).await.state.holds_money());
    let stored = second.credentials.credential(&crate::seed::hash_of(tenant.spender.live)).await.unwrap();
    assert!(stored.expect("it is kept").status.revoked);
}

/// A new key opens at once, and dies when its time has come.
pub async fn a_new_key_opens_until_it_expires(world: World) {
    let (tenant, second) = warm(&world).await;
    let id = CredentialId::new(world.mint.uuid());
    let mut admit = tenant.admit(HOLD);
    admit.credential = id;
    assert_eq!(second.apply(admit.clone()).await.unwrap_err(), Refusal::CredentialRevoked);

    let expires_at = Some(upivia_domain::ports::Clock::now(&*world.clock).plus_seconds(60));
    let status = CredentialStatus { revoked: false, expires_at };
    let key = Credential { status, ..tenant.key_row(tenant.spender.agent, id, Mode::Live) };
    let org = tenant.org;
    world
        .change(&[org], move |tx| {
            Box::pin(async move {
                tx.credentials().insert(&key).await?;
                tx.append(org, event("credential.created", id)).await
            })
        })
        .await;
    assert!(second.request(admit).await.state.holds_money());
    world.clock.advance_seconds(60);
    let mut late = tenant.admit(HOLD);
    late.credential = id;
    assert_eq!(second.apply(late).await.unwrap_err(), Refusal::CredentialRevoked);
}

/// A paused agent dispatches nothing, until it is active again; one that is ending has no keys.
pub async fn a_paused_agent_stops_at_once(world: World) {
    let (tenant, second) = warm(&world).await;
    tenant.edit(|agent| agent.status = AgentStatus::Paused).await;
    both(&tenant, &second, Ok(Some("agent_disabled"))).await;
    assert_eq!(second.request(tenant.admit(HOLD)).await.state, RequestState::Failed);
    tenant.edit(|agent| agent.status = AgentStatus::Active).await;
    both(&tenant, &second, Ok(None)).await;
    tenant.edit(|agent| agent.status = AgentStatus::Ending).await;
    both(&tenant, &second, Err(Refusal::CredentialRevoked)).await;
}

/// A lowered cap holds, below what is used already, too; a raised one lets the next request pass.
pub async fn a_lowered_cap_holds_at_once(world: World) {
    let (tenant, second) = warm(&world).await;
    second.request(tenant.admit(HOLD)).await;
    for (cap, expected) in [(1, Some("agent_budget_exceeded")), (NanoUsd::cents(5).nanos(), None)] {
        tenant.edit(move |agent| agent.month_cap = Some(NanoUsd::from_nanos(cap))).await;
        both(&tenant, &second, Ok(expected)).await;
    }
    tenant.edit(|agent| agent.month_cap = None).await;
    both(&tenant, &second, Ok(None)).await;
}

/// A binding that is changed, removed or put again decides the next request.
pub async fn a_changed_binding_holds_at_once(world: World) {
    let (tenant, second) = warm(&world).await;
    let free = BindingTerms::default();
    tenant.bind(BindingTerms { day_count: Some(2), ..free }).await;
    both(&tenant, &second, Ok(Some("daily_limit_exceeded"))).await;
    tenant.bind(BindingTerms { month_cap: Some(NanoUsd::ZERO), ..free }).await;
    both(&tenant, &second, Ok(Some("monthly_budget_exceeded"))).await;
    tenant.bind(BindingTerms { approval_threshold: Some(NanoUsd::ZERO), ..free }).await;
    both(&tenant, &second, Ok(Some("approval_threshold"))).await;
    tenant.unbind(tenant.spender.agent).await;
    both(&tenant, &second, Ok(Some("policy_violation"))).await;
    tenant.bind(free).await;
    both(&tenant, &second, Ok(None)).await;
}

/// An agent that appears is known, and one that moves to another team is paid from there.
pub async fn a_new_agent_is_known_at_once(world: World) {
    let (tenant, second) = warm(&world).await;
    let stranger = world.spender();
    assert_eq!(second.apply(tenant.admit_by(stranger, HOLD)).await.unwrap_err(), Refusal::CredentialRevoked);
    let colleague = tenant.hire(|_| ()).await;
    assert!(second.request(tenant.admit_by(colleague, HOLD)).await.state.holds_money());
    let mut foreign = tenant.admit_by(colleague, HOLD);
    foreign.credential = tenant.spender.live;
    assert_eq!(second.apply(foreign).await.unwrap_err(), Refusal::CredentialRevoked);
}

/// Every kind of policy row bumps the epoch; a change that is rolled back, and a request, do not.
pub async fn policy_bumps_the_epoch(world: World) {
    let (tenant, _) = warm(&world).await;
    let mut last = world.ports.head(tenant.org).await.epoch;
    let mut expect_later = async |what: &str| {
        let epoch = world.ports.head(tenant.org).await.epoch;
        assert!(epoch > last, "{what} left the epoch at {last}");
        last = epoch;
    };
    tenant.edit(|agent| agent.month_cap = None).await;
    expect_later("an agent").await;
    tenant.bind(BindingTerms::default()).await;
    expect_later("a binding").await;
    tenant.unbind(AgentId::new(world.mint.uuid())).await;
    tenant.unbind(tenant.spender.agent).await;
    expect_later("the end of a binding").await;
    tenant.edit_team(|team| team.month_cap = None).await;
    expect_later("a team").await;
    tenant.allocate(|allocation| allocation.day_cap = None).await;
    expect_later("an allocation").await;
    tenant.revoke(tenant.spender.test).await;
    expect_later("a credential").await;
    tenant.hire(|_| ()).await;
    expect_later("a new agent").await;

    let epoch = world.ports.head(tenant.org).await.epoch;
    world.ports.request(tenant.admit(HOLD)).await;
    let (org, id) = (tenant.org, tenant.spender.live);
    let undone: Work = Box::new(move |tx| {
        Box::pin(async move {
            tx.credentials().revoke(org, id).await?;
            Err(Abort::Rollback)
        })
    });
    assert_eq!(world.ports.unit.run(&[org], undone).await, Err(Abort::Rollback));
    assert_eq!(world.ports.head(tenant.org).await.epoch, epoch);
}

/// What a transaction read of a policy that it then rolls back is not remembered by its node.
pub async fn a_policy_that_was_rolled_back_is_not_remembered(world: World) {
    let (tenant, second) = warm(&world).await;
    tenant.unbind(tenant.spender.agent).await;
    let (inner, agent) = (tenant.clone(), tenant.spender.agent);
    let undone: Work = Box::new(move |tx| {
        Box::pin(async move {
            let (operation, terms) = (crate::seed::email(), BindingTerms::default());
            tx.bindings().put(inner.org, &upivia_domain::binding::Binding { agent, operation, terms }).await?;
            let admitted = crate::drive::request_of(tx.apply(&inner.admit(HOLD).command()).await?);
            assert_eq!(admitted.reason(), None);
            Err(Abort::Rollback)
        })
    });
    assert_eq!(world.ports.unit.run(&[tenant.org], undone).await, Err(Abort::Rollback));
    // Someone else's change brings the epoch to what the rolled back transaction would have made of it.
    tenant.edit(|agent| agent.icon = None).await;
    both(&tenant, &second, Ok(Some(ReasonCode::PolicyViolation.as_str()))).await;
}
