//! What becomes of mails when the mail server takes them, puts them off, refuses them, or is away.

use std::{collections::VecDeque, sync::Mutex};

use async_trait::async_trait;
use upivia_domain::{
    OrgId,
    mail::{MailKind, Message},
    ports::{Ids, Receipt, StoreError, UnitOfWork, transact},
};
use upivia_store_memory::{ManualClock, MemoryStore, SequentialIds};

use super::*;
use crate::mails::{Letter, MailsSoFar, Postbox, Posted};

/// Answers as it was told, then takes everything; remembers what it was asked for.
#[derive(Default)]
struct Server {
    orders: Mutex<VecDeque<MailError>>,
    asked: Mutex<Vec<Message>>,
}

#[async_trait]
impl Mail for Server {
    async fn send(&self, message: &Message) -> Result<Receipt, MailError> {
        self.asked.lock().unwrap().push(message.clone());
        let order = self.orders.lock().unwrap().pop_front();
        order.map_or_else(|| Ok(Receipt { message_id: format!("<{}@h>", message.id.as_str()) }), Err)
    }
}

struct Bench {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    ids: Arc<SequentialIds>,
    server: Arc<Server>,
    gauges: MailGauges,
    delivery: Delivery,
}

fn bench() -> Bench {
    let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
    let (store, ids) = (MemoryStore::new(clock.clone()), Arc::new(SequentialIds::new(clock.clone())));
    let (server, gauges) = (Arc::new(Server::default()), MailGauges::default());
    let delivery = Delivery::new(DeliveryParts {
        outbox: store.clone(),
        mail: server.clone(),
        clock: clock.clone(),
        gauges: gauges.clone(),
        time_limit: Duration::from_secs(120),
    });
    Bench { store, clock, ids, server, gauges, delivery }
}

impl Bench {
    async fn post(&self, postbox: Postbox, send_before: Option<Timestamp>) -> Posted {
        let unit: &dyn UnitOfWork = &*self.store;
        let letter = Letter {
            org: OrgId::PLATFORM,
            kind: MailKind::Invite,
            to: "ada@example.com".parse().unwrap(),
            subject: "Hello".parse().unwrap(),
            text: "How are you?".parse().unwrap(),
            send_before,
        };
        let posted: Result<Posted, StoreError> =
            transact(unit, &[OrgId::PLATFORM], move |tx| Box::pin(async move { postbox.post(tx, letter).await })).await;
        posted.unwrap()
    }

    async fn queued(&self) {
        let ids: Arc<dyn Ids> = self.ids.clone();
        assert_eq!(self.post(Postbox::new(ids, true), None).await, Posted::Queued);
    }

    fn order(&self, errors: impl IntoIterator<Item = MailError>) {
        self.server.orders.lock().unwrap().extend(errors);
    }

    fn asked(&self) -> usize {
        self.server.asked.lock().unwrap().len()
    }
}

fn refused(temporary: bool) -> MailError {
    MailError::Refused {
        detail: "the mail server refused the mail: 550 <ada@example.com> is unknown".to_owned(),
        temporary,
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_once() {
    let bench = bench();
    bench.queued().await;
    assert_eq!(bench.delivery.deliver().await, Ok(1));
    bench.clock.advance_seconds(86_400);
    assert_eq!(bench.delivery.deliver().await, Ok(0));
    assert_eq!(bench.asked(), 1);
    bench.delivery.look().await;
    assert_eq!(bench.gauges.read(), MailsSoFar { delivered: 1, ..MailsSoFar::default() });
}

#[tokio::test]
async fn what_may_succeed_is_tried_again_as_the_same_message_with_growing_pauses() {
    let bench = bench();
    bench.order([refused(true), MailError::NotSent("away".to_owned()), MailError::Unknown("silent".to_owned())]);
    bench.queued().await;
    for pause in [15, 30, 60] {
        assert_eq!(bench.delivery.deliver().await, Ok(1));
        bench.clock.advance_seconds(pause - 1);
        assert_eq!(bench.delivery.deliver().await, Ok(0), "{pause}");
        bench.clock.advance_seconds(1);
    }
    assert_eq!(bench.delivery.deliver().await, Ok(1));
    let asked = bench.server.asked.lock().unwrap().clone();
    assert!(asked.len() == 4 && asked.iter().all(|message| *message == asked[0]));
    assert_eq!(bench.gauges.read(), MailsSoFar { delivered: 1, deferred: 3, ..MailsSoFar::default() });
}

#[tokio::test]
async fn what_cannot_succeed_is_given_up_and_seen() {
    let bench = bench();
    bench.order([refused(false)]);
    bench.queued().await;
    assert_eq!(bench.delivery.deliver().await, Ok(1));
    bench.clock.advance_seconds(REMEMBERED_SECONDS);
    assert_eq!(bench.delivery.deliver().await, Ok(0));
    bench.delivery.look().await;
    assert_eq!(bench.gauges.read(), MailsSoFar { failed: 1, given_up: 1, ..MailsSoFar::default() });
    bench.clock.advance_seconds(1);
    bench.delivery.look().await;
    bench.delivery.look().await;
    assert_eq!(bench.gauges.read().given_up, 0, "it is forgotten");
}

#[tokio::test]
async fn nothing_is_tried_for_ever() {
    let bench = bench();
    bench.order((0..100).map(|_| MailError::NotSent("away".to_owned())));
    bench.queued().await;
    for _ in 0..100 {
        bench.delivery.deliver().await.unwrap();
        bench.clock.advance_seconds(LONGEST_PAUSE_SECONDS);
    }
    assert_eq!(bench.asked(), 12);
    assert_eq!(bench.gauges.read(), MailsSoFar { deferred: 11, failed: 1, ..MailsSoFar::default() });
}

#[tokio::test]
async fn a_mail_whose_link_has_ended_is_not_sent() {
    let bench = bench();
    let ids: Arc<dyn Ids> = bench.ids.clone();
    bench.post(Postbox::new(ids, true), Some(bench.clock.now())).await;
    assert_eq!(bench.delivery.deliver().await, Ok(1));
    assert_eq!((bench.asked(), bench.gauges.read().failed), (0, 1));
}

#[tokio::test]
async fn a_closed_postbox_keeps_nothing() {
    let bench = bench();
    let ids: Arc<dyn Ids> = bench.ids.clone();
    assert_eq!(bench.post(Postbox::new(ids, false), None).await, Posted::NotConfigured);
    bench.delivery.look().await;
    assert_eq!((bench.delivery.deliver().await, bench.gauges.read()), (Ok(0), MailsSoFar::default()));
}

#[tokio::test]
async fn two_workers_share_the_mails() {
    let bench = bench();
    for _ in 0..40 {
        bench.queued().await;
    }
    let parts = |server: &Arc<Server>| DeliveryParts {
        outbox: bench.store.clone(),
        mail: server.clone(),
        clock: bench.clock.clone(),
        gauges: bench.gauges.clone(),
        time_limit: Duration::from_secs(120),
    };
    let other = Delivery::new(parts(&bench.server));
    while bench.delivery.deliver().await.unwrap() + other.deliver().await.unwrap() > 0 {}
    let mut ids: Vec<_> = bench.server.asked.lock().unwrap().iter().map(|message| message.id.clone()).collect();
    ids.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    ids.dedup();
    assert_eq!((ids.len(), bench.asked()), (40, 40));
}

#[tokio::test]
async fn who_is_told_to_stop_ends_what_was_begun() {
    let bench = bench();
    bench.queued().await;
    let (tell, told) = watch::channel(false);
    let running = tokio::spawn(bench.delivery.run(told));
    while bench.gauges.read().delivered == 0 {
        tokio::task::yield_now().await;
    }
    tell.send(true).unwrap();
    running.await.unwrap();
    let left = bench.store.counts().await.unwrap();
    assert_eq!(left.waiting, 0);
}

#[test]
fn the_words_of_a_refusal_are_kept_back() {
    assert_eq!(why(&refused(false)), "refused with 550");
}

#[test]
fn pauses_stay_bounded() {
    assert_eq!([1, 2, 9, 12, u32::MAX].map(pause_seconds), [15, 30, 3_600, 3_600, 3_600]);
}
