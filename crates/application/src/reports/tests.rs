//! Usage read back from events of every kind that moves money, and the rounding and scope of balances.

use std::sync::Arc;

use serde_json::json;
use upivia_domain::{
    ApprovalId, CommandId, CredentialId, NanoUsd, NodeId, RequestId, TeamId, Timestamp,
    audit::{NewEvent, Object},
    dispatch::{Basis, Content, ProviderName},
    identity::Actor,
    ledger::{Adjust, Admit, AdmitKind, ApprovalTerms, Command, Evidence, Outcome, Refusal, Screening, Settle, Start},
    ports::{CredentialQueries, Ids, StoreError, TokenHasher, UnitOfWork, transact},
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

use super::*;
use crate::bootstrap::{Bootstrap, Bootstrapped, NewOrganization};

struct Books {
    store: Arc<MemoryStore>,
    ids: Arc<SequentialIds>,
    org: Bootstrapped,
    key: CredentialId,
    node: NodeId,
    clock: Arc<ManualClock>,
}

impl Books {
    async fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        let hasher = Arc::new(PepperedHasher::new([7; 32]));
        let store = MemoryStore::new(clock.clone());
        let bootstrap = Bootstrap::new(store.clone(), ids.clone(), Arc::new(SequenceEntropy::new(1)), hasher.clone());
        let (name, email) = ("Acme".parse().unwrap(), "a@b.c".parse().unwrap());
        let new = NewOrganization { name, email, fund: NanoUsd::cents(100), zone: Zone::UTC };
        let org = bootstrap.create(new).await.unwrap();
        let key = store.credential(&hasher.hash(org.agent_key_live.expose())).await.unwrap().unwrap().id;
        Self { store, node: NodeId::new(ids.uuid()), ids, org, key, clock }
    }

    fn reports(&self) -> Reports {
        let (ledger, journal, agents) = (self.store.clone(), self.store.clone(), self.store.clone());
        let (usage, clock) = (self.store.clone(), self.clock.clone());
        Reports::new(ReportsParts { ledger, journal, agents, usage, clock })
    }

    async fn apply(&self, command: Command) -> Result<Outcome, Refusal> {
        transact::<_, StoreError, _>(&*self.store, &[self.org.org_id], move |tx| {
            Box::pin(async move { tx.apply(&command).await })
        })
        .await
        .unwrap()
    }

    fn command(&self) -> CommandId {
        CommandId::new(self.ids.uuid())
    }

    /// A request that was held for ten cents and settled at a cost.
    async fn bought(&self, cost: NanoUsd) -> RequestId {
        self.bought_with(cost, &json!({})).await
    }

    async fn bought_with(&self, cost: NanoUsd, tags: &serde_json::Value) -> RequestId {
        let request = RequestId::new(self.ids.uuid());
        let (mut admit, metadata) = (self.admission(request), json!({ "tags": tags }));
        admit.content = Content::new(self.org.agent_id, &admit.operation, &json!({}), Some(&metadata), [1; 16]);
        self.apply(Command::Admit(Box::new(admit))).await.unwrap();
        let settle = Settle {
            id: self.command(),
            org: self.org.org_id,
            request,
            evidence: Evidence::Owner(self.node),
            cost,
            basis: Basis::ProviderUsage,
            result: Arc::new(json!({})),
            external_id: None,
        };
        self.apply(Command::Settle(settle)).await.unwrap();
        request
    }

    fn admission(&self, id: RequestId) -> Admit {
        let operation = "email.send".parse().unwrap();
        Admit {
            id,
            org: self.org.org_id,
            agent: self.org.agent_id,
            credential: self.key,
            mode: Mode::Live,
            idempotency_key: None,
            content: Content::new(self.org.agent_id, &operation, &json!({}), None, [1; 16]),
            operation,
            kind: AdmitKind::Dispatch(Start::DispatchNow),
            screening: Screening::Accepted { estimate: NanoUsd::cents(10), applied_max_tokens: None },
            price_version: Some(1),
            provider: Some(ProviderName::new("test")),
            contexts: Vec::new(),
            owner: self.node,
            approval: (ApprovalId::new(self.ids.uuid()), ApprovalTerms { lifetime_seconds: 60, most_pending: 1 }),
            trace: None,
        }
    }

    async fn adjust(&self, request: RequestId, cost: NanoUsd) {
        let (id, org, basis, actor) = (self.command(), self.org.org_id, Basis::ProviderUsage, Actor::Operator);
        self.apply(Command::Adjust(Adjust { id, org, request, cost, basis, actor })).await.unwrap();
    }
}

#[tokio::test]
async fn costs_and_their_corrections_add_up_to_what_left_the_wallet() {
    let books = Books::new().await;
    let request = books.bought(NanoUsd::cents(7)).await;
    books.adjust(request, NanoUsd::cents(4)).await;
    books.bought(NanoUsd::cents(5)).await;
    let usage = books.reports().usage(books.org.org_id, UsageFilter::default(), 10).await.unwrap();
    let costs: Vec<_> = usage.rows.iter().map(|row| (row.cost.cents_half_up(), row.basis.as_deref())).collect();
    assert_eq!(costs, [(5, Some("provider_usage")), (-3, None), (7, Some("provider_usage"))]);
    assert_eq!((usage.total, usage.next), (NanoUsd::cents(9), None));
    let balance = books.reports().balance(books.org.org_id, None, None).await.unwrap();
    assert_eq!(balance.posted, NanoUsd::cents(91));
}

#[tokio::test]
async fn a_correction_beyond_the_wallet_counts_its_overrun() {
    let books = Books::new().await;
    let request = books.bought(NanoUsd::cents(10)).await;
    books.adjust(request, NanoUsd::cents(130)).await;
    let usage = books.reports().usage(books.org.org_id, UsageFilter::default(), 10).await.unwrap();
    let rows: Vec<_> = usage.rows.iter().map(|row| (row.cost.cents_half_up(), row.overrun.cents_half_up())).collect();
    assert_eq!(rows, [(30, 30), (90, 0), (10, 0)]);
    assert_eq!(usage.total, NanoUsd::cents(130));
}

#[tokio::test]
async fn a_limit_keeps_the_newest_and_says_that_there_is_more() {
    let books = Books::new().await;
    for cents in [1, 2, 3] {
        books.bought(NanoUsd::cents(cents)).await;
    }
    let usage = books.reports().usage(books.org.org_id, UsageFilter::default(), 2).await.unwrap();
    assert_eq!((usage.total, usage.next.is_some()), (NanoUsd::cents(5), true));
}

#[tokio::test]
async fn what_is_held_is_no_longer_there_to_spend() {
    let books = Books::new().await;
    books.apply(Command::Admit(Box::new(books.admission(RequestId::new(books.ids.uuid()))))).await.unwrap();
    let balance = books.reports().balance(books.org.org_id, None, None).await.unwrap();
    let figures = [balance.posted, balance.held, balance.amount].map(NanoUsd::cents_rounded_down);
    assert_eq!((balance.mode, figures), (Mode::Live, [100, 10, 90]));
}

#[tokio::test]
async fn a_team_of_somebody_else_is_not_there() {
    let books = Books::new().await;
    let foreign = TeamId::new(books.ids.uuid());
    let balance = books.reports().balance(books.org.org_id, None, Some(foreign)).await;
    assert_eq!(balance, Err(ReportError::NotFound("team")));
}

#[tokio::test]
async fn the_last_page_has_no_next_one_even_when_it_is_full() {
    let books = Books::new().await;
    let all = books.reports().audit_trail(books.org.org_id, AuditFilter::default(), 1_000).await.unwrap();
    let count = u32::try_from(all.events.len()).unwrap();
    assert_eq!(all.next, None);
    let full = books.reports().audit_trail(books.org.org_id, AuditFilter::default(), count).await.unwrap();
    assert_eq!(full.next, None);
    let cut = books.reports().audit_trail(books.org.org_id, AuditFilter::default(), count - 1).await.unwrap();
    assert_eq!(cut.next, Some(2), "the page ends with the event of sequence 2");
    let rest = AuditFilter { cursor: cut.next, ..AuditFilter::default() };
    let rest = books.reports().audit_trail(books.org.org_id, rest, 10).await.unwrap();
    assert_eq!(rest.events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_store_that_fails_gives_no_report() {
    let books = Books::new().await;
    assert_eq!(books.reports().ping().await, Ok(()));
    books.store.faults().set_unavailable(true);
    assert_eq!(books.reports().ping().await, Err(ReportError::Unavailable));
}

#[tokio::test]
async fn an_event_without_figures_is_no_usage() {
    let books = Books::new().await;
    let (org, agent) = (books.org.org_id, books.org.agent_id);
    let object = Object { kind: "agent", id: agent.to_string() };
    let (kind, actor, detail) = ("request.failed", Actor::Operator, json!({ "reasons": [] }));
    let event = NewEvent { kind, actor, agent: Some(agent), operation: None, object, detail, trace: None };
    let unit: &dyn UnitOfWork = &*books.store;
    let written =
        transact::<_, StoreError, _>(unit, &[org], move |tx| Box::pin(async move { tx.append(org, event).await }))
            .await;
    written.unwrap();
    let usage = books.reports().usage(org, UsageFilter::default(), 10).await.unwrap();
    assert_eq!(usage.rows, []);
}

#[tokio::test]
async fn the_days_add_up_to_what_the_rows_and_the_wallet_say() {
    let books = Books::new().await;
    let mut requests = Vec::new();
    for day in 0..16 {
        books.clock.advance_seconds(86_400);
        let cost = NanoUsd::from_nanos(3_333_333 + day);
        requests.push(books.bought(cost).await);
    }
    // Corrected today, counted on the day of its admission.
    books.adjust(requests[4], NanoUsd::cents(1)).await;
    let activity = books.reports().activity(books.org.org_id, &UsageFilter::default()).await.unwrap();
    let costs: Vec<_> = activity.days.iter().map(|(_, figures)| figures.cost.nanos()).collect();
    let expected: Vec<_> = (2..16).map(|day| if day == 4 { 10_000_000 } else { 3_333_333 + day }).collect();
    assert_eq!(costs, expected);
    assert!(activity.days.iter().all(|(_, day)| (day.requests, day.executed) == (1, 1)));
    let dates: Vec<_> = activity.days.iter().map(|(day, _)| day.to_string()).collect();
    assert_eq!((dates.first().unwrap().as_str(), dates.last().unwrap().as_str()), ("2026-01-18", "2026-01-31"));
    let (agent, operation) = (activity.by_agent[0].2, activity.by_operation[0].1);
    assert_eq!((agent, operation), (activity.total, activity.total));
    assert!(activity.by_agent[0].1.is_some());
    let window = UsageFilter { from: Some(Timestamp::parse("2026-01-18").unwrap()), ..UsageFilter::default() };
    let rows = books.reports().usage(books.org.org_id, window, 500).await.unwrap();
    assert_eq!(rows.total, activity.total.cost, "every one of them was admitted and corrected inside the window");
    let spent =
        NanoUsd::cents(100).checked_sub(books.reports().balance(books.org.org_id, None, None).await.unwrap().posted);
    let older = NanoUsd::from_nanos(3_333_333 + 3_333_334);
    assert_eq!(spent, activity.total.cost.checked_add(older));
}

#[tokio::test]
async fn a_window_cuts_the_days_and_leaves_them_there() {
    let books = Books::new().await;
    books.bought(NanoUsd::cents(1)).await;
    books.clock.advance_seconds(3_600);
    books.bought(NanoUsd::cents(2)).await;
    let between = |from: Option<&str>, to: Option<&str>| {
        let time = |text: Option<&str>| text.map(|text| Timestamp::parse(text).unwrap());
        UsageFilter { from: time(from), to: time(to), ..UsageFilter::default() }
    };
    for (filter, cents) in [
        (between(Some("2026-01-15T10:00:00Z"), None), 2),
        (between(None, Some("2026-01-15T10:00:00Z")), 1),
        (between(None, Some("2026-01-15")), 0),
        (between(Some("2099-01-01"), None), 0),
        (UsageFilter { status: Some("failed".to_owned()), ..UsageFilter::default() }, 0),
    ] {
        let activity = books.reports().activity(books.org.org_id, &filter).await.unwrap();
        assert_eq!((activity.days.len(), activity.total.cost), (14, NanoUsd::cents(cents)), "{filter:?}");
    }
}

#[tokio::test]
async fn a_tag_finds_its_requests_on_every_page() {
    let books = Books::new().await;
    for round in 0..6 {
        let project = if round % 2 == 0 { "red" } else { "blue" };
        books.bought_with(NanoUsd::cents(1), &json!({ "project": project })).await;
    }
    let reports = books.reports();
    let tag: Option<upivia_domain::dispatch::Tag> = Some("project:red".parse().unwrap());
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let filter = UsageFilter { tag: tag.clone(), cursor, ..UsageFilter::default() };
        let page = reports.usage(books.org.org_id, filter, 2).await.unwrap();
        assert!(page.rows.iter().all(|row| row.tags.has(tag.as_ref().unwrap())));
        found.extend(page.rows.iter().map(|row| row.request));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found.len(), 3);
    let filter = AuditFilter { tag, ..AuditFilter::default() };
    let trail = reports.audit_trail(books.org.org_id, filter, 100).await.unwrap();
    assert_eq!((trail.events.len(), trail.next), (6, None), "admitted and executed, three times");
    assert!(trail.events.iter().all(|event| event.request.is_some_and(|id| found.contains(&id))));
}
