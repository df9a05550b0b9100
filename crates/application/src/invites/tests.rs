//! An invitation is used once, and holds no longer than the role of whoever made it.

use async_trait::async_trait;
use upivia_domain::{
    NanoUsd, Timestamp,
    identity::{Membership, NewPassword, PasswordCheck, PasswordHash, User},
    ports::{CredentialQueries, PasswordFault, StoreError},
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

use super::*;
use crate::bootstrap::{Bootstrap, Bootstrapped, NewOrganization};

/// Keeps the password itself: fast, and for tests only.
struct Plain;

#[async_trait]
impl PasswordHasher for Plain {
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, PasswordFault> {
        PasswordHash::try_from(format!("$plain${}", password.expose())).map_err(|_| PasswordFault::Failed)
    }

    async fn verify(&self, attempt: &Secret<String>, kept: &PasswordHash) -> Result<PasswordCheck, PasswordFault> {
        let right = kept.expose() == format!("$plain${}", attempt.expose());
        Ok(if right { PasswordCheck::Right } else { PasswordCheck::Wrong })
    }

    async fn verify_nothing(&self, _attempt: &Secret<String>) -> Result<(), PasswordFault> {
        Ok(())
    }
}

struct Bench {
    store: Arc<MemoryStore>,
    invites: Arc<Invites>,
    acme: Bootstrapped,
}

async fn bench() -> Bench {
    let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
    let (store, ids) = (MemoryStore::new(clock.clone()), Arc::new(SequentialIds::new(clock.clone())));
    let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
    let bootstrap = Bootstrap::new(store.clone(), ids.clone(), entropy.clone(), hasher.clone());
    let (name, email) = ("Acme".parse().unwrap(), "ada@example.com".parse().unwrap());
    let new = NewOrganization { name, email, fund: NanoUsd::ZERO, zone: Zone::UTC };
    let acme = bootstrap.create(new).await.unwrap();
    let invites = Arc::new(Invites::new(InvitesParts {
        unit: store.clone(),
        links: store.clone(),
        people: store.clone(),
        passwords: Arc::new(Plain),
        hasher,
        entropy,
        ids: ids.clone(),
        clock: clock.clone(),
        postbox: Postbox::new(ids, true),
        links_to: Links::new("https://upivia.example.com/"),
    }));
    Bench { store, invites, acme }
}

impl Bench {
    fn author(&self, user: UserId, role: OrgRole) -> Author {
        let email = "ada@example.com".parse().unwrap();
        Author { caller: UserCaller::of_role(self.acme.org_id, user, None, role, email), trace: None }
    }

    async fn invite(&self, email: &str, role: OrgRole) -> Result<Invited, InviteError> {
        self.invite_by(self.acme.user_id, email, role).await
    }

    async fn invite_by(&self, user: UserId, email: &str, role: OrgRole) -> Result<Invited, InviteError> {
        let new = NewInvite { email: email.parse().unwrap(), role, seat: None };
        self.invites.create(self.author(user, OrgRole::Owner), new).await
    }

    async fn accept(&self, invited: &Invited) -> Result<Joined, InviteError> {
        self.invites.accept(&invited.token, newcomer()).await
    }
}

fn newcomer() -> Acceptance {
    let (name, password) = ("Grace".parse().ok(), Some(Secret::new("battery-staple".to_owned())));
    Acceptance { name, password, ..Acceptance::default() }
}

#[tokio::test]
async fn of_many_who_use_one_token_at_once_one_joins() {
    let bench = bench().await;
    let invited = bench.invite("grace@example.com", OrgRole::Member).await.unwrap();
    assert!(invited.url.expose().starts_with("https://upivia.example.com/api/v1/invites/accept#upivia_invite_"));
    let all = (0..16).map(|_| {
        let (invites, token) = (Arc::clone(&bench.invites), invited.token.clone());
        tokio::spawn(async move { invites.accept(&token, newcomer()).await })
    });
    let ended: Vec<_> = futures::future::join_all(all).await.into_iter().map(Result::unwrap).collect();
    let joined: Vec<_> = ended.iter().filter_map(|one| one.as_ref().ok()).collect();
    assert_eq!(joined.len(), 1, "{ended:?}");
    let membership = bench.store.membership(bench.acme.org_id, joined[0].user).await.unwrap();
    assert_eq!(membership.map(|membership| membership.role), Some(OrgRole::Member));
    assert_eq!(bench.invites.find(&invited.token).await, Err(InviteError::NotFound));
}

#[tokio::test]
async fn accepting_meets_withdrawing_and_one_of_them_wins() {
    let bench = bench().await;
    let invited = bench.invite("grace@example.com", OrgRole::Member).await.unwrap();
    let author = bench.author(bench.acme.user_id, OrgRole::Owner);
    let (accepted, withdrawn) =
        futures::join!(bench.accept(&invited), bench.invites.withdraw(author, invited.invite.id));
    assert_ne!(accepted.is_ok(), withdrawn.is_ok());
}

/// What somebody gave away does not outlive their role.
#[tokio::test]
async fn an_invitation_of_somebody_without_the_right_opens_nothing() {
    let bench = bench().await;
    let first = bench.invite("grace@example.com", OrgRole::Admin).await.unwrap();
    let grace = bench.accept(&first).await.unwrap().user;
    assert_eq!(bench.invite_by(grace, "eve@example.com", OrgRole::Owner).await.unwrap_err(), InviteError::AboveOwnRole);
    let second = bench.invite_by(grace, "eve@example.com", OrgRole::Admin).await.unwrap();
    // As if it had been made by somebody who is a member now.
    let (org, invite) = (bench.acme.org_id, second.invite.clone());
    transact::<(), StoreError, _>(&*bench.store, &[OrgId::PLATFORM, org], move |tx| {
        Box::pin(async move {
            let id = UserId::new(invite.id.uuid());
            let email = "linus@example.com".parse().unwrap();
            let user = User { id, email, created_at: tx.now() };
            tx.users().insert(&user).await?;
            tx.memberships().insert(&Membership { org, user: id, role: OrgRole::Member }).await?;
            tx.invites().put(&Invite { invited_by: id, ..invite }).await
        })
    })
    .await
    .unwrap();
    assert_eq!(bench.accept(&second).await, Err(InviteError::NotFound));
}

#[tokio::test]
async fn a_member_invites_nobody_and_a_member_is_not_invited() {
    let bench = bench().await;
    let invited = bench.invite("grace@example.com", OrgRole::Member).await.unwrap();
    let grace = bench.accept(&invited).await.unwrap().user;
    let refused = bench.invite_by(grace, "eve@example.com", OrgRole::Member).await.unwrap_err();
    assert_eq!(refused, InviteError::Forbidden(Permission::InviteCreate));
    for known in ["grace@example.com", "ada@example.com"] {
        let refused = bench.invite(known, OrgRole::Member).await.unwrap_err();
        assert!(matches!(refused, InviteError::Invalid { field: "email", .. }), "{known}: {refused}");
    }
}

#[tokio::test]
async fn so_many_are_open_and_no_more() {
    let bench = bench().await;
    for number in 0..MOST_INVITES {
        bench.invite(&format!("grace{number}@example.com"), OrgRole::Member).await.unwrap();
    }
    assert_eq!(bench.invite("eve@example.com", OrgRole::Member).await.unwrap_err(), InviteError::TooMany);
    bench.invite("grace0@example.com", OrgRole::Admin).await.unwrap();
    let caller = bench.author(bench.acme.user_id, OrgRole::Owner).caller;
    assert_eq!(bench.invites.list(&caller).await.unwrap().len(), MOST_INVITES);
}
