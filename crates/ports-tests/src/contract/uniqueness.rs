//! What must be unique is, in an organization or in the whole installation.

use upivia_domain::{
    CredentialId, Mode, OrgId, UserId,
    identity::{Credential, Membership, OrgRole, User},
    ports::{Clock, StoreError, transact},
};

use crate::{World, seed::hash_of};

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
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.users().find_by_email(&new.email).await?, None);
                tx.users().insert(&new).await?;
                assert_eq!(tx.users().find_by_email(&new.email).await?, Some(new));
                Ok(())
            })
        })
        .await
        .unwrap();
    assert_constraint(&tenant.attempt(move |tx| Box::pin(async move { tx.users().insert(&same).await })).await);
    let [one, other] = [(); 2].map(|()| User {
        id: UserId::new(world.mint.uuid()),
        email: "twice@example.com".parse().unwrap(),
        created_at: world.clock.now(),
    });
    let twice = tenant.attempt(move |tx| {
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
    let double = tenant.attempt(move |tx| Box::pin(async move { tx.memberships().insert(&again).await })).await;
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
        let double = tenant.attempt(move |tx| Box::pin(async move { tx.credentials().insert(&stolen).await })).await;
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
        &tenant.attempt(move |tx| Box::pin(async move { tx.organizations().insert(&organization).await })).await,
    );
    assert_constraint(&tenant.attempt(move |tx| Box::pin(async move { tx.teams().insert(&team).await })).await);
    assert_constraint(&tenant.attempt(move |tx| Box::pin(async move { tx.agents().insert(&agent).await })).await);
}

fn assert_constraint(result: &Result<(), StoreError>) {
    assert!(matches!(result, Err(StoreError::Constraint(_))), "{result:?}");
}
