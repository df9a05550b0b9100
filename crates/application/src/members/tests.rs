//! Two owners who go at the same time.

use std::sync::Arc;

use upivia_domain::{
    NanoUsd, OrgId, Timestamp,
    identity::{Membership, User},
    ports::{StoreError, transact},
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

use super::*;
use crate::{
    access::Author,
    bootstrap::{Bootstrap, NewOrganization},
};
use upivia_domain::{UserId, identity::OrgRole, ports::Ids};

struct Stage {
    members: Members,
    store: Arc<MemoryStore>,
    org: OrgId,
    owners: [UserId; 2],
}

impl Stage {
    async fn new() -> Self {
        let clock = ManualClock::at(Timestamp::from_micros(1_000_000));
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
        let store = MemoryStore::new(clock);
        let bootstrap = Bootstrap::new(store.clone(), ids.clone(), entropy, hasher);
        let (name, email) = ("Acme".parse().unwrap(), "a@b.c".parse().unwrap());
        let new = NewOrganization { name, email, fund: NanoUsd::ZERO, zone: Zone::UTC };
        let made = bootstrap.create(new).await.unwrap();
        let (org, second) = (made.org_id, UserId::new(ids.uuid()));
        transact::<_, StoreError, _>(&*store, &[OrgId::PLATFORM, org], move |tx| {
            Box::pin(async move {
                let created_at = tx.now();
                tx.users().insert(&User { id: second, email: "eve@b.c".parse().unwrap(), created_at }).await?;
                tx.memberships().insert(&Membership { org, user: second, role: OrgRole::Owner }).await
            })
        })
        .await
        .unwrap();
        let parts = MembersParts { unit: store.clone(), credentials: store.clone(), people: store.clone() };
        Self { members: Members::new(parts), store, org, owners: [made.user_id, second] }
    }

    fn author(&self, user: UserId) -> Author {
        let caller = UserCaller::of_role(self.org, user, None, OrgRole::Owner, "a@b.c".parse().unwrap());
        Author { caller, trace: None }
    }

    async fn owners_left(&self) -> usize {
        let members = self.store.members(self.org).await.unwrap();
        members.iter().filter(|one| one.role == OrgRole::Owner).count()
    }
}

#[tokio::test]
async fn two_owners_who_leave_at_once_leave_one_of_them() {
    let stage = Stage::new().await;
    let [a, b] = stage.owners;
    let (one, other) =
        tokio::join!(stage.members.leave(stage.author(a), None), stage.members.leave(stage.author(b), None));
    let refused = one.err().into_iter().chain(other.err()).collect::<Vec<_>>();
    assert_eq!(refused, [MemberError::LastOwner]);
    assert_eq!(stage.owners_left().await, 1);
}

#[tokio::test]
async fn two_owners_who_demote_each_other_at_once_leave_one_of_them() {
    let stage = Stage::new().await;
    let [a, b] = stage.owners;
    let (one, other) = tokio::join!(
        stage.members.set_role(stage.author(a), b, OrgRole::Member),
        stage.members.set_role(stage.author(b), a, OrgRole::Member),
    );
    // Whoever comes second is no owner any more.
    assert_eq!(one.is_ok() as usize + other.is_ok() as usize, 1, "{one:?} {other:?}");
    assert_eq!(stage.owners_left().await, 1);
}

#[tokio::test]
async fn whoever_was_removed_meanwhile_changes_nothing() {
    let stage = Stage::new().await;
    let [a, b] = stage.owners;
    stage.members.remove(stage.author(a), b, None).await.unwrap();
    let late = stage.members.set_role(stage.author(b), a, OrgRole::Member).await;
    assert!(matches!(late, Err(MemberError::Forbidden(_))), "{late:?}");
    assert_eq!(stage.members.leave(stage.author(b), None).await, Err(MemberError::NotFound));
}
