//! The server's own mails: written with the change that makes them due, given to one process at a time.

use upivia_domain::{
    MailId, OrgId, Timestamp,
    mail::{MailKind, NewMail},
    ports::{Abort, ClaimedMail, Clock, MailClaim, MailEnd, OutboxCounts, StoreError, Work, transact},
};

use crate::{Ports, World, tenant::Tenant};

/// A claim of the suite holds so long, in seconds.
const CLAIM_SECONDS: i64 = 60;

fn letter(tenant: &Tenant, text: &str) -> NewMail {
    NewMail {
        id: MailId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        kind: MailKind::Invite,
        to: "Ada.L+tag@mail.example.com".parse().unwrap(),
        subject: "Grüße: \"株\"".parse().unwrap(),
        text: text.parse().unwrap(),
        send_before: Some(tenant.world.clock.now().plus_seconds(3_600)),
        created_at: tenant.world.clock.now(),
    }
}

async fn queue(tenant: &Tenant, mail: &NewMail) -> Result<(), StoreError> {
    let mail = mail.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.mails().queue(&mail).await })).await
}

async fn queued(tenant: &Tenant, text: &str) -> NewMail {
    let mail = letter(tenant, text);
    queue(tenant, &mail).await.unwrap();
    mail
}

async fn claim(ports: &Ports, now: Timestamp, limit: u32) -> Vec<ClaimedMail> {
    ports.outbox.claim(now, now.plus_seconds(CLAIM_SECONDS), limit).await.unwrap()
}

/// What was written is what is claimed, on every node; once it was delivered nothing of it is left.
pub async fn a_mail_survives_until_it_is_delivered(world: World) {
    let tenant = world.tenant().await;
    let now = world.clock.now();
    let mine = queued(&tenant, "Line 1\n\n.\u{1F4EC} \u{0} 'quoted' {\"a\":1}").await;
    let mail = NewMail { id: MailId::new(world.mint.uuid()), org: OrgId::PLATFORM, send_before: None, ..mine.clone() };
    queue(&tenant, &mail).await.unwrap();
    let counts = OutboxCounts { waiting: 2, oldest: Some(now), failed: 0 };
    assert_eq!(world.second().await.outbox.counts().await.unwrap(), counts);
    let claimed = claim(&world.second().await, now, 10).await;
    let expected = [mine, mail].map(|mail| ClaimedMail { claim: MailClaim { mail: mail.id, attempt: 1 }, mail });
    assert_eq!(claimed, expected);
    for ClaimedMail { claim, .. } in claimed {
        assert!(world.ports.outbox.settle(claim, MailEnd::Delivered).await.unwrap());
        assert!(!world.ports.outbox.settle(claim, MailEnd::Delivered).await.unwrap());
    }
    assert_eq!(world.ports.outbox.counts().await.unwrap(), OutboxCounts::default());
    assert_eq!(claim(&world.ports, now.plus_seconds(3_600), 10).await, []);
}

/// A mail is part of its transaction: rolled back with it, refused where its organization is not held, and unique.
pub async fn a_mail_without_a_commit_is_not_sent(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let mail = letter(&tenant, "never");
    let rolled: Work = {
        let mail = mail.clone();
        Box::new(move |tx| {
            Box::pin(async move {
                tx.mails().queue(&mail).await?;
                Err(Abort::Rollback)
            })
        })
    };
    assert_eq!(world.ports.unit.run(&[tenant.org], rolled).await, Err(Abort::Rollback));
    let unheld: Result<(), StoreError> = transact(&*world.ports.unit, &[other.org], {
        let mail = mail.clone();
        move |tx| Box::pin(async move { tx.mails().queue(&mail).await })
    })
    .await;
    assert!(unheld.is_err(), "the organization of the mail is not held");
    assert_eq!(claim(&world.ports, world.clock.now(), 10).await, []);
    queue(&tenant, &mail).await.unwrap();
    assert!(matches!(queue(&tenant, &mail).await, Err(StoreError::Constraint(_))));
    assert_eq!(claim(&world.ports, world.clock.now(), 10).await.len(), 1);
}

/// However many ask at once, on however many nodes, each mail is claimed by one.
pub async fn a_mail_is_given_to_one_of_many(world: World) {
    let tenant = world.tenant().await;
    let mut expected = Vec::new();
    for number in 0..12 {
        expected.push(queued(&tenant, &number.to_string()).await.id);
    }
    let (nodes, now) = ([world.ports.clone(), world.second().await], world.clock.now());
    let asking = (0..16_usize).map(|number| {
        let node = nodes[number % 2].clone();
        tokio::spawn(async move { claim(&node, now, 5).await })
    });
    let mut given: Vec<MailId> = Vec::new();
    for asked in futures::future::join_all(asking).await {
        given.extend(asked.unwrap().iter().map(|claimed| claimed.mail.id));
    }
    let at_once = given.len();
    given.extend(claim(&world.ports, now, 100).await.iter().map(|claimed| claimed.mail.id));
    assert!(at_once > 0, "nobody was given anything");
    given.sort_unstable();
    expected.sort_unstable();
    assert_eq!(given, expected);
}

/// Who claimed a mail and says nothing loses it when the claim ends; what they say later counts for nothing.
pub async fn a_claim_that_ended_goes_to_the_next(world: World) {
    let tenant = world.tenant().await;
    let (mail, now) = (queued(&tenant, "again").await, world.clock.now());
    let first = claim(&world.ports, now, 1).await[0].claim;
    let second = world.second().await;
    assert_eq!(claim(&second, now.plus_seconds(CLAIM_SECONDS - 1), 1).await, []);
    let later = now.plus_seconds(CLAIM_SECONDS);
    let next = claim(&second, later, 1).await.remove(0);
    assert_eq!((next.claim.attempt, &next.mail), (2, &mail));
    for end in [MailEnd::Delivered, MailEnd::Again(now), MailEnd::Failed(now)] {
        assert!(!world.ports.outbox.settle(first, end).await.unwrap(), "{end:?}");
    }
    assert_eq!(world.ports.outbox.counts().await.unwrap().waiting, 1);
    assert!(second.outbox.settle(next.claim, MailEnd::Delivered).await.unwrap());
}

/// A mail that was put off is due at its time and not before, and counts its tries.
pub async fn a_mail_that_is_not_taken_comes_again(world: World) {
    let tenant = world.tenant().await;
    let (mail, mut now) = (queued(&tenant, "greylisted").await, world.clock.now());
    for attempt in 1..4 {
        let claimed = claim(&world.ports, now, 1).await.remove(0);
        assert_eq!(claimed, ClaimedMail { claim: MailClaim { mail: mail.id, attempt }, mail: mail.clone() });
        assert!(world.ports.outbox.settle(claimed.claim, MailEnd::Again(now.plus_seconds(600))).await.unwrap());
        assert_eq!(claim(&world.ports, now.plus_seconds(599), 1).await, []);
        now = now.plus_seconds(600);
    }
}

/// A mail that failed is due no more; it is counted until it is forgotten.
pub async fn a_mail_that_failed_is_counted_and_forgotten(world: World) {
    let tenant = world.tenant().await;
    queued(&tenant, "nobody").await;
    let now = world.clock.now();
    let claimed = claim(&world.ports, now, 1).await.remove(0);
    assert!(world.ports.outbox.settle(claimed.claim, MailEnd::Failed(now)).await.unwrap());
    assert!(!world.ports.outbox.settle(claimed.claim, MailEnd::Delivered).await.unwrap());
    assert_eq!(claim(&world.ports, now.plus_seconds(86_400), 1).await, []);
    let second = world.second().await;
    assert_eq!(second.outbox.counts().await.unwrap(), OutboxCounts { waiting: 0, oldest: None, failed: 1 });
    assert_eq!(second.outbox.forget_failed(now).await.unwrap(), 0);
    assert_eq!(second.outbox.forget_failed(now.plus_micros(1)).await.unwrap(), 1);
    assert_eq!(second.outbox.counts().await.unwrap(), OutboxCounts::default());
}

/// The oldest wait comes first, and no more than were asked for.
pub async fn mails_that_wait_the_longest_come_first(world: World) {
    let tenant = world.tenant().await;
    let mut written = Vec::new();
    for number in 0..5 {
        written.push(queued(&tenant, &number.to_string()).await.id);
        world.clock.advance_seconds(1);
    }
    let now = world.clock.now();
    let first = claim(&world.ports, now, 2).await;
    let rest = claim(&world.second().await, now, 10).await;
    let ids: Vec<MailId> = first.iter().chain(&rest).map(|claimed| claimed.mail.id).collect();
    assert_eq!((first.len(), ids), (2, written));
}
