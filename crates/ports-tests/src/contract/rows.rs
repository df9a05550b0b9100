//! Rows of organizations, teams, agents and keys survive whole, and lists have an order.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use upivia_domain::{
    AgentId, CredentialId, Mode, NanoUsd, NodeId, OrgId, TeamId,
    agent::{Agent, AgentKind, AgentStatus, Character},
    binding::{Binding, BindingTerms},
    identity::{Credential, CredentialKind, CredentialStatus, Membership, OrgRole, Organization},
    ports::{Clock, NodeLease},
    team::Team,
    time::{Calendar, Zone},
};

use crate::{
    World,
    seed::{email, event},
    tenant::Tenant,
};

const HOLD: NanoUsd = NanoUsd::cents(4);

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
        character: Character {
            personality: Some("Calm\nand 'kind'".to_owned()),
            voice_config: serde_json::json!({ "pitch": -2, "name": "äöü", "deep": [null, { "a": "\u{0}" }] })
                .as_object()
                .cloned(),
            memory_mode: Some("long_term".parse().unwrap()),
        },
        kind: AgentKind::Spawned,
        month_cap: Some(NanoUsd::MAX),
        ancestors: parents,
        owner: other,
        ..tenant.agent_row(new)
    };
    let row = full.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.agents().insert(&row).await })).await.unwrap();
    let ports = world.second().await;
    assert_eq!(ports.agents.agent(tenant.org, new.agent).await.unwrap(), Some(full.clone()));

    let bare = Agent { status: AgentStatus::Disabled, team: None, ..tenant.agent_row(new) };
    let bare = Agent { kind: full.kind, ancestors: full.ancestors, created_at: full.created_at, ..bare };
    let row = bare.clone();
    tenant
        .attempt(move |tx| {
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
        tenant.attempt(move |tx| Box::pin(async move { tx.teams().insert(&team).await })).await.unwrap();
        teams.push(id);
    }
    let found: Vec<_> = queries.teams(tenant.org).await.unwrap().into_iter().map(|team| team.id).collect();
    assert_eq!(found, teams);
}

/// Agents that are ending are found, in whatever organization, and no others; not more than asked for.
pub async fn agents_that_end_are_found(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let queries = world.second().await.agents;
    let hired = tenant.hire(|agent| agent.status = AgentStatus::Ending).await.agent;
    other.edit(|agent| agent.status = AgentStatus::Ending).await;
    for status in [AgentStatus::Paused, AgentStatus::Disabled, AgentStatus::Deleted] {
        tenant.hire(move |agent| agent.status = status).await;
    }
    let mine = [(tenant.org, hired), (other.org, other.spender.agent)];
    let found = queries.ending_agents(1_000).await.unwrap();
    assert_eq!(mine.iter().filter(|one| found.contains(one)).count(), 2, "{found:?}");
    assert!(!found.contains(&(tenant.org, tenant.spender.agent)));
    assert!(found.iter().all(|(org, _)| *org != tenant.org || found.contains(&mine[0])));
    assert_eq!(found.iter().filter(|(org, _)| *org == tenant.org).count(), 1);
    assert_eq!(queries.ending_agents(1).await.unwrap().len(), 1);
    tenant.edit_agent(hired, |agent| agent.status = AgentStatus::Deleted).await;
    assert!(!queries.ending_agents(1_000).await.unwrap().contains(&mine[0]));
}

/// An agent's requests are open until the last one has ended, whatever their age and state; nobody else's count.
pub async fn open_requests_of_an_agent_are_found(world: World) {
    let (tenant, ports) = (world.tenant().await, &world.ports);
    let colleague = tenant.hire(|_| ()).await;
    ports.request(tenant.admit_by(colleague, HOLD)).await;
    assert!(!has_open_requests(&tenant).await);
    let (running, unknown) = (ports.request(tenant.admit(HOLD)).await.id, ports.request(tenant.admit(HOLD)).await.id);
    ports.request(tenant.running(running)).await;
    ports.request(tenant.unknown(unknown)).await;
    world.clock.advance_seconds(86_400 * 40);
    let (node, now) = (NodeId::new(world.mint.uuid()), world.clock.now());
    let lease = NodeLease { node, lease_until: now.plus_seconds(15), watermark: now };
    ports.nodes.register(lease).await.unwrap();
    for old in [running, unknown] {
        assert!(has_open_requests(&tenant).await);
        ports.request(tenant.settle(old, HOLD)).await;
    }
    assert!(!has_open_requests(&tenant).await, "both have ended");
    let sending = ports.request(tenant.admit(HOLD)).await.id;
    assert!(has_open_requests(&tenant).await);
    ports.request(tenant.settle(sending, HOLD)).await;
    assert!(!has_open_requests(&tenant).await);
}

async fn has_open_requests(tenant: &Tenant) -> bool {
    let (org, agent) = (tenant.org, tenant.spender.agent);
    let found = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&found);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                seen.store(tx.agents().has_open_requests(org, agent).await?, Ordering::Relaxed);
                Ok(())
            })
        })
        .await
        .unwrap();
    found.load(Ordering::Relaxed)
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
    tenant
        .attempt(move |tx| {
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
    tenant
        .attempt(move |tx| {
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

/// An organization's rows survive, and are found inside and outside of transactions.
pub async fn an_organizations_rows_survive(world: World) {
    let tenant = world.tenant().await;
    let zone: Zone = "Pacific/Auckland".parse().unwrap();
    let calendar = Calendar::of(zone);
    let id = OrgId::new(world.mint.uuid());
    let row =
        Organization {
            id, name: "Größe & Söhne 株式会社".parse().unwrap(), calendar, created_at: world.clock.now()
        };
    let team = Team {
        id: TeamId::new(world.mint.uuid()),
        org: id,
        name: "Ein'; DROP TABLE teams --".parse().unwrap(),
        has_pool: true,
        month_cap: Some(NanoUsd::from_nanos(7)),
        created_at: world.clock.now().plus_micros(1),
    };
    let membership = Membership { org: id, user: tenant.owner, role: OrgRole::Admin };
    let (new, new_team) = (row.clone(), team.clone());
    world
        .change(&[], move |tx| {
            Box::pin(async move {
                tx.organizations().insert(&new).await?;
                assert_eq!(tx.organizations().find(id).await?, Some(new));
                tx.memberships().insert(&membership).await?;
                assert_eq!(tx.memberships().find(id, membership.user).await?, Some(membership));
                tx.teams().insert(&new_team).await?;
                tx.append(id, event("organization.created", id)).await
            })
        })
        .await;
    let second = world.second().await;
    assert_eq!(second.figures.organization(id).await.unwrap(), Some(row));
    assert_eq!(second.head(id).await.calendar, calendar);
    assert_eq!(second.credentials.membership(id, tenant.owner).await.unwrap(), Some(membership));
    assert_eq!(second.agents.teams(id).await.unwrap(), [team]);
    assert_eq!(second.agents.agents(id, None).await.unwrap(), []);
}
