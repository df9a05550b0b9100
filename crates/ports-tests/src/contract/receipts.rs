//! Messages of providers: the first of an id is the one that counts.

use upivia_domain::{
    OrgId, RequestId,
    dispatch::ProviderName,
    ports::{Clock, WebhookReceipt},
};

use crate::World;

fn receipt(world: &World, event_id: &str, digest: u8) -> WebhookReceipt {
    WebhookReceipt {
        provider: ProviderName::new("acme"),
        event_id: event_id.to_owned(),
        digest: [digest; 32],
        received_at: world.clock.now(),
        org: OrgId::new(world.mint.uuid()),
        request: RequestId::new(world.mint.uuid()),
    }
}

/// A receipt is found as it was kept, by every node; a later one of the same id changes nothing.
pub async fn the_first_receipt_is_kept(world: World) {
    let (ports, other) = (&world.ports, world.second().await);
    let first = receipt(&world, "evt \u{1F9FE} 'quoted'", 1);
    assert_eq!(ports.receipts.receipt(&first.provider, &first.event_id).await.unwrap(), None);
    assert_eq!(ports.receipts.keep(&first).await.unwrap(), first);
    world.clock.advance_seconds(60);
    for node in [ports, &other] {
        let later = receipt(&world, &first.event_id, 2);
        assert_eq!(node.receipts.keep(&later).await.unwrap(), first);
        assert_eq!(node.receipts.receipt(&first.provider, &first.event_id).await.unwrap(), Some(first.clone()));
    }
}

/// Whoever keeps a receipt at the same time is told the same.
pub async fn receipts_at_once_agree_on_one(world: World) {
    let (ports, other) = (world.ports.clone(), world.second().await);
    let all = (0_u8..16).map(|digest| {
        let node = if digest % 2 == 0 { ports.clone() } else { other.clone() };
        let mine = receipt(&world, "evt_1", digest);
        async move { node.receipts.keep(&mine).await.unwrap() }
    });
    let kept = futures::future::join_all(all).await;
    assert!(kept.iter().all(|one| *one == kept[0]), "{kept:?}");
    let stored = ports.receipts.receipt(&kept[0].provider, "evt_1").await.unwrap();
    assert_eq!(stored.as_ref(), Some(&kept[0]));
}

/// The same id of another provider, and another id of the same, are other messages.
pub async fn receipts_of_others_are_not_found(world: World) {
    let mine = receipt(&world, "evt_1", 1);
    world.ports.receipts.keep(&mine).await.unwrap();
    let (acme, other) = (&mine.provider, ProviderName::new("other"));
    for (provider, event_id) in [(&other, "evt_1"), (acme, "evt_2"), (acme, "EVT_1"), (acme, "")] {
        assert_eq!(world.ports.receipts.receipt(provider, event_id).await.unwrap(), None, "{provider} {event_id}");
    }
    let theirs = WebhookReceipt { provider: other, ..receipt(&world, "evt_1", 3) };
    assert_eq!(world.ports.receipts.keep(&theirs).await.unwrap(), theirs);
}

/// Only those that were heard before, the oldest first, and no more than asked for.
pub async fn old_receipts_are_forgotten_the_oldest_first(world: World) {
    let (ports, other) = (&world.ports, world.second().await);
    let mut kept = Vec::new();
    for name in ["evt_1", "evt_2", "evt_3", "evt_4"] {
        kept.push(ports.receipts.keep(&receipt(&world, name, 1)).await.unwrap());
        world.clock.advance_seconds(60);
    }
    let left = async || {
        let mut left = Vec::new();
        for one in &kept {
            left.extend(other.receipts.receipt(&one.provider, &one.event_id).await.unwrap().map(|one| one.event_id));
        }
        left
    };
    let before = kept[2].received_at.plus_micros(1);
    assert_eq!(ports.receipts.forget(kept[0].received_at, 10).await.unwrap(), 0);
    assert_eq!(ports.receipts.forget(before, 2).await.unwrap(), 2);
    assert_eq!(left().await, ["evt_3", "evt_4"]);
    assert_eq!(ports.receipts.forget(before, 2).await.unwrap(), 1);
    assert_eq!(left().await, ["evt_4"]);
    assert_eq!(ports.receipts.keep(&kept[0]).await.unwrap(), kept[0], "a forgotten one is new again");
}
