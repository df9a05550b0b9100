//! What a person has across organizations, and how they prove who they are.

use upivia_domain::{
    CredentialId, OrgId, UserId,
    identity::{
        Credential, CredentialKind, CredentialStatus, LinkedIdentity, Membership, OrgRole, PasswordHash, SignIn,
    },
    ports::{Clock, StoreError, transact},
};

use crate::{
    World,
    seed::{event, hash_of},
    tenant::Tenant,
};

fn password(text: &str) -> Option<PasswordHash> {
    Some(PasswordHash::try_from(format!("$argon2id$v=19${text}")).unwrap())
}

/// A token of the tenant's owner. The hash follows from the id.
async fn token(tenant: &Tenant, world: &World) -> Credential {
    let id = CredentialId::new(world.mint.uuid());
    let row = Credential {
        id,
        org: tenant.org,
        kind: CredentialKind::PersonalToken { user: tenant.owner },
        hash: hash_of(id),
        label: "Laptop".to_owned(),
        status: CredentialStatus::ACTIVE,
        created_at: world.clock.now(),
    };
    let inserted = row.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.credentials().insert(&inserted).await })).await.unwrap();
    row
}

/// What a person proves themselves with survives, also inside the transaction, and the last write wins.
pub async fn a_sign_in_survives_and_is_replaced(world: World) {
    let tenant = world.tenant().await;
    assert_eq!(world.ports.people.sign_in(tenant.owner).await.unwrap(), None);
    let now = world.clock.now();
    for password in [password("first"), password("second"), None] {
        let row = SignIn { user: tenant.owner, password, sessions_valid_from: now };
        let put = row.clone();
        tenant
            .attempt(move |tx| {
                Box::pin(async move {
                    tx.users().put_sign_in(&put).await?;
                    assert_eq!(tx.users().sign_in(put.user).await?, Some(put));
                    Ok(())
                })
            })
            .await
            .unwrap();
        assert_eq!(world.second().await.people.sign_in(tenant.owner).await.unwrap(), Some(row));
    }
    let nobody = SignIn::none(UserId::new(world.mint.uuid()));
    let refused = tenant.attempt(move |tx| Box::pin(async move { tx.users().put_sign_in(&nobody).await })).await;
    assert!(refused.is_err(), "there is no such person");
    let unheld: Result<(), StoreError> = transact(&*world.ports.unit, &[tenant.org], {
        let row = SignIn::none(tenant.owner);
        move |tx| Box::pin(async move { tx.users().put_sign_in(&row).await })
    })
    .await;
    assert!(unheld.is_err(), "the platform organization is not held");
}

/// All organizations of a person, the oldest first, and nobody else's.
pub async fn a_persons_organizations_are_the_oldest_first(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let (org, user) = (b.org, a.owner);
    world
        .change(&[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                tx.memberships().insert(&Membership { org, user, role: OrgRole::Member }).await?;
                tx.append(org, event("membership.created", user)).await
            })
        })
        .await;
    let people = world.second().await.people;
    let theirs: Vec<_> = people.organizations_of(user).await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(theirs, [a.org, b.org]);
    let others: Vec<_> = people.organizations_of(b.owner).await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(others, [b.org]);
    let address = world.ports.credentials.user(user).await.unwrap().unwrap().email;
    assert_eq!(people.user_by_email(&address).await.unwrap().map(|found| found.id), Some(user));
    assert_eq!(people.user_by_email(&a.address()).await.unwrap(), None);
    assert_eq!(people.organizations_of(UserId::new(world.mint.uuid())).await.unwrap(), []);
}

/// A person's tokens of an organization, on or off, the oldest first.
pub async fn a_token_is_listed_where_it_opens(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (first, second) = (token(&tenant, &world).await, token(&tenant, &world).await);
    let mut off = second.clone();
    off.label = "Old laptop".to_owned();
    off.status = CredentialStatus { revoked: true, expires_at: Some(world.clock.now().plus_seconds(60)) };
    let (org, changed) = (tenant.org, off.clone());
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.credentials().update(org, &changed).await?;
                assert_eq!(tx.credentials().find(org, changed.id).await?, Some(changed));
                Ok(())
            })
        })
        .await
        .unwrap();
    let people = world.second().await.people;
    assert_eq!(people.personal_tokens(tenant.org, tenant.owner).await.unwrap(), [first.clone(), off]);
    assert_eq!(people.personal_tokens(other.org, tenant.owner).await.unwrap(), []);
    assert_eq!(people.personal_tokens(tenant.org, other.owner).await.unwrap(), []);
    let stranger = other.org;
    let missed = other
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.credentials().find(stranger, first.id).await?, None);
                tx.credentials().update(stranger, &Credential { org: stranger, ..first }).await
            })
        })
        .await;
    assert!(matches!(missed, Err(StoreError::Constraint(_))), "{missed:?}");
}

/// The same secret opens another organization from the commit on; only who holds both can move it.
pub async fn a_token_that_moved_opens_the_other_organization_only(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    for (from, to) in [(&a, &b), (&b, &a)] {
        let mut row = token(from, &world).await;
        row.org = to.org;
        let (org, moved) = (from.org, row.clone());
        let alone: Result<(), StoreError> = transact(&*world.ports.unit, &[org], {
            let moved = row.clone();
            move |tx| Box::pin(async move { tx.credentials().update(org, &moved).await })
        })
        .await;
        assert!(alone.is_err(), "one of the two organizations is not held");
        world
            .change(&[from.org, to.org], move |tx| {
                Box::pin(async move {
                    tx.credentials().update(org, &moved).await?;
                    assert_eq!(tx.credentials().find(org, moved.id).await?, None);
                    tx.append(org, event("credential.moved", moved.id)).await
                })
            })
            .await;
        let ports = world.second().await;
        assert_eq!(ports.credentials.credential(&row.hash).await.unwrap(), Some(row.clone()));
        assert_eq!(ports.people.personal_tokens(from.org, from.owner).await.unwrap(), []);
        assert_eq!(ports.people.personal_tokens(to.org, from.owner).await.unwrap(), [row]);
    }
}

/// Nothing is found by its hash any more, and whoever removes it twice changes nothing.
pub async fn a_removed_token_opens_nothing(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let row = token(&tenant, &world).await;
    for (holder, left) in [(&other, Some(row.clone())), (&tenant, None), (&tenant, None)] {
        let (org, id) = (holder.org, row.id);
        holder.attempt(move |tx| Box::pin(async move { tx.credentials().remove(org, id).await })).await.unwrap();
        assert_eq!(world.second().await.credentials.credential(&row.hash).await.unwrap(), left);
    }
}

/// Found by issuer and subject as they are written, inside the transaction too; nobody else gets the same one, and nobody
/// gets a second one of the same provider.
pub async fn an_identity_is_one_persons_and_a_person_has_one_of_a_provider(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let (issuer, created_at) = (format!("https://id.example/{}", world.mint.uuid()), world.clock.now());
    let identity = |issuer: &str, subject: &str, user| LinkedIdentity {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        user,
        created_at,
    };
    let first = identity(&issuer, "Ada|1", a.owner);
    let linked = first.clone();
    a.attempt(move |tx| {
        Box::pin(async move {
            assert_eq!(tx.users().find_link(&linked.issuer, linked.user).await?, None);
            tx.users().link(&linked).await?;
            let found = tx.users().find_by_identity(&linked.issuer, &linked.subject).await?;
            assert_eq!(found.map(|user| user.id), Some(linked.user));
            assert_eq!(tx.users().find_link(&linked.issuer, linked.user).await?, Some(linked));
            Ok(())
        })
    })
    .await
    .unwrap();
    let people = world.second().await.people;
    let by =
        async |issuer: &str, subject: &str| people.user_by_identity(issuer, subject).await.unwrap().map(|user| user.id);
    assert_eq!(by(&issuer, "Ada|1").await, Some(a.owner));
    for (issuer, subject) in [(&*issuer, "ada|1"), (&*issuer, "Ada|1 "), (&*issuer.to_uppercase(), "Ada|1")] {
        assert_eq!(by(issuer, subject).await, None, "{issuer} {subject}");
    }
    let nobody = UserId::new(world.mint.uuid());
    for taken in
        [identity(&issuer, "Ada|1", b.owner), identity(&issuer, "Ada|2", a.owner), identity(&issuer, "Nobody", nobody)]
    {
        let refused = a.attempt(move |tx| Box::pin(async move { tx.users().link(&taken).await })).await;
        assert!(refused.is_err());
    }
    let elsewhere = identity(&format!("{issuer}/other"), "Ada|1", b.owner);
    b.attempt(move |tx| Box::pin(async move { tx.users().link(&elsewhere).await })).await.unwrap();
    let unheld: Result<(), StoreError> = transact(&*world.ports.unit, &[b.org], {
        let row = identity(&issuer, "Bob", b.owner);
        move |tx| Box::pin(async move { tx.users().link(&row).await })
    })
    .await;
    assert!(unheld.is_err(), "the platform organization is not held");
}

/// What was unlinked is nobody's, others of the person stay, and whoever comes next may have it.
pub async fn an_identity_is_unlinked_and_free_again(world: World) {
    let (a, b) = (world.tenant().await, world.tenant().await);
    let (place, created_at) = (world.mint.uuid(), world.clock.now());
    let identity = |site: &str, user| LinkedIdentity {
        issuer: format!("https://{site}.example/{place}"),
        subject: "1".to_owned(),
        user,
        created_at,
    };
    let (one, two, user) = (identity("a", a.owner), identity("b", a.owner), a.owner);
    let (first, second) = (one.clone(), two.clone());
    a.attempt(move |tx| {
        Box::pin(async move {
            tx.users().link(&second).await?;
            tx.users().link(&first).await?;
            assert_eq!(tx.users().links_of(user).await?, [first, second]);
            Ok(())
        })
    })
    .await
    .unwrap();
    let people = world.second().await.people;
    assert_eq!(people.identities_of(a.owner).await.unwrap(), [one.clone(), two.clone()]);
    assert_eq!(people.identities_of(b.owner).await.unwrap(), []);
    let unheld: Result<(), StoreError> = transact(&*world.ports.unit, &[a.org], {
        let row = one.clone();
        move |tx| Box::pin(async move { tx.users().unlink(&row.issuer, row.user).await })
    })
    .await;
    assert!(unheld.is_err(), "the platform organization is not held");
    let (gone, stays, heir) = (one.clone(), two.clone(), identity("a", b.owner));
    let taken = heir.clone();
    a.attempt(move |tx| {
        Box::pin(async move {
            // Somebody who has none of that provider: nothing happens.
            tx.users().unlink(&gone.issuer, taken.user).await?;
            assert_eq!(tx.users().find_link(&gone.issuer, user).await?, Some(gone.clone()));
            for _ in 0..2 {
                tx.users().unlink(&gone.issuer, user).await?;
            }
            assert_eq!(tx.users().find_by_identity(&gone.issuer, &gone.subject).await?, None);
            assert_eq!(tx.users().links_of(user).await?, [stays]);
            tx.users().link(&taken).await?;
            assert_eq!(tx.users().find_link(&taken.issuer, taken.user).await?, Some(taken));
            Ok(())
        })
    })
    .await
    .unwrap();
    assert_eq!(people.identities_of(a.owner).await.unwrap(), [two]);
    assert_eq!(people.identities_of(b.owner).await.unwrap(), std::slice::from_ref(&heir));
    let found = people.user_by_identity(&heir.issuer, &heir.subject).await.unwrap();
    assert_eq!(found.map(|user| user.id), Some(b.owner));
}
