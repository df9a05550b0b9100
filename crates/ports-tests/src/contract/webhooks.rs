//! Endpoints, deliveries and alerts: what people read, and what workers do between the journal and the endpoints.

use std::sync::Arc;

use upivia_domain::{
    AgentId, Mode, OrgId, Secret, Timestamp, WebhookDeliveryId, WebhookEndpointId, WebhookMessageId,
    budget::{BudgetAlert, Period, Scope, Window},
    identity::OrgRole,
    ports::{AlertFilter, Clock, DeliveryFilter, Reading, StoreError, Unread},
    webhook::{Attempt, Delivery, DeliveryStatus, Endpoint, EndpointStatus, SigningSecrets, WebhookEvent},
};

use crate::{Ports, World, tenant::Tenant};

fn endpoint(tenant: &Tenant) -> Endpoint {
    Endpoint {
        id: WebhookEndpointId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        url: "https://hooks.example/x?token=a%20b".parse().unwrap(),
        description: Some("Größe, \"quoted\" 株".to_owned()),
        events: vec![WebhookEvent::ApprovalRequested, WebhookEvent::BudgetAlert],
        status: EndpointStatus::Enabled,
        secrets: SigningSecrets::new(Secret::new("whsec_c2VjcmV0".to_owned())),
        created_at: tenant.world.clock.now(),
    }
}

async fn put(tenant: &Tenant, endpoint: &Endpoint) -> Result<(), StoreError> {
    let endpoint = endpoint.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.webhooks().insert(&endpoint).await })).await
}

/// A message to an endpoint that is due now.
fn delivery(tenant: &Tenant, to: &Endpoint, place: i64) -> Delivery {
    let now = tenant.world.clock.now();
    Delivery {
        id: WebhookDeliveryId::new(tenant.world.mint.uuid()),
        org: tenant.org,
        endpoint: to.id,
        message: WebhookMessageId::new(tenant.world.mint.uuid()),
        event: WebhookEvent::RequestExecuted,
        place,
        body: Arc::from(r#"{"type":"request.executed","data":"株 'quoted'"}"#),
        status: DeliveryStatus::Pending,
        attempts: 0,
        next_at: Some(now),
        last: None,
        created_at: now,
        ended_at: None,
    }
}

async fn send(tenant: &Tenant, delivery: &Delivery) -> Result<(), StoreError> {
    let delivery = delivery.clone();
    tenant.attempt(move |tx| Box::pin(async move { tx.webhooks().insert_delivery(&delivery).await })).await
}

/// One more event.
async fn touch(tenant: &Tenant) {
    tenant.attempt(|_| Box::pin(async { Ok(()) })).await.unwrap();
}

fn alert(tenant: &Tenant, level: u8, place: i64) -> BudgetAlert {
    let agent = AgentId::new(tenant.world.mint.uuid());
    BudgetAlert {
        org: tenant.org,
        mode: Mode::Live,
        window: Window { scope: Scope::Agent(agent), period: Period::Life },
        level,
        cap: 1_000,
        used: 900,
        agent: Some(agent),
        place,
        at: tenant.world.clock.now(),
    }
}

async fn unread(ports: &Ports, org: OrgId) -> Option<Unread> {
    ports.webhook_outbox.unread(1_000).await.unwrap().into_iter().find(|unread| unread.org == org)
}

fn reading(unread: Unread) -> Reading {
    let Unread { org, read_seq: from_seq, last_seq: to_seq } = unread;
    Reading { org, from_seq, to_seq, alerts: Vec::new(), deliveries: Vec::new() }
}

/// Endpoints survive whole with both secrets, are changed, counted and removed, and are nobody's business elsewhere.
pub async fn endpoints_survive_whole(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (first, second) = (endpoint(&tenant), Endpoint { events: Vec::new(), description: None, ..endpoint(&tenant) });
    put(&tenant, &first).await.unwrap();
    put(&tenant, &second).await.unwrap();
    let node = world.second().await;
    assert_eq!(node.webhooks.endpoints(tenant.org).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(node.webhooks.endpoint(tenant.org, second.id).await.unwrap().as_ref(), Some(&second));
    assert_eq!(node.webhooks.endpoint(other.org, second.id).await.unwrap(), None);
    assert_eq!(node.webhooks.endpoints(other.org).await.unwrap(), []);

    let until = world.clock.now().plus_seconds(60);
    let secrets = first.secrets.clone().replaced(Secret::new("whsec_bmV3".to_owned()), until);
    let changed = Endpoint { secrets, status: EndpointStatus::Failing, description: None, ..first.clone() };
    let (org, stranger, new, gone) = (tenant.org, other.org, changed.clone(), second.id);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.webhooks().find(stranger, new.id).await?, None);
                tx.webhooks().update(&new).await?;
                assert_eq!(tx.webhooks().find(org, new.id).await?.as_ref(), Some(&new));
                assert_eq!(tx.webhooks().count(org).await?, 2);
                tx.webhooks().remove(org, gone).await?;
                tx.webhooks().remove(org, gone).await?;
                assert_eq!(tx.webhooks().count(org).await?, 1);
                Ok(())
            })
        })
        .await
        .unwrap();
    assert_eq!(node.webhooks.endpoints(tenant.org).await.unwrap(), [changed]);
    let lost = tenant.attempt(move |tx| Box::pin(async move { tx.webhooks().update(&second).await })).await;
    assert!(matches!(lost, Err(StoreError::Constraint(_))), "{lost:?}");
}

/// Deliveries survive whole, are listed newest first in pages, and end with their endpoint.
pub async fn deliveries_survive_whole(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    let (to, beside) = (endpoint(&tenant), endpoint(&tenant));
    put(&tenant, &to).await.unwrap();
    put(&tenant, &beside).await.unwrap();
    let sent: Vec<_> = (1..=3).map(|place| delivery(&tenant, &to, place)).collect();
    for one in &sent {
        send(&tenant, one).await.unwrap();
    }
    send(&tenant, &delivery(&tenant, &beside, 1)).await.unwrap();
    let twice = send(&tenant, &delivery(&tenant, &to, 3)).await;
    assert!(matches!(twice, Err(StoreError::Constraint(_))), "{twice:?}");

    let attempt = Attempt { at: world.clock.now(), status: Some(503), problem: Some("it is 'away'".to_owned()) };
    let ended = sent[1].clone().after(attempt.clone(), None);
    let (row, org, stranger) = (ended.clone(), tenant.org, other.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.webhooks().update_delivery(&row).await?;
                assert_eq!(tx.webhooks().find_delivery(org, row.id).await?.as_ref(), Some(&row));
                assert_eq!(tx.webhooks().find_delivery(stranger, row.id).await?, None);
                Ok(())
            })
        })
        .await
        .unwrap();
    let node = world.second().await;
    let list = async |filter, limit| node.webhooks.deliveries(tenant.org, to.id, filter, limit).await.unwrap();
    assert_eq!(list(DeliveryFilter::default(), 2).await, [sent[2].clone(), ended.clone()]);
    let after = DeliveryFilter { before_place: Some(2), ..DeliveryFilter::default() };
    assert_eq!(list(after, 2).await, [sent[0].clone()]);
    let failed = DeliveryFilter { status: Some(DeliveryStatus::Failed), ..DeliveryFilter::default() };
    assert_eq!(list(failed, 9).await, [ended]);
    let theirs = node.webhooks.deliveries(other.org, to.id, DeliveryFilter::default(), 9).await.unwrap();
    assert_eq!(theirs, []);

    let (id, org) = (to.id, tenant.org);
    tenant
        .attempt(move |tx| {
            Box::pin(async move {
                tx.webhooks().give_up(org, id, &attempt).await?;
                assert!(tx.webhooks().find_delivery(org, sent[0].id).await?.unwrap().next_at.is_none());
                Ok(())
            })
        })
        .await
        .unwrap();
    assert_eq!(list(DeliveryFilter { status: Some(DeliveryStatus::Failed), ..after }, 9).await.len(), 1);
    tenant.attempt(move |tx| Box::pin(async move { tx.webhooks().remove(org, id).await })).await.unwrap();
    assert_eq!(list(DeliveryFilter::default(), 9).await, []);
    assert_eq!(node.webhooks.deliveries(org, beside.id, DeliveryFilter::default(), 9).await.unwrap().len(), 1);
}

/// A journal is read once, piece by piece, by whoever reads it; who finds it read elsewhere writes nothing.
pub async fn a_journal_is_read_once(world: World) {
    let tenant = world.tenant().await;
    let to = endpoint(&tenant);
    put(&tenant, &to).await.unwrap();
    touch(&tenant).await;
    let (ports, second) = (&world.ports, world.second().await);
    let first = unread(ports, tenant.org).await.unwrap();
    assert_eq!((first.read_seq, unread(&second, tenant.org).await), (0, Some(first)));
    let told = alert(&tenant, 50, 7);
    let mine = Reading { alerts: vec![told.clone()], deliveries: vec![delivery(&tenant, &to, 8)], ..reading(first) };
    let theirs = Reading { alerts: vec![told.clone()], deliveries: vec![delivery(&tenant, &to, 8)], ..reading(first) };
    let (one, two) = futures::join!(ports.webhook_outbox.advance(&mine), second.webhook_outbox.advance(&theirs));
    let mut moved = [one.unwrap(), two.unwrap()];
    moved.sort_unstable();
    assert_eq!(moved, [false, true]);
    assert_eq!(unread(ports, tenant.org).await, None);
    let written = ports.webhooks.deliveries(tenant.org, to.id, DeliveryFilter::default(), 9).await.unwrap();
    assert_eq!(written.len(), 1);

    touch(&tenant).await;
    let next = unread(&second, tenant.org).await.unwrap();
    assert_eq!((next.read_seq, next.last_seq > next.read_seq), (first.last_seq, true));
    assert!(!ports.webhook_outbox.advance(&reading(first)).await.unwrap(), "the cursor is elsewhere");
    assert!(ports.webhook_outbox.advance(&reading(next)).await.unwrap());

    // A piece whose rows cannot be is not read either.
    touch(&tenant).await;
    let last = unread(ports, tenant.org).await.unwrap();
    let twice = Reading { alerts: vec![told], ..reading(last) };
    assert!(matches!(ports.webhook_outbox.advance(&twice).await, Err(StoreError::Constraint(_))));
    assert_eq!(unread(ports, tenant.org).await, Some(last));
}

/// A piece may be read in a use-case's transaction, all or nothing with what else it writes.
pub async fn a_journal_is_read_inside_a_transaction(world: World) {
    let tenant = world.tenant().await;
    let to = endpoint(&tenant);
    put(&tenant, &to).await.unwrap();
    let first = unread(&world.ports, tenant.org).await.unwrap();
    let piece = Reading { deliveries: vec![delivery(&tenant, &to, 1)], ..reading(first) };
    let aborted = piece.clone();
    let failed = tenant
        .attempt(move |tx| {
            Box::pin(async move {
                assert!(tx.webhooks().advance(&aborted).await?);
                Err(StoreError::Internal("on purpose".to_owned()))
            })
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(unread(&world.ports, tenant.org).await, Some(first));
    for expected in [true, false] {
        let piece = piece.clone();
        let read = tenant.attempt(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.webhooks().advance(&piece).await?, expected);
                Ok(())
            })
        });
        read.await.unwrap();
    }
    let written = world.ports.webhooks.deliveries(tenant.org, to.id, DeliveryFilter::default(), 9).await.unwrap();
    assert_eq!(written.len(), 1);
}

/// Owners and admins are found with their addresses; members are not.
pub async fn administrators_are_found(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    tenant.person(OrgRole::Member).await;
    let admin = tenant.person(OrgRole::Admin).await;
    let mut expected = Vec::new();
    for user in [tenant.owner, admin] {
        expected.push(world.ports.credentials.user(user).await.unwrap().unwrap().email);
    }
    let second = world.second().await;
    let mut found = second.webhooks.administrators(tenant.org).await.unwrap();
    found.sort_by_key(ToString::to_string);
    expected.sort_by_key(ToString::to_string);
    assert_eq!(found, expected);
    assert_eq!(second.webhooks.administrators(other.org).await.unwrap().len(), 1);
}

/// Alerts survive whole and are listed newest first; what was told of is known by limit, share and window.
pub async fn alerts_are_told_once(world: World) {
    let (tenant, other) = (world.tenant().await, world.tenant().await);
    touch(&tenant).await;
    let first = alert(&tenant, 50, 1);
    let second = BudgetAlert { level: 80, place: 2, ..first.clone() };
    let third = BudgetAlert { mode: Mode::Test, place: 3, agent: None, ..first.clone() };
    let all = vec![first.clone(), second.clone(), third.clone()];
    let unread = unread(&world.ports, tenant.org).await.unwrap();
    assert!(world.ports.webhook_outbox.advance(&Reading { alerts: all, ..reading(unread) }).await.unwrap());

    let node = world.second().await;
    let list = async |org, filter, limit| node.webhooks.budget_alerts(org, filter, limit).await.unwrap();
    assert_eq!(list(tenant.org, AlertFilter::default(), 2).await, [third.clone(), second.clone()]);
    let page = AlertFilter { before_place: Some(2), ..AlertFilter::default() };
    assert_eq!(list(tenant.org, page, 2).await, std::slice::from_ref(&first));
    let play = AlertFilter { mode: Some(Mode::Test), ..AlertFilter::default() };
    assert_eq!(list(tenant.org, play, 9).await, [third]);
    assert_eq!(list(other.org, AlertFilter::default(), 9).await, []);

    let elsewhere = Window { period: Period::Month(upivia_domain::time::Month(202_601)), ..first.window.clone() };
    let unknown = [(Mode::Live, first.window.clone(), 100), (Mode::Live, elsewhere, 50)];
    let asked: Vec<_> = unknown.into_iter().chain([first.key(), second.key()]).collect();
    let mut told = node.webhook_outbox.told(tenant.org, &asked).await.unwrap();
    told.sort_by_key(|(_, _, level)| *level);
    assert_eq!(told, [first.key(), second.key()]);
    assert_eq!(node.webhook_outbox.told(other.org, &asked).await.unwrap(), []);
}

/// However many ask at once, one gets a delivery; nobody else before its claim ends, and then anybody.
pub async fn a_delivery_is_claimed_by_one(world: World) {
    let tenant = world.tenant().await;
    let (to, off) = (endpoint(&tenant), Endpoint { status: EndpointStatus::Disabled, ..endpoint(&tenant) });
    put(&tenant, &to).await.unwrap();
    put(&tenant, &off).await.unwrap();
    let now = world.clock.now();
    let later = Delivery { next_at: Some(now.plus_seconds(60)), ..delivery(&tenant, &to, 9) };
    for one in [delivery(&tenant, &to, 1), delivery(&tenant, &to, 2), delivery(&tenant, &off, 1), later] {
        send(&tenant, &one).await.unwrap();
    }
    let (ports, second, until) = (&world.ports, world.second().await, now.plus_seconds(30));
    let (one, two) =
        futures::join!(ports.webhook_outbox.claim(now, until, 8), second.webhook_outbox.claim(now, until, 8));
    let mut claims: Vec<_> = [one.unwrap(), two.unwrap()].concat();
    claims.sort_by_key(|claim| claim.delivery.place);
    let places: Vec<_> = claims.iter().map(|claim| (claim.delivery.place, claim.delivery.attempts)).collect();
    assert_eq!(places, [(1, 1), (2, 1)]);
    assert!(claims.iter().all(|claim| claim.endpoint == to && claim.delivery.next_at == Some(until)));
    assert_eq!(second.webhook_outbox.claim(now.plus_seconds(29), until, 8).await.unwrap(), []);

    // Who died leaves a claim that ends.
    let (again, end) = (now.plus_seconds(31), now.plus_seconds(59));
    let heirs = second.webhook_outbox.claim(again, end, 8).await.unwrap();
    assert_eq!(heirs.iter().map(|claim| claim.delivery.attempts).collect::<Vec<_>>(), [2, 2]);
    let arrived = |at: Timestamp| Attempt { at, status: Some(204), problem: None };
    let done = heirs[0].delivery.clone().after(arrived(again), None);
    assert!(!ports.webhook_outbox.finish(&done, until).await.unwrap(), "that claim is over");
    assert!(second.webhook_outbox.finish(&done, end).await.unwrap());
    assert!(!second.webhook_outbox.finish(&done, end).await.unwrap(), "it has ended");
    let since = async |at| ports.webhooks.delivered_since(tenant.org, to.id, at).await.unwrap();
    assert_eq!((since(again).await, since(again.plus_seconds(1)).await), (true, false));

    let one_left = ports.webhook_outbox.claim(now.plus_seconds(61), now.plus_seconds(90), 1).await.unwrap();
    assert_eq!(one_left.len(), 1, "not more than asked for");
}

/// What has ended is forgotten after a while; what is on its way is not.
pub async fn old_deliveries_are_forgotten(world: World) {
    let tenant = world.tenant().await;
    let to = endpoint(&tenant);
    put(&tenant, &to).await.unwrap();
    let now = world.clock.now();
    let ended = delivery(&tenant, &to, 1).after(Attempt { at: now, status: Some(200), problem: None }, None);
    for one in [ended, delivery(&tenant, &to, 2)] {
        send(&tenant, &one).await.unwrap();
    }
    assert_eq!(world.ports.webhook_outbox.forget_before(now).await.unwrap(), 0);
    assert_eq!(world.ports.webhook_outbox.forget_before(now.plus_seconds(1)).await.unwrap(), 1);
    let left = world.ports.webhooks.deliveries(tenant.org, to.id, DeliveryFilter::default(), 9).await.unwrap();
    assert_eq!(left.iter().map(|one| one.place).collect::<Vec<_>>(), [2]);
}
