//! An organization in memory, a dispatcher over it, and a provider that counts and does as it is told.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use upivia_application::{
    access::AgentCaller,
    bootstrap::{Bootstrap, NewOrganization},
    dispatch::{DispatchSettings, Dispatcher, DispatcherParts, NewRequest},
    failpoint::{FailPoint, FailPoints},
    ledger::GroupCommit,
    node::{Node, NodeSettings},
    verify::{verify_audit, verify_ledger},
};
use upivia_domain::{
    Mode, NanoUsd, RequestId, Timestamp,
    catalog::{Catalog, ModelPrice, Operation, OperationName, Price, PriceTable},
    dispatch::{Basis, ProviderAnswer, ProviderCall, ProviderName},
    identity::Credential,
    ledger::ApprovalTerms,
    ports::{
        Clock, CredentialQueries, LedgerStore, MockPayloadCheck, Provider, ProviderRegistry, StoreError, TokenHasher,
        transact,
    },
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

pub const PRICE: NanoUsd = NanoUsd::cents(10);
pub const FUND: NanoUsd = NanoUsd::cents(100);

/// What the provider does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Execute,
    Slow(Duration),
    Reject,
    NotSent,
    Unknown,
    Accept,
    Hang,
    Panic,
}

/// Counts the calls of each request.
pub struct Counting {
    pub deed: Mutex<Deed>,
    pub calls: Mutex<HashMap<RequestId, u32>>,
    /// When the last call was priced.
    pub quoted_at: Mutex<Option<Timestamp>>,
    /// What it says when it is asked, and how often it was.
    pub word: Mutex<Option<ProviderAnswer>>,
    pub asked: Mutex<u32>,
}

impl Counting {
    pub fn calls(&self) -> u32 {
        self.calls.lock().unwrap().values().sum()
    }
}

#[async_trait]
impl Provider for Counting {
    fn name(&self) -> ProviderName {
        ProviderName::new("counting")
    }

    async fn execute(&self, call: &ProviderCall) -> ProviderAnswer {
        *self.calls.lock().unwrap().entry(call.request).or_default() += 1;
        *self.quoted_at.lock().unwrap() = Some(call.quoted_at);
        let deed = *self.deed.lock().unwrap();
        let detail = "told to".to_owned();
        match deed {
            Deed::Execute => {}
            Deed::Slow(time) => tokio::time::sleep(time).await,
            Deed::Reject => return ProviderAnswer::Rejected { detail, unavailable: false, charge: None },
            Deed::NotSent => return ProviderAnswer::NotSent { detail },
            Deed::Unknown => return ProviderAnswer::Unknown { detail },
            Deed::Accept => return ProviderAnswer::Accepted { external_id: "ext_1".to_owned() },
            Deed::Hang => std::future::pending().await,
            #[expect(clippy::panic, reason = "a provider module with a defect")]
            Deed::Panic => panic!("told to"),
        }
        let result = Arc::new(json!({ "done": call.request }));
        ProviderAnswer::Executed { result, cost: PRICE, basis: Basis::ProviderUsage, external_id: None }
    }

    async fn lookup(&self, _request: RequestId) -> Option<ProviderAnswer> {
        *self.asked.lock().unwrap() += 1;
        self.word.lock().unwrap().clone()
    }
}

pub struct One(pub Arc<Counting>);

impl ProviderRegistry for One {
    fn find(&self, _operation: &OperationName, mode: Mode) -> Option<Arc<dyn Provider>> {
        (mode == Mode::Live).then(|| Arc::clone(&self.0) as Arc<dyn Provider>)
    }
}

/// Does something at one place, once.
pub type Action = Box<dyn Fn() + Send + Sync>;

#[derive(Default)]
pub struct Hook(pub Mutex<Option<(FailPoint, Action)>>);

impl FailPoints for Hook {
    fn pass(&self, point: FailPoint) {
        if let Some((wanted, action)) = &*self.0.lock().unwrap()
            && *wanted == point
        {
            action();
        }
    }
}

pub struct World {
    pub store: Arc<MemoryStore>,
    pub dispatcher: Arc<Dispatcher>,
    pub node: Arc<Node>,
    pub provider: Arc<Counting>,
    pub hook: Arc<Hook>,
    pub caller: AgentCaller,
    pub clock: Arc<ManualClock>,
    pub ids: Arc<SequentialIds>,
}

/// A nanodollar for a token read, ten thousand for one written: any estimate can be asked for.
pub const MODEL: ModelPrice = ModelPrice {
    input_nanos_per_million: 1_000_000,
    output_nanos_per_million: 10_000_000_000,
    default_max_tokens: 1_000,
    largest_max_tokens: 20_000,
};

pub fn catalog() -> Catalog {
    let free = |name: &str, price| {
        let input = json!({ "type": "object", "properties": { "to": { "type": "string" } } });
        Operation::new(name.parse().unwrap(), "For tests.", price).with_schemas(input, json!({ "type": "object" }))
    };
    let members = json!({ "model": {}, "messages": {}, "max_tokens": {} });
    let text = Operation::new("text_generation.generate".parse().unwrap(), "For tests.", Price::Tokens)
        .with_schemas(json!({ "type": "object", "properties": members }), json!({ "type": "object" }));
    Catalog::new(
        [free("email.send", Price::Flat(PRICE)), free("platform.check_budget", Price::Free), text],
        PriceTable::new([("a/b".to_owned(), MODEL)]),
    )
}

impl World {
    pub async fn new() -> Self {
        Self::over(|store| store).await
    }

    /// With a store between the lanes and memory.
    pub async fn over(wrap: impl FnOnce(Arc<dyn LedgerStore>) -> Arc<dyn LedgerStore>) -> Self {
        Self::built(wrap, Duration::from_millis(400)).await
    }

    /// With a lease that a busy machine does not outlast.
    pub async fn patient() -> Self {
        Self::built(|store| store, Duration::from_secs(60)).await
    }

    async fn built(wrap: impl FnOnce(Arc<dyn LedgerStore>) -> Arc<dyn LedgerStore>, lease: Duration) -> Self {
        let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
        let ids = Arc::new(SequentialIds::new(clock.clone()));
        let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
        let store = MemoryStore::new(clock.clone());
        let bootstrap = Bootstrap::new(store.clone(), ids.clone(), entropy.clone(), hasher.clone());
        let new = NewOrganization {
            name: "Acme".parse().unwrap(),
            email: "a@b.c".parse().unwrap(),
            fund: FUND,
            zone: Zone::UTC,
        };
        let org = bootstrap.create(new).await.unwrap();
        let key = store.credential(&hasher.hash(org.agent_key_live.expose())).await.unwrap().unwrap();
        let caller = AgentCaller { org: org.org_id, agent: org.agent_id, credential: key.id, mode: Mode::Live };
        let settings = NodeSettings { lease, single_process: false };
        let node = Node::start(store.clone(), clock.clone(), ids.clone(), settings).await.unwrap();
        let provider = Arc::new(Counting {
            deed: Mutex::new(Deed::Execute),
            calls: Mutex::default(),
            quoted_at: Mutex::default(),
            word: Mutex::default(),
            asked: Mutex::default(),
        });
        let hook = Arc::new(Hook::default());
        let mut payloads = MockPayloadCheck::new();
        payloads.expect_check().returning(|_, _| Ok(()));
        let dispatcher = Dispatcher::new(DispatcherParts {
            ledger: GroupCommit::start(wrap(store.clone())),
            requests: store.clone(),
            catalog: Arc::new(catalog()),
            payloads: Arc::new(payloads),
            providers: Arc::new(One(Arc::clone(&provider))),
            node: node.clone(),
            clock: clock.clone() as Arc<dyn Clock>,
            ids: ids.clone(),
            entropy,
            failpoints: hook.clone(),
            settings: DispatchSettings {
                answer_within: Duration::from_millis(700),
                provider_timeout: Duration::from_millis(1_500),
                approval: ApprovalTerms { lifetime_seconds: 3_600, most_pending: 20 },
            },
        });
        Self { store, dispatcher, node, provider, hook, caller, clock, ids }
    }

    /// The same agent with its key for play money.
    pub async fn test_caller(&self) -> AgentCaller {
        let AgentCaller { org, agent, .. } = self.caller;
        let keys: Result<Vec<Credential>, StoreError> = transact(&*self.store, &[org], move |tx| {
            Box::pin(async move { tx.credentials().active_agent_keys(org, agent, Mode::Test).await })
        })
        .await;
        AgentCaller { credential: keys.unwrap()[0].id, mode: Mode::Test, ..self.caller }
    }

    pub fn deed(&self, deed: Deed) {
        *self.provider.deed.lock().unwrap() = deed;
    }

    pub async fn verify(&self) {
        verify_ledger(&*self.store).await.unwrap();
        verify_audit(&*self.store).await.unwrap();
    }
}

pub fn mail(to: &str, key: Option<&str>) -> NewRequest {
    NewRequest {
        service: None,
        operation: "email.send".to_owned(),
        payload: json!({ "to": to }),
        metadata: None,
        idempotency_key: key.map(|key| key.parse().unwrap()),
        trace: None,
    }
}

pub fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
