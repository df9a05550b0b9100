//! From the journal to an endpoint that answers as it is told: retries, giving up, and turning off who never answers.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

mod support;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use upivia_application::{
    mails::Postbox,
    notices::{Courier, CourierParts, Follower, FollowerParts, NoticeMails},
};
use upivia_domain::{
    Mode, NodeId, Secret, Uuid, WebhookEndpointId,
    ports::{
        AlertFilter, Clock, DeliveryFilter, Ids, JournalFilter, JournalQueries, MailOutbox, Parcel, StoreError,
        WebhookQueries, WebhookSender, transact,
    },
    webhook::{
        Attempt, Delivery, DeliveryStatus, Endpoint, EndpointStatus, EndpointUrl, GAVE_UP_AFTER, SigningSecrets,
        WebhookEvent,
    },
};
use upivia_store_memory::SequenceEntropy;

use support::{World, mail};

const DAY: i64 = 24 * 60 * 60;

/// Keeps what it is given, and answers this status.
struct Fake {
    status: Mutex<u16>,
    sent: Mutex<Vec<Parcel>>,
}

#[async_trait]
impl WebhookSender for Fake {
    fn secret(&self, _random: &[u8; 32]) -> Secret<String> {
        Secret::new("whsec_".to_owned())
    }

    fn judge(&self, _url: &EndpointUrl) -> Result<(), String> {
        Ok(())
    }

    async fn send(&self, parcel: &Parcel) -> Attempt {
        self.sent.lock().unwrap().push(parcel.clone());
        let status = *self.status.lock().unwrap();
        let problem = (status != 204).then(|| format!("the endpoint answered {status}"));
        Attempt { at: parcel.at, status: Some(status), problem }
    }
}

struct Post {
    world: World,
    fake: Arc<Fake>,
    endpoint: WebhookEndpointId,
    entropy: Arc<SequenceEntropy>,
}

impl Post {
    async fn new() -> Self {
        let world = World::patient().await;
        let endpoint = Endpoint {
            id: WebhookEndpointId::new(world.ids.uuid()),
            org: world.caller.org,
            url: "https://a.example/".parse().unwrap(),
            description: None,
            events: vec![WebhookEvent::RequestExecuted],
            status: EndpointStatus::Enabled,
            secrets: SigningSecrets::new(Secret::new("whsec_b2xk".to_owned())),
            created_at: world.clock.now(),
        };
        let (org, id) = (world.caller.org, endpoint.id);
        let put: Result<(), StoreError> =
            transact(&*world.store, &[org], move |tx| Box::pin(async move { tx.webhooks().insert(&endpoint).await }))
                .await;
        put.unwrap();
        let fake = Arc::new(Fake { status: Mutex::new(204), sent: Mutex::default() });
        Self { world, fake, endpoint: id, entropy: Arc::new(SequenceEntropy::new(9)) }
    }

    fn mails(&self) -> NoticeMails {
        NoticeMails {
            postbox: Postbox::new(self.world.ids.clone(), true),
            organizations: self.world.store.clone(),
            people: self.world.store.clone(),
        }
    }

    /// Mails that wait: to whom, and about what.
    async fn mailed(&self) -> Vec<(String, String)> {
        let (now, outbox): (_, &dyn MailOutbox) = (self.world.clock.now(), &*self.world.store);
        let claimed = outbox.claim(now, now.plus_seconds(DAY), 99).await.unwrap();
        let said = |mail: &upivia_domain::mail::NewMail| (mail.to.to_string(), mail.subject.as_str().to_owned());
        claimed.iter().map(|claimed| said(&claimed.mail)).collect()
    }

    fn courier(&self) -> Courier {
        Courier::new(CourierParts {
            outbox: self.world.store.clone(),
            queries: self.world.store.clone(),
            sender: self.fake.clone(),
            unit: self.world.store.clone(),
            mails: self.mails(),
            clock: self.world.clock.clone(),
            entropy: self.entropy.clone(),
            node: NodeId::new(Uuid::from_u128(1)),
        })
    }

    fn follower(&self) -> Follower {
        Follower::new(FollowerParts {
            outbox: self.world.store.clone(),
            journal: self.world.store.clone(),
            endpoints: self.world.store.clone(),
            unit: self.world.store.clone(),
            mails: self.mails(),
            ids: self.world.ids.clone(),
            clock: self.world.clock.clone(),
        })
    }

    /// A request that is carried out, told by two nodes at once.
    async fn tell(&self) {
        self.world.dispatcher.create(&self.world.caller, mail("you", None)).await.unwrap();
        let (one, two) = (self.follower(), self.follower());
        let (one, two) = futures::join!(one.look(), two.look());
        assert_eq!((one.unwrap(), two.unwrap()), (false, false));
    }

    fn answer(&self, status: u16) {
        *self.fake.status.lock().unwrap() = status;
    }

    fn sent(&self) -> usize {
        self.fake.sent.lock().unwrap().len()
    }

    async fn deliveries(&self) -> Vec<Delivery> {
        let filter = DeliveryFilter::default();
        self.world.store.deliveries(self.world.caller.org, self.endpoint, filter, 99).await.unwrap()
    }

    async fn status(&self) -> EndpointStatus {
        self.world.store.endpoint(self.world.caller.org, self.endpoint).await.unwrap().unwrap().status
    }

    /// Lets time pass until nothing is due any more.
    async fn until_given_up(&self) {
        for _ in 0..=GAVE_UP_AFTER {
            self.courier().deliver().await.unwrap();
            self.world.clock.advance_seconds(2 * DAY);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_sent_once_by_however_many_nodes() {
    let post = Post::new().await;
    post.tell().await;
    let (one, two) = (post.courier(), post.courier());
    let (one, two) = futures::join!(one.deliver(), two.deliver());
    assert_eq!((one.unwrap() + two.unwrap(), post.sent()), (1, 1));
    let [delivery]: [Delivery; 1] = post.deliveries().await.try_into().unwrap();
    assert_eq!((delivery.status, delivery.attempts), (DeliveryStatus::Delivered, 1));
    let parcel = post.fake.sent.lock().unwrap()[0].clone();
    assert_eq!((parcel.message, &parcel.body, parcel.secrets.len()), (delivery.message, &delivery.body, 1));
    assert_eq!(post.courier().deliver().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_again_after_a_pause() {
    let post = Post::new().await;
    post.tell().await;
    post.answer(500);
    post.courier().deliver().await.unwrap();
    assert_eq!((post.courier().deliver().await.unwrap(), post.sent()), (0, 1), "not at once");
    let waiting = post.deliveries().await.remove(0);
    let pause = waiting.next_at.unwrap().micros() - post.world.clock.now().micros();
    assert!((5_000_000..=6_250_000).contains(&pause), "{pause}");
    assert_eq!(waiting.last.unwrap().status, Some(500));
    post.world.clock.advance_seconds(7);
    post.answer(204);
    post.courier().deliver().await.unwrap();
    let done = post.deliveries().await.remove(0);
    assert_eq!((done.status, done.attempts, done.next_at), (DeliveryStatus::Delivered, 2, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_answers_is_turned_off_with_an_event() {
    let post = Post::new().await;
    post.answer(503);
    post.tell().await;
    post.tell().await;
    post.until_given_up().await;
    let ended: Vec<_> = post.deliveries().await.iter().map(|one| one.status).collect();
    assert_eq!(ended, [DeliveryStatus::Failed, DeliveryStatus::Failed]);
    assert_eq!(post.status().await, EndpointStatus::Failing);
    let filter = JournalFilter { kinds: vec!["webhook_endpoint.disabled"], ..JournalFilter::default() };
    let events = post.world.store.events(post.world.caller.org, &filter, 9).await.unwrap();
    assert_eq!(events.len(), 1, "once");
    assert!(events[0].body.contains(&post.endpoint.to_string()) && events[0].body.contains("failing"));
    let [(_, subject)] = &post.mailed().await[..] else { panic!("one mail to the one owner") };
    assert!(subject.ends_with(": a webhook endpoint was turned off"), "{subject}");

    post.tell().await;
    assert_eq!(post.deliveries().await.len(), 2, "it is told nothing more");
    post.world.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answered_meanwhile_stays_on() {
    let post = Post::new().await;
    post.answer(503);
    post.tell().await;
    post.courier().deliver().await.unwrap();
    post.answer(204);
    post.tell().await;
    post.courier().deliver().await.unwrap();
    post.answer(503);
    post.world.clock.advance_seconds(2 * DAY);
    post.until_given_up().await;
    let ended: Vec<_> = post.deliveries().await.iter().map(|one| one.status).collect();
    assert_eq!(ended, [DeliveryStatus::Delivered, DeliveryStatus::Failed]);
    assert_eq!(post.status().await, EndpointStatus::Enabled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_nobody_ended_is_somebody_elses() {
    let post = Post::new().await;
    post.tell().await;
    let now = post.world.clock.now();
    let outbox: &dyn upivia_domain::ports::WebhookOutbox = &*post.world.store;
    assert_eq!(outbox.claim(now, now.plus_seconds(60), 9).await.unwrap().len(), 1, "and its process dies");
    assert_eq!(post.courier().deliver().await.unwrap(), 0);
    post.world.clock.advance_seconds(61);
    assert_eq!(post.courier().deliver().await.unwrap(), 1);
    assert_eq!(post.deliveries().await[0].attempts, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_sign_while_one_is_replaced() {
    let post = Post::new().await;
    let (org, id, until) = (post.world.caller.org, post.endpoint, post.world.clock.now().plus_seconds(60));
    let replaced: Result<(), StoreError> = transact(&*post.world.store, &[org], move |tx| {
        Box::pin(async move {
            let found = tx.webhooks().find(org, id).await?.unwrap();
            let secrets = found.secrets.clone().replaced(Secret::new("whsec_bmV3".to_owned()), until);
            tx.webhooks().update(&Endpoint { secrets, ..found }).await
        })
    })
    .await;
    replaced.unwrap();
    for expected in [2, 1] {
        post.tell().await;
        post.courier().deliver().await.unwrap();
        let last = post.fake.sent.lock().unwrap().last().unwrap().clone();
        assert_eq!(last.secrets.len(), expected);
        post.world.clock.advance_seconds(60);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_need_no_endpoint() {
    let post = Post::new().await;
    let (org, id) = (post.world.caller.org, post.endpoint);
    let removed: Result<(), StoreError> =
        transact(&*post.world.store, &[org], move |tx| Box::pin(async move { tx.webhooks().remove(org, id).await }))
            .await;
    removed.unwrap();
    let agent = post.world.caller.agent;
    let capped: Result<(), StoreError> = transact(&*post.world.store, &[org], move |tx| {
        Box::pin(async move {
            let mut agent = tx.agents().find(org, agent).await?.unwrap();
            agent.month_cap = Some(support::PRICE.checked_add(support::PRICE).unwrap());
            tx.agents().update(&agent).await
        })
    })
    .await;
    capped.unwrap();
    post.tell().await;
    let levels = async || {
        let filter = AlertFilter { mode: Some(Mode::Live), ..AlertFilter::default() };
        let found = post.world.store.budget_alerts(org, filter, 99).await.unwrap();
        found.iter().map(|alert| (alert.level, alert.window.scope.kind())).collect::<Vec<_>>()
    };
    assert_eq!(levels().await, [(50, "agent")]);
    post.tell().await;
    assert_eq!(levels().await, [(100, "agent"), (80, "agent"), (50, "agent")]);
    post.tell().await;
    assert_eq!(levels().await.len(), 3, "each once");
    let mailed = post.mailed().await;
    let subjects: Vec<_> = mailed.iter().map(|(_, subject)| subject.rsplit_once(": ").unwrap().1).collect();
    let share = |level: u8| format!("{level} percent of a limit are used (agent)");
    assert_eq!(subjects, [share(50), share(80), share(100)], "each once, to the one owner: {mailed:?}");
}
