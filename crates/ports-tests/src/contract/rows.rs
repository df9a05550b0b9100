//! Rows of people, teams, agents and keys: they survive whole, and what must be unique is.

use upivia_domain::{
    AgentId, CredentialId, Mode, NanoUsd, OrgId, TeamId, UserId,
    agent::{Agent, AgentKind, AgentStatus},
    binding::{Binding, BindingTerms},
    identity::{Credential, CredentialKind, CredentialStatus, Membership, OrgRole, User},
    ports::{BoxFuture, Clock, StoreError, Tx, transact},
    team::Team,
};

use crate::{
    World,
    tenant::{Tenant, email, event, hash_of},
};

/// Runs one change of a tenant that may fail.
async fn attempt<F>(tenant: &Tenant, change: F) -> Result<(), StoreError>
where
    F: for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> + Send + 'static,
{
    let org = tenant.org;
    transact(&*tenant.world.ports.unit, &[OrgId::PLATFORM, org], move |tx| {
        Box::pin(async move {
            change(tx).await?;
            tx.append(org, event("row.changed", org)).await?;
            Ok(())
        })
    })
    .await
}

fn assert_constraint(result: &Result<(), StoreError>) {
    assert!(matches!(result, Err(StoreError::Constraint(_))), "{result:?}");
}

/// An address belongs to one person of the whole installation, however it is written.
pub async fn an_address_is_unique(world: World) {
    let tenant = world.tenant().await;
    let user = User {
        id: UserId::new(world.mint.uuid()),
        email: "Ada@Example.com".parse().unwrap(),
        created_at: world.clock.now(),
    };
    let same = User { id: UserId::new(world.mint.uuid()), email: "ada@example.COM".parse().unwrap(), ..user.clone() };
    let (new, found) = (user.clone(), user.clone());
    attempt(&tenant, move |tx| {
        Box::pin(async move {
            assert_eq!(tx.users().find_by_email(&new.email).await?, None);
            tx.users().insert(&new).await?;
            assert_eq!(tx.users().find_by_email(&new.email).await?, Some(new));
            Ok(())
        })
    })
    .await
    .unwrap();
    assert_constraint(&attempt(&tenant, move |tx| Box::pin(async move { tx.users().insert(&same).await })).await);
    let [one, other] = [(); 2].map(|()| User {
        id: UserId::new(world.mint.uuid()),
        email: "twice@example.com".parse().unwrap(),
        created_at: world.clock.now(),
    });
    let twice = attempt(&tenant, move |tx| {
        Box::pin(async move {
            tx.users().insert(&one).await?;
            tx.users().insert(&other).await
        })
    });
    assert_constraint(&twice.await);
    let ports = world.second().await;
    assert_eq!(ports.credentials.user(user.id).await.unwrap(), Some(found));
}

/// One membership per organization and person.
pub async fn a_membership_is_unique(world: World) {
    let tenant = world.tenant().await;
    let again = Membership { org: tenant.org, user: tenant.owner, role: OrgRole::Member };
    let double = attempt(&tenant, move |tx| Box::pin(async move { tx.memberships().insert(&again).await })).await;
    assert_constraint(&double);
    let stored = world.ports.credentials.membership(tenant.org, tenant.owner).await.unwrap();
    assert_eq!(stored.map(|membership| membership.role), Some(OrgRole::Owner));
}

/// A secret opens one thing: the hash of a credential is unique in the whole installation.
pub async fn a_credentials_hash_is_unique(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    for tenant in [&a, &b] {
        let id = CredentialId::new(world.mint.uuid());
        let key = tenant.key_row(tenant.spender.agent, id, Mode::Live);
        let stolen = Credential { hash: hash_of(a.spender.live), ..key };
        let double = attempt(tenant, move |tx| Box::pin(async move { tx.credentials().insert(&stolen).await })).await;
        assert_constraint(&double);
    }
    let found = world.ports.credentials.credential(&hash_of(a.spender.live)).await.unwrap();
    assert_eq!(found.map(|key| (key.id, key.org)), Some((a.spender.live, a.org)));
}

/// The ids of organizations, teams and agents are unique.
pub async fn ids_are_unique(world: World) {
    let tenant = world.tenant().await;
    let organization = world.ports.figures.organization(tenant.org).await.unwrap().expect("it exists");
    let team = world.ports.agents.teams(tenant.org).await.unwrap().pop().expect("a team");
    let agent = tenant.agent_row(tenant.spender);
    let again = organization.clone();
    let unheld: Result<(), StoreError> = transact(&*world.ports.unit, &[OrgId::PLATFORM], move |tx| {
        Box::pin(async move { tx.organizations().insert(&again).await })
    })
    .await;
    assert_constraint(&unheld);
    assert_constraint(
        &attempt(&tenant, move |tx| Box::pin(async move { tx.organizations().insert(&organization).await })).await,
    );
    assert_constraint(&attempt(&tenant, move |tx| Box::pin(async move { tx.teams().insert(&team).await })).await);
    assert_constraint(&attempt(&tenant, move |tx| Box::pin(async move { tx.agents().insert(&agent).await })).await);
}

/// Every field of an agent survives, and every one that can change does.
pub async fn an_agent_survives_whole(world: World) {
    let tenant = world.tenant().await;
    let other = tenant.person(OrgRole::Member).await;
    let new = world.spender();
    let parents = vec![tenant.spender.agent, tenant.hire(|_| ()).await.agent];
    let full = Agent {
        description: Some("Reads\nand 'quotes' \"mail\"".to_owned()),
        icon: Some("📮".to_owned()),
        category: Some(String::new()),
        default_model_id: Some("openai/gpt-4o-mini".to_owned()),
        system_prompt: Some("You are brief.\r\n".repeat(200)),
        kind: AgentKind::Spawned,
        month_cap: Some(NanoUsd::MAX),
        ancestors: parents,
        owner: other,
        ..tenant.agent_row(new)
    };
    let row = full.clone();
    attempt(&tenant, move |tx| Box::pin(async move { tx.agents().insert(&row).await })).await.unwrap();
    let ports = world.second().await;
    assert_eq!(ports.agents.agent(tenant.org, new.agent).await.unwrap(), Some(full.clone()));

    let bare = Agent { status: AgentStatus::Disabled, team: None, ..tenant.agent_row(new) };
    let bare = Agent { kind: full.kind, ancestors: full.ancestors, created_at: full.created_at, ..bare };
    let row = bare.clone();
    attempt(&tenant, move |tx| {
        Box::pin(async move {
            tx.agents().update(&row).await?;
            assert_eq!(tx.agents().find(row.org, row.id).await?, Some(row));
            Ok(())
        })
    })
    .await
    .unwrap();
    assert_eq!(ports.agents.agent(tenant.org, new.agent).await.unwrap(), Some(bare));
}

/// Lists give the oldest first, of one team or of all, without what was deleted.
pub async fn lists_give_the_oldest_first(world: World) {
    let tenant = world.tenant().await;
    let mut expected = vec![tenant.spender.agent];
    for place in 0..4 {
        world.clock.advance_seconds(1);
        expected.push(tenant.hire(|agent| agent.team = agent.team.filter(|_| place % 2 == 0)).await.agent);
    }
    let ids = |agents: Vec<Agent>| agents.into_iter().map(|agent| agent.id).collect::<Vec<AgentId>>();
    let queries = world.second().await.agents;
    assert_eq!(ids(queries.agents(tenant.org, None).await.unwrap()), expected);
    let of_team = vec![expected[0], expected[1], expected[3]];
    assert_eq!(ids(queries.agents(tenant.org, Some(tenant.team)).await.unwrap()), of_team);
    tenant.edit_agent(expected[1], |agent| agent.status = AgentStatus::Deleted).await;
    assert_eq!(queries.agent(tenant.org, expected[1]).await.unwrap(), None);
    assert_eq!(ids(queries.agents(tenant.org, Some(tenant.team)).await.unwrap()), [expected[0], expected[3]]);

    let mut teams = vec![tenant.team];
    for name in ["Zulu", "Alpha"] {
        world.clock.advance_seconds(1);
        let (id, org, name) = (TeamId::new(world.mint.uuid()), tenant.org, name.parse().unwrap());
        let team = Team { id, org, name, has_pool: false, month_cap: None, created_at: world.clock.now() };
        attempt(&tenant, move |tx| Box::pin(async move { tx.teams().insert(&team).await })).await.unwrap();
        teams.push(id);
    }
    let found: Vec<_> = queries.teams(tenant.org).await.unwrap().into_iter().map(|team| team.id).collect();
    assert_eq!(found, teams);
}

/// Bindings come by operation; the last write wins.
pub async fn bindings_come_by_operation(world: World) {
    let tenant = world.tenant().await;
    let (org, agent) = (tenant.org, tenant.spender.agent);
    let full = BindingTerms {
        month_cap: Some(NanoUsd::from_nanos(1)),
        day_count: Some(u32::MAX),
        approval_threshold: Some(NanoUsd::MAX),
    };
    let bind = |operation: &str, terms| Binding { agent, operation: operation.parse().unwrap(), terms };
    let rows = [bind("web_search.search", full), bind("calendar.read", full), bind("email.send", full)];
    attempt(&tenant, move |tx| {
        Box::pin(async move {
            for row in &rows {
                tx.bindings().put(org, row).await?;
            }
            assert_eq!(tx.bindings().find(org, agent, &email()).await?.map(|binding| binding.terms), Some(full));
            Ok(())
        })
    })
    .await
    .unwrap();
    let expected = ["calendar.read", "email.send", "web_search.search"].map(|operation| bind(operation, full));
    assert_eq!(world.second().await.agents.bindings(org, agent).await.unwrap(), expected);
}

/// A personal token survives whole; the keys of an agent are those of one mode that are not revoked.
pub async fn credentials_survive_whole(world: World) {
    let tenant = world.tenant().await;
    let id = CredentialId::new(world.mint.uuid());
    let token = Credential {
        kind: CredentialKind::PersonalToken { user: tenant.owner },
        label: "Laptop — \"home\"".to_owned(),
        status: CredentialStatus { revoked: false, expires_at: Some(world.clock.now().plus_micros(1)) },
        ..tenant.key_row(tenant.spender.agent, id, Mode::Live)
    };
    let (row, inner) = (token.clone(), tenant.clone());
    attempt(&tenant, move |tx| {
        Box::pin(async move {
            tx.credentials().insert(&row).await?;
            for (mode, key) in [(Mode::Live, inner.spender.live), (Mode::Test, inner.spender.test)] {
                let keys = tx.credentials().active_agent_keys(inner.org, inner.spender.agent, mode).await?;
                assert_eq!(keys, [inner.key_row(inner.spender.agent, key, mode)]);
            }
            Ok(())
        })
    })
    .await
    .unwrap();
    let found = world.second().await.credentials.credential(&token.hash).await.unwrap();
    assert_eq!(found, Some(token));
}
