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
}

impl Books {
    async fn new() -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        let hasher = Arc::new(PepperedHasher::new([7; 32]));
        let store = MemoryStore::new(clock);
        let bootstrap = Bootstrap::new(store.clone(), ids.clone(), Arc::new(SequenceEntropy::new(1)), hasher.clone());
        let (name, email) = ("Acme".parse().unwrap(), "a@b.c".parse().unwrap());
        let new = NewOrganization { name, email, fund: NanoUsd::cents(100), zone: Zone::UTC };
        let org = bootstrap.create(new).await.unwrap();
        let key = store.credential(&hasher.hash(org.agent_key_live.expose())).await.unwrap().unwrap().id;
        Self { store, node: NodeId::new(ids.uuid()), ids, org, key }
    }

    fn reports(&self) -> Reports {
        let (ledger, journal, agents) = (self.store.clone(), self.store.clone(), self.store.clone());
        Reports::new(ReportsParts { ledger, journal, agents })
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
        let request = RequestId::new(self.ids.uuid());
        self.apply(Command::Admit(Box::new(self.admission(request)))).await.unwrap();
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
    assert_eq!((usage.total, usage.has_more), (NanoUsd::cents(9), false));
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
    assert_eq!((usage.total, usage.has_more), (NanoUsd::cents(5), true));
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
