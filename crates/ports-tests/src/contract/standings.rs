//! Who may what: custom roles, places in organizations and teams, what tokens were given, and who is kept out.

use upivia_domain::{
    AgentId, CredentialId, RoleId, UserId,
    agent::AgentStatus,
    identity::{
        Credential, CredentialKind, CredentialStatus, Membership, OrgRole, Permission, PermissionSet, Role,
        TokenDetail, UserSuspension,
    },
    ports::{Clock, StoreError, transact},
    team::{TeamMember, TeamRole},
};

use crate::{World, seed::hash_of, tenant::Tenant};

fn set(permissions: &[Permission]) -> PermissionSet {
    permissions.iter().copied().collect()
}

fn role_row(tenant: &Tenant, world: &World, permissions: &[Permission]) -> Role {
    Role {
        id: RoleId::new(world.mint.uuid()),
        org: tenant.org,
        name: "Night watch".parse().unwrap(),
        permissions: set(permissions),
        created_at: world.clock.now(),
    }
}

async fn insert_role(tenant: &Tenant, role: &Role) {
    let row = role.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.roles().insert(&row).await })).await.unwrap();
}

async fn insert_token(tenant: &Tenant, world: &World, user: UserId) -> CredentialId {
    let id = CredentialId::new(world.mint.uuid());
    let row = Credential {
        id,
        org: tenant.org,
        kind: CredentialKind::PersonalToken { user },
        hash: hash_of(id),
        label: "Laptop".to_owned(),
        status: CredentialStatus::ACTIVE,
        created_at: world.clock.now(),
    };
    tenant.attempt(move |tx| Box::pin(async move { tx.credentials().insert(&row).await })).await.unwrap();
    id
}

/// A role is found by its organization alone, with every permission that it was given, until it is removed.
pub async fn a_custom_role_survives_and_is_changed(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let first = role_row(&tenant, &world, Permission::ALL);
    let second = role_row(&tenant, &world, &[]);
    insert_role(&tenant, &first).await;
    insert_role(&tenant, &second).await;
    assert_eq!(world.second().await.credentials.roles(tenant.org).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(world.ports.credentials.roles(other.org).await.unwrap(), []);
    let changed =
        Role { name: "Readers".parse().unwrap(), permissions: set(&[Permission::UsageRead]), ..first.clone() };
    let (after, org) = (changed.clone(), tenant.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.roles().update(&after).await?;
                assert_eq!(tx.roles().find(org, after.id).await?, Some(after.clone()));
                tx.roles().remove(org, second.id).await?;
                tx.roles().remove(org, second.id).await?;
                assert_eq!(tx.roles().list(org).await?, [after]);
                Ok(())
            })
        })
        .await
        .unwrap();
    let kept = world.second().await.credentials.roles(tenant.org).await.unwrap();
    assert_eq!(kept, std::slice::from_ref(&changed));
    let stranger = other.org;
    let missed = other
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.roles().find(stranger, changed.id).await?, None);
                tx.roles().remove(stranger, changed.id).await?;
                tx.roles().update(&Role { org: stranger, ..changed }).await
            })
        })
        .await;
    assert!(matches!(missed, Err(StoreError::Constraint(_))), "{missed:?}");
    let unheld: Result<(), StoreError> = transact(&*world.ports.unit, &[other.org], {
        let row = role_row(&tenant, &world, &[]);
        move |tx| Box::pin(async move { tx.roles().insert(&row).await })
    })
    .await;
    assert!(unheld.is_err(), "the organization is not held");
}

/// Places in the organization and in its teams count as one who has the role.
pub async fn the_holders_of_a_role_are_counted(world: World) {
    let tenant = world.tenant().await;
    let role = role_row(&tenant, &world, &[Permission::TeamManageOwn]);
    insert_role(&tenant, &role).await;
    let (org, team, user, id) = (tenant.org, tenant.team, tenant.owner, role.id);
    let eve = tenant.person(OrgRole::Custom(id)).await;
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.roles().holders(org, id).await?, 1);
                let place = TeamMember { team, user, role: TeamRole::Custom(id), created_at: tx.now() };
                tx.teams().insert_member(org, &place).await?;
                assert_eq!(tx.teams().places_of(org, user).await?, [place]);
                assert_eq!(tx.teams().places_of(org, eve).await?, []);
                assert_eq!(tx.roles().holders(org, id).await?, 2);
                tx.memberships().update(&Membership { org, user: eve, role: OrgRole::Member }).await?;
                assert_eq!(tx.roles().holders(org, id).await?, 1);
                let worker = TeamMember { role: TeamRole::Worker, ..place };
                tx.teams().update_member(org, &worker).await?;
                assert_eq!(tx.roles().holders(org, id).await?, 0);
                Ok(())
            })
        })
        .await
        .unwrap();
}

/// Everybody of an organization is listed as what they are; who was removed does not belong there.
pub async fn a_membership_is_changed_and_removed(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let eve = tenant.person(OrgRole::Member).await;
    let (org, owner, stranger) = (tenant.org, tenant.owner, other.owner);
    let row = |user, role| Membership { org, user, role };
    let promoted = row(eve, OrgRole::Admin);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.memberships().update(&promoted).await?;
                assert_eq!(tx.memberships().find(org, eve).await?, Some(promoted));
                let mut listed = tx.memberships().list(org).await?;
                listed.retain(|one| one.user == eve);
                assert_eq!(listed, [promoted]);
                Ok(())
            })
        })
        .await
        .unwrap();
    let mut expected = [row(owner, OrgRole::Owner), promoted];
    expected.sort_by_key(|one| one.user);
    assert_eq!(world.second().await.people.members(org).await.unwrap(), expected);
    let nobody = row(stranger, OrgRole::Admin);
    let missed = tenant.attempt(move |tx| Box::pin(async move { tx.memberships().update(&nobody).await })).await;
    assert!(matches!(missed, Err(StoreError::Constraint(_))), "{missed:?}");
    for _ in 0..2 {
        tenant.attempt(move |tx| Box::pin(async move { tx.memberships().remove(org, eve).await })).await.unwrap();
    }
    let ports = world.second().await;
    assert_eq!(ports.people.members(org).await.unwrap(), [row(owner, OrgRole::Owner)]);
    assert_eq!(ports.credentials.standing(org, eve, None).await.unwrap().role, None);
    assert_eq!(ports.people.members(other.org).await.unwrap().len(), 1);
}

/// Whoever comes back brings no session from before; the removal of somebody else, or of nobody, says nothing about them.
pub async fn sessions_from_before_a_removal_stay_out(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (eve, bob) = (tenant.person(OrgRole::Member).await, tenant.person(OrgRole::Member).await);
    let (org, back) = (tenant.org, Membership { org: tenant.org, user: eve, role: OrgRole::Member });
    let stranger = other.owner;
    for _ in 0..2 {
        world.clock.set(world.clock.now().plus_seconds(60));
        let before = world.clock.now();
        tenant
            .attempt(move |tx| {
                Box::pin(async move {
                    tx.memberships().remove(org, eve).await?;
                    tx.memberships().remove(org, stranger).await?;
                    let from = tx.memberships().sessions_from(org, eve).await?.unwrap();
                    assert!(from > tx.now() && from <= tx.now().plus_seconds(1), "{from} {}", tx.now());
                    assert_eq!(from.micros() % 1_000_000, 0, "sessions carry whole seconds");
                    assert_eq!(tx.memberships().sessions_from(org, stranger).await?, None);
                    tx.memberships().insert(&back).await
                })
            })
            .await
            .unwrap();
        let ports = world.second().await;
        let standing = ports.credentials.standing(org, eve, None).await.unwrap();
        assert_eq!(standing.role, Some(OrgRole::Member));
        assert!(!standing.admits_session(before) && standing.admits_session(before.plus_seconds(2)));
        let token = Some(tenant.spender.live);
        assert_eq!(ports.credentials.standing(org, eve, token).await.unwrap().sessions_from, None);
        assert_eq!(ports.credentials.standing(org, bob, None).await.unwrap().sessions_from, None);
        assert_eq!(ports.credentials.standing(other.org, eve, None).await.unwrap().sessions_from, None);
    }
}

/// What a person may is what their role includes; what their token was given is told beside it.
pub async fn a_standing_is_what_role_and_token_say(world: World) {
    let tenant = world.tenant().await;
    let role = role_row(&tenant, &world, &[Permission::UsageRead, Permission::AgentManageAny]);
    insert_role(&tenant, &role).await;
    let eve = tenant.person(OrgRole::Custom(role.id)).await;
    let token = insert_token(&tenant, &world, eve).await;
    let (org, scope) = (tenant.org, set(&[Permission::UsageRead]));
    tenant
        .attempt(move |tx| Box::pin(async move { tx.credentials().set_scope(org, token, scope).await }))
        .await
        .unwrap();
    let ports = world.second().await;
    let by_token = ports.credentials.standing(org, eve, Some(token)).await.unwrap();
    assert_eq!((by_token.role, by_token.permissions), (Some(OrgRole::Custom(role.id)), role.permissions));
    assert_eq!((by_token.scope, by_token.suspended), (Some(scope), false));
    let by_session = ports.credentials.standing(org, eve, None).await.unwrap();
    assert_eq!((by_session.permissions, by_session.scope), (role.permissions, None));
    let owner = ports.credentials.standing(org, tenant.owner, None).await.unwrap();
    assert_eq!(owner.permissions, PermissionSet::all());
    let id = role.id;
    tenant.attempt(move |tx| Box::pin(async move { tx.roles().remove(org, id).await })).await.unwrap();
    let gone = ports.credentials.standing(org, eve, None).await.unwrap();
    assert!(gone.permissions.is_empty(), "a role that is not there includes nothing");
    let key = tenant.spender.live;
    let no_token = tenant.attempt(move |tx| Box::pin(async move { tx.credentials().set_scope(org, key, scope).await }));
    assert!(no_token.await.is_err(), "an agent's key is no token");
}

/// The latest use stays, no organization's row changes by it, and what was given stays, too.
pub async fn a_token_remembers_its_latest_use(world: World) {
    let tenant = world.tenant().await;
    let (org, owner, scope) = (tenant.org, tenant.owner, set(&[Permission::UsageRead]));
    let (used, unused) = (insert_token(&tenant, &world, owner).await, insert_token(&tenant, &world, owner).await);
    tenant
        .attempt(move |tx| Box::pin(async move { tx.credentials().set_scope(org, used, scope).await }))
        .await
        .unwrap();
    let head = world.ports.figures.head(org).await.unwrap();
    let noon = world.clock.now();
    let (early, late) = (noon.plus_seconds(60), noon.plus_seconds(120));
    for (at, latest) in [(early, early), (late, late), (early, late)] {
        world.ports.uses.note(used, at).await.unwrap();
        let details = world.second().await.people.token_details(org, owner).await.unwrap();
        assert_eq!(details, [(used, TokenDetail { scope: Some(scope), last_used_at: Some(latest) })]);
    }
    world.ports.uses.note(unused, early).await.unwrap();
    let details = world.ports.people.token_details(org, owner).await.unwrap();
    assert_eq!(details[1], (unused, TokenDetail { scope: None, last_used_at: Some(early) }));
    assert_eq!(world.ports.figures.head(org).await.unwrap(), head);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                let tokens = tx.credentials().tokens_of(org, owner).await?;
                assert_eq!(tokens, [used, unused]);
                for token in tokens {
                    tx.credentials().remove(org, token).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    world.ports.uses.note(used, late).await.unwrap();
    assert_eq!(world.ports.people.token_details(org, owner).await.unwrap(), []);
}

/// Whoever is kept out is so in every organization, since the first time that somebody said so, until they are let in.
pub async fn a_person_is_kept_out_and_let_in(world: World) {
    let tenant = world.tenant().await;
    let (user, by, org) = (tenant.owner, UserId::new(world.mint.uuid()), tenant.org);
    let first = UserSuspension { user, since: world.clock.now(), by };
    let again = UserSuspension { since: world.clock.now().plus_seconds(5), ..first };
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.users().suspension(user).await?, None);
                tx.users().suspend(&first).await?;
                tx.users().suspend(&again).await?;
                assert_eq!(tx.users().suspension(user).await?, Some(first));
                assert_eq!(tx.users().find(user).await?.map(|found| found.id), Some(user));
                assert_eq!(tx.users().find(by).await?, None);
                Ok(())
            })
        })
        .await
        .unwrap();
    let ports = world.second().await;
    assert!(ports.credentials.is_suspended(user).await.unwrap() && !ports.credentials.is_suspended(by).await.unwrap());
    assert!(ports.credentials.standing(org, user, None).await.unwrap().suspended);
    let unheld: Result<(), StoreError> =
        transact(&*world.ports.unit, &[org], move |tx| Box::pin(async move { tx.users().resume(user).await })).await;
    assert!(unheld.is_err(), "the platform organization is not held");
    for _ in 0..2 {
        tenant.attempt(move |tx| Box::pin(async move { tx.users().resume(user).await })).await.unwrap();
    }
    assert!(!ports.credentials.is_suspended(user).await.unwrap());
    let nobody = UserSuspension { user: by, ..first };
    let missed = tenant.attempt(move |tx| Box::pin(async move { tx.users().suspend(&nobody).await })).await;
    assert!(missed.is_err(), "there is no such person");
}

/// All agents of a person that are there, and nobody else's; admissions see the new owner from the commit on.
pub async fn agents_go_to_another_owner(world: World) {
    let tenant = world.tenant().await;
    let (eve, bob) = (tenant.person(OrgRole::Member).await, tenant.person(OrgRole::Member).await);
    let first = tenant.hire(move |agent| agent.owner = eve).await.agent;
    let second = tenant.hire(move |agent| (agent.owner, agent.status) = (eve, AgentStatus::Paused)).await.agent;
    let gone = tenant.hire(move |agent| (agent.owner, agent.status) = (eve, AgentStatus::Deleted)).await.agent;
    let org = tenant.org;
    let epoch = world.ports.figures.head(org).await.unwrap().unwrap().epoch;
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.agents().hand_over(org, eve, bob).await?, [first, second]);
                assert_eq!(tx.agents().hand_over(org, eve, bob).await?, Vec::<AgentId>::new());
                assert_eq!(tx.agents().find(org, gone).await?.map(|agent| agent.owner), Some(eve));
                Ok(())
            })
        })
        .await
        .unwrap();
    assert!(world.ports.figures.head(org).await.unwrap().unwrap().epoch > epoch, "what was remembered is stale");
    let owners: Vec<_> =
        world.second().await.agents.agents(org, None).await.unwrap().iter().map(|one| (one.id, one.owner)).collect();
    assert_eq!(owners, [(tenant.spender.agent, tenant.owner), (first, bob), (second, bob)]);
}
