//! Invitations, links to a new password, and the names that people give themselves.

use upivia_domain::{
    InviteId, UserId,
    identity::{CredentialHash, Invite, OrgRole, PasswordReset, Seat},
    ports::{Clock, StoreError, transact},
    team::TeamRole,
};

use crate::{World, tenant::Tenant};

fn hash(tenant: &Tenant) -> CredentialHash {
    let mut hash = [9; 32];
    hash[..16].copy_from_slice(&tenant.world.mint.uuid().into_bytes());
    CredentialHash(hash)
}

fn invitation(tenant: &Tenant) -> Invite {
    let now = tenant.world.clock.now();
    Invite {
        id: InviteId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        email: tenant.address(),
        role: OrgRole::Admin,
        seat: Some(Seat { team: tenant.team, role: TeamRole::Manager }),
        invited_by: tenant.owner,
        hash: hash(tenant),
        created_at: now,
        expires_at: now.plus_seconds(Invite::LIFETIME_SECONDS),
    }
}

async fn put(tenant: &Tenant, invite: &Invite) -> Result<(), StoreError> {
    let invite = invite.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.invites().put(&invite).await })).await
}

/// An invitation is found as it was written, by its organization, address, id and hash; once removed it is found by none.
pub async fn an_invitation_survives_until_it_is_removed(world: World) {
    let tenant = world.tenant().await;
    let first = invitation(&tenant);
    let second = Invite { role: OrgRole::Member, seat: None, ..invitation(&tenant) };
    for invite in [&first, &second] {
        put(&tenant, invite).await.unwrap();
    }
    let links = world.second().await.links;
    assert_eq!(links.invites(tenant.org).await.unwrap(), [first.clone(), second.clone()]);
    for invite in [&first, &second] {
        assert_eq!(links.invite(&invite.hash).await.unwrap().as_ref(), Some(invite));
    }
    let (org, gone) = (tenant.org, first.clone());
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.invites().find(org, gone.id).await?.as_ref(), Some(&gone));
                assert_eq!(tx.invites().find_by_email(org, &gone.email).await?.as_ref(), Some(&gone));
                tx.invites().remove(org, gone.id).await?;
                assert_eq!(tx.invites().find(org, gone.id).await?, None);
                tx.invites().remove(org, gone.id).await
            })
        })
        .await
        .unwrap();
    assert_eq!(links.invites(tenant.org).await.unwrap(), [second]);
    assert_eq!(links.invite(&first.hash).await.unwrap(), None);
}

/// A new invitation takes the place of the one that its address has; a hash opens one invitation.
pub async fn an_address_is_invited_once(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let first = invitation(&tenant);
    put(&tenant, &first).await.unwrap();
    let again = Invite { email: first.email.clone(), ..invitation(&tenant) };
    put(&tenant, &again).await.unwrap();
    let elsewhere = Invite { email: first.email.clone(), ..invitation(&other) };
    put(&other, &elsewhere).await.unwrap();
    let links = world.second().await.links;
    assert_eq!(links.invites(tenant.org).await.unwrap(), std::slice::from_ref(&again));
    assert_eq!(links.invite(&first.hash).await.unwrap(), None);
    assert_eq!(links.invites(other.org).await.unwrap(), [elsewhere]);
    for tenant in [&tenant, &other] {
        let copied = Invite { hash: again.hash, ..invitation(tenant) };
        assert!(matches!(put(tenant, &copied).await, Err(StoreError::Constraint(_))));
    }
}

/// Nothing of another organization is found or removed, and no team of another one is a seat.
pub async fn an_invitation_belongs_to_its_organization(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let mine = invitation(&tenant);
    put(&tenant, &mine).await.unwrap();
    let (stranger, looked) = (other.org, mine.clone());
    other
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.invites().find(stranger, looked.id).await?, None);
                assert_eq!(tx.invites().find_by_email(stranger, &looked.email).await?, None);
                tx.invites().remove(stranger, looked.id).await
            })
        })
        .await
        .unwrap();
    assert_eq!(world.ports.links.invites(other.org).await.unwrap(), []);
    assert_eq!(world.ports.links.invites(tenant.org).await.unwrap(), [mine]);
    let seat = Some(Seat { team: tenant.team, role: TeamRole::Worker });
    let wrong = [
        Invite { seat, ..invitation(&other) },
        Invite { invited_by: UserId::new(world.mint.uuid()), ..invitation(&other) },
    ];
    for wrong in wrong {
        assert!(matches!(put(&other, &wrong).await, Err(StoreError::Constraint(_))), "{wrong:?}");
    }
}

fn reset(tenant: &Tenant) -> PasswordReset {
    let now = tenant.world.clock.now();
    let expires_at = now.plus_seconds(PasswordReset::LIFETIME_SECONDS);
    PasswordReset { user: tenant.owner, hash: hash(tenant), created_at: now, expires_at }
}

async fn put_reset(tenant: &Tenant, reset: PasswordReset) -> Result<(), StoreError> {
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.password_resets().put(&reset).await?;
                assert_eq!(tx.password_resets().find(reset.user).await?, Some(reset));
                Ok(())
            })
        })
        .await
}

/// A person has one such link; the last one counts, and once removed its token opens nothing.
pub async fn a_link_to_a_password_is_replaced_and_removed(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let first = reset(&tenant);
    put_reset(&tenant, first).await.unwrap();
    world.clock.advance_seconds(60);
    let last = reset(&tenant);
    put_reset(&tenant, last).await.unwrap();
    let links = world.second().await.links;
    assert_eq!(links.password_reset(&first.hash).await.unwrap(), None);
    assert_eq!(links.password_reset(&last.hash).await.unwrap(), Some(last));
    let copied = PasswordReset { hash: last.hash, ..reset(&other) };
    assert!(matches!(put_reset(&other, copied).await, Err(StoreError::Constraint(_))));
    let user = tenant.owner;
    for _ in 0..2 {
        tenant
            .attempt(move |tx| {
                Box::pin(async move {
                    tx.password_resets().remove(user).await?;
                    assert_eq!(tx.password_resets().find(user).await?, None);
                    Ok(())
                })
            })
            .await
            .unwrap();
    }
    assert_eq!(links.password_reset(&last.hash).await.unwrap(), None);
    let nobody = PasswordReset { user: UserId::new(world.mint.uuid()), ..reset(&tenant) };
    assert!(matches!(put_reset(&tenant, nobody).await, Err(StoreError::Constraint(_))));
}

/// Whoever does not hold the organization of a row cannot write it.
pub async fn only_who_holds_the_rows_writes_links(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (invite, reset) = (invitation(&tenant), reset(&tenant));
    put(&tenant, &invite).await.unwrap();
    let (added, removed, org) = (invitation(&tenant), invite.id, tenant.org);
    let name = "Ada".parse().unwrap();
    let unheld: [Result<(), StoreError>; 5] = [
        transact(&*world.ports.unit, &[other.org], move |tx| Box::pin(async move { tx.invites().put(&added).await }))
            .await,
        transact(&*world.ports.unit, &[other.org], move |tx| {
            Box::pin(async move { tx.invites().remove(org, removed).await })
        })
        .await,
        transact(&*world.ports.unit, &[org], move |tx| Box::pin(async move { tx.password_resets().put(&reset).await }))
            .await,
        transact(&*world.ports.unit, &[org], move |tx| {
            Box::pin(async move { tx.password_resets().remove(reset.user).await })
        })
        .await,
        transact(&*world.ports.unit, &[org], move |tx| {
            Box::pin(async move { tx.users().set_name(reset.user, &name).await })
        })
        .await,
    ];
    for (place, result) in unheld.iter().enumerate() {
        assert!(result.is_err(), "{place}");
    }
    assert_eq!(world.ports.links.invites(tenant.org).await.unwrap(), [invite]);
}

/// How a person is called survives, and the last word counts.
pub async fn a_persons_name_survives(world: World) {
    let tenant = world.tenant().await;
    let user = tenant.owner;
    assert_eq!(world.ports.people.name_of(user).await.unwrap(), None);
    for name in ["Ada", "Ada 'Gräfin' \u{682A}"] {
        let name: upivia_domain::identity::Name = name.parse().unwrap();
        let written = name.clone();
        tenant.attempt(move |tx| Box::pin(async move { tx.users().set_name(user, &written).await })).await.unwrap();
        assert_eq!(world.second().await.people.name_of(user).await.unwrap(), Some(name));
    }
    let nobody = UserId::new(world.mint.uuid());
    let name = "Nobody".parse().unwrap();
    let refused = tenant.attempt(move |tx| Box::pin(async move { tx.users().set_name(nobody, &name).await })).await;
    assert!(matches!(refused, Err(StoreError::Constraint(_))));
    assert_eq!(world.ports.people.name_of(nobody).await.unwrap(), None);
}
