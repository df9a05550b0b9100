//! The journal: a chain that only grows, and lists that page through it.

use upivia_domain::{
    Mode, NanoUsd,
    audit::JournalEvent,
    catalog::OperationName,
    ledger::Admit,
    ports::{Clock, JournalFilter},
};

use crate::{
    Ports, World,
    drive::{FIRST, batch},
    seed::event_with,
    tenant::Tenant,
};

const HOLD: NanoUsd = NanoUsd::cents(4);

async fn events(ports: &Ports, tenant: &Tenant, filter: JournalFilter) -> Vec<JournalEvent> {
    ports.journal.events(tenant.org, &filter, 10_000).await.unwrap()
}

async fn all(ports: &Ports, tenant: &Tenant) -> Vec<JournalEvent> {
    events(ports, tenant, JournalFilter::default()).await
}

/// A little of everything: live and test, executed, blocked, failed, another service, a transfer, policy.
async fn busy(world: &World) -> Tenant {
    let tenant = world.tenant().await;
    let id = world.ports.request(tenant.admit(HOLD)).await.id;
    world.ports.request(tenant.settle(id, NanoUsd::cents(9))).await;
    world.clock.advance_seconds(10);
    let sms: OperationName = "sms.send".parse().unwrap();
    world.ports.request(Admit { operation: sms, ..tenant.admit(HOLD) }).await;
    let id = world.ports.request(tenant.admit_test(HOLD)).await.id;
    world.ports.request(tenant.fail(id)).await;
    world.clock.advance_seconds(10);
    tenant.edit(|agent| agent.icon = None).await;
    let colleague = tenant.hire(|_| ()).await;
    world.ports.request(tenant.admit_by(colleague, HOLD)).await;
    tenant
}

/// Every change of money, policy or access has its event; what is there never changes, whatever comes after it.
pub async fn the_journal_only_grows(world: World) {
    let tenant = busy(&world).await;
    let before = all(&world.ports, &tenant).await;
    let seqs: Vec<_> = before.iter().rev().map(|event| event.seq).collect();
    let expected: Vec<_> = (1..=world.ports.head(tenant.org).await.seq).collect();
    assert_eq!(seqs, expected, "the newest first, without a gap");
    for request in 0..5 {
        let id = world.ports.request(tenant.admit(HOLD)).await.id;
        world.ports.request(tenant.settle(id, NanoUsd::cents(request))).await;
        world.ports.request(tenant.adjust(id, NanoUsd::cents(6))).await;
    }
    let after = all(&world.ports, &tenant).await;
    assert!(after.ends_with(&before), "an event of before has changed");
    assert_eq!(after.len(), before.len() + 5 * 3);
}

/// The events of a batch stand in the order of its commands, and each request knows its place.
pub async fn events_stand_in_the_order_of_the_commands(world: World) {
    let tenant = world.tenant().await;
    let admits: Vec<_> = (0..6).map(|_| tenant.admit(HOLD)).collect();
    let ids: Vec<_> = admits.iter().map(|admit| Some(admit.id)).collect();
    let before = world.ports.head(tenant.org).await.seq;
    world.ports.batch(&batch(admits), FIRST).await;
    let filter = JournalFilter { kinds: vec!["request.admitted"], ..JournalFilter::default() };
    let mut found = events(&world.ports, &tenant, filter).await;
    found.reverse();
    assert_eq!(found.iter().map(|event| event.request).collect::<Vec<_>>(), ids);
    for (place, event) in (before + 1..).zip(&found) {
        let stored = world.ports.stored(tenant.org, event.request.expect("a request")).await;
        assert_eq!((event.seq, stored.seq), (place, place));
    }
}

/// Each filter, alone and with the others, gives exactly the events that fit.
pub async fn filters_give_exactly_what_fits(world: World) {
    let tenant = busy(&world).await;
    let all = all(&world.ports, &tenant).await;
    let start = all.last().expect("a first event").at;
    let none = JournalFilter::default;
    let (kinds, agent) = (vec!["request.executed", "request.failed"], Some(tenant.spender.agent));
    let (from, to) = (Some(start.plus_seconds(10)), Some(start.plus_seconds(20)));
    let filters = [
        JournalFilter { kinds: kinds.clone(), ..none() },
        JournalFilter { mode: Some(Mode::Test), ..none() },
        JournalFilter { agent, ..none() },
        JournalFilter { service: Some("sms".to_owned()), ..none() },
        JournalFilter { service: Some("email".to_owned()), ..none() },
        JournalFilter { operation: Some("sms.send".parse().unwrap()), ..none() },
        JournalFilter { event: Some("request.admitted".to_owned()), ..none() },
        JournalFilter { status: Some("blocked".to_owned()), ..none() },
        JournalFilter { from, ..none() },
        JournalFilter { to, ..none() },
        JournalFilter { kinds, mode: Some(Mode::Live), agent, to, ..none() },
    ];
    for filter in filters {
        let expected: Vec<_> = all.iter().filter(|event| fits(&filter, event)).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{filter:?} tells nothing apart");
        assert_eq!(events(&world.second().await, &tenant, filter.clone()).await, expected, "{filter:?}");
    }
    for service in ["sm", "sms.send", "s_s", "%", ""] {
        let filter = JournalFilter { service: Some(service.to_owned()), ..none() };
        assert_eq!(events(&world.ports, &tenant, filter).await, [], "no service is called {service:?}");
    }
}

fn fits(filter: &JournalFilter, event: &JournalEvent) -> bool {
    let of_service = |service: &String| event.operation.as_ref().is_some_and(|name| name.service() == service);
    (filter.kinds.is_empty() || filter.kinds.iter().any(|kind| event.kind == *kind))
        && (filter.mode.is_none() || filter.mode == event.mode)
        && (filter.agent.is_none() || filter.agent == event.agent)
        && filter.service.as_ref().is_none_or(of_service)
        && filter.operation.as_ref().is_none_or(|operation| event.operation.as_ref() == Some(operation))
        && filter.event.as_deref().is_none_or(|kind| event.kind == kind)
        && filter.status.as_deref().is_none_or(|status| event.status.as_deref() == Some(status))
        && filter.from.is_none_or(|from| from <= event.at)
        && filter.to.is_none_or(|to| event.at < to)
}

/// Pages follow each other by sequence, also while the journal grows: nothing twice, nothing left out.
pub async fn pages_follow_each_other_by_sequence(world: World) {
    let tenant = busy(&world).await;
    for mode in [None, Some(Mode::Live)] {
        let filter = |before_seq| JournalFilter { mode, before_seq, ..JournalFilter::default() };
        let whole = events(&world.ports, &tenant, filter(None)).await;
        let (mut paged, mut cursor) = (Vec::new(), None);
        loop {
            let page = world.ports.journal.events(tenant.org, &filter(cursor), 3).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 3, "a page of {}", page.len());
            cursor = Some(last.seq);
            paged.extend(page);
            world.ports.request(tenant.admit(HOLD)).await;
        }
        assert_eq!(paged, whole);
    }
}

/// Whatever text an event carries comes back byte for byte, so that the chain verifies.
pub async fn any_text_survives_in_an_event(world: World) {
    let tenant = world.tenant().await;
    let text = "quote \" backslash \\ tab \t NUL \u{0} emoji 🧾 paragraph \u{2029} last \u{10FFFF}";
    let detail = serde_json::json!({ text: [1.5, -0.0, u64::MAX, i64::MIN, null, { "": text }] });
    let (org, event) = (tenant.org, event_with("team.updated", text, detail));
    let seq = world.change(&[org], move |tx| Box::pin(async move { tx.append(org, event).await })).await;
    let filter = JournalFilter { kinds: vec!["team.updated"], ..JournalFilter::default() };
    let found = events(&world.second().await, &tenant, filter).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].seq, found[0].at), (seq, world.clock.now()));
    let body: serde_json::Value = serde_json::from_str(&found[0].body).unwrap();
    assert_eq!(body["detail"][text][5][""], text);
    assert_eq!(body["object"]["id"], text);
}
