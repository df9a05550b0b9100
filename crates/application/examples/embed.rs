//! Governed requests inside another service: no HTTP, no database, a provider of one's own.
//!
//! Run it with `cargo run -p upivia-application --example embed`. An agent may write three greetings a day; it tries five.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::{collections::BTreeMap, error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde_json::{Value, json};
use upivia_application::{
    access::AgentCaller,
    bootstrap::{Bootstrap, Bootstrapped, NewOrganization},
    dispatch::{Answer, DispatchSettings, Dispatcher, DispatcherParts, NewRequest},
    failpoint::NoFailPoints,
    ledger::GroupCommit,
    node::{Node, NodeSettings},
    verify::{verify_audit, verify_ledger},
};
use upivia_domain::{
    Mode, NanoUsd, RequestId, Timestamp,
    audit::NewEvent,
    binding::{Binding, BindingTerms},
    catalog::{Catalog, Operation, OperationName, PayloadProblem, Price, PriceTable},
    dispatch::{Basis, ProviderAnswer, ProviderCall, ProviderName},
    identity::Actor,
    ledger::ApprovalTerms,
    ports::{CredentialQueries, PayloadCheck, Provider, ProviderRegistry, StoreError, TokenHasher, transact},
    time::Zone,
};
use upivia_store_memory::{ManualClock, MemoryStore, PepperedHasher, SequenceEntropy, SequentialIds};

const OPERATION: &str = "greeting.write";
const PRICE: NanoUsd = NanoUsd::cents(2);

/// The service's own provider.
struct Greeter;

#[async_trait]
impl Provider for Greeter {
    fn name(&self) -> ProviderName {
        ProviderName::new("greeter")
    }

    async fn execute(&self, call: &ProviderCall) -> ProviderAnswer {
        let name = call.payload.get("name").and_then(Value::as_str).unwrap_or("stranger");
        let result = Arc::new(json!({ "text": format!("Good morning, {name}.") }));
        ProviderAnswer::Executed { result, cost: PRICE, basis: Basis::Counted, external_id: None }
    }

    async fn lookup(&self, _request: RequestId) -> Option<ProviderAnswer> {
        None
    }
}

struct OnlyGreetings;

impl ProviderRegistry for OnlyGreetings {
    fn find(&self, operation: &OperationName, mode: Mode) -> Option<Arc<dyn Provider>> {
        (operation.as_str() == OPERATION && mode == Mode::Live).then(|| Arc::new(Greeter) as Arc<dyn Provider>)
    }
}

struct NameIsText;

impl PayloadCheck for NameIsText {
    fn check(&self, _operation: &OperationName, payload: &Value) -> Result<(), PayloadProblem> {
        let problem = || PayloadProblem { field: "payload.name".to_owned(), message: "must be a text".to_owned() };
        payload.get("name").and_then(Value::as_str).map(|_| ()).ok_or_else(problem)
    }
}

fn catalog() -> Result<Catalog, Box<dyn Error>> {
    let input_schema =
        json!({ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] });
    let greeting = Operation {
        deadline: None,
        name: OPERATION.parse()?,
        description: "Writes a greeting.".to_owned(),
        input_schema,
        output_schema: json!({ "type": "object", "properties": { "text": { "type": "string" } } }),
        price: Price::Flat(PRICE),
    };
    Ok(Catalog::new([greeting], PriceTable::default()))
}

/// Leave to write three greetings a day.
async fn bind(store: &Arc<MemoryStore>, org: &Bootstrapped) -> Result<(), Box<dyn Error>> {
    let (id, agent, operation) = (org.org_id, org.agent_id, OPERATION.parse::<OperationName>()?);
    transact(&**store, &[id], move |tx| {
        Box::pin(async move {
            let terms = BindingTerms { day_count: Some(3), ..BindingTerms::default() };
            tx.bindings().put(id, &Binding { agent, operation: operation.clone(), terms }).await?;
            let object = upivia_domain::audit::Object { kind: "agent", id: agent.to_string() };
            let detail = json!({ "day_count": 3 });
            let event = NewEvent {
                kind: "binding.created",
                actor: Actor::Operator,
                agent: Some(agent),
                operation: Some(operation),
                object,
                detail,
                trace: None,
            };
            tx.append(id, event).await.map(|_| ())
        })
    })
    .await
    .map_err(|error: StoreError| error.into())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z")?);
    let ids = Arc::new(SequentialIds::new(clock.clone()));
    // A real service takes secure randomness and a secret pepper here.
    let (entropy, hasher) = (Arc::new(SequenceEntropy::new(1)), Arc::new(PepperedHasher::new([7; 32])));
    let store = MemoryStore::new(clock.clone());

    let bootstrap = Bootstrap::new(store.clone(), ids.clone(), entropy.clone(), hasher.clone());
    let new = NewOrganization {
        name: "Acme".parse()?,
        email: "ada@example.com".parse()?,
        fund: NanoUsd::cents(100),
        zone: Zone::UTC,
    };
    let org = bootstrap.create(new).await?;
    bind(&store, &org).await?;

    let lease = Duration::from_secs(15);
    let node =
        Node::start(store.clone(), clock.clone(), ids.clone(), NodeSettings { lease, single_process: true }).await?;
    let dispatcher = Dispatcher::new(DispatcherParts {
        ledger: GroupCommit::start(store.clone()),
        requests: store.clone(),
        catalog: Arc::new(catalog()?),
        payloads: Arc::new(NameIsText),
        providers: Arc::new(OnlyGreetings),
        node,
        clock,
        ids,
        entropy,
        failpoints: Arc::new(NoFailPoints),
        settings: DispatchSettings {
            answer_within: Duration::from_secs(5),
            provider_timeout: Duration::from_secs(5),
            approval: ApprovalTerms { lifetime_seconds: 3_600, most_pending: 20 },
        },
    });

    let key = store.credential(&hasher.hash(org.agent_key_live.expose())).await?.ok_or("the key is stored")?;
    let caller = AgentCaller { org: org.org_id, agent: org.agent_id, credential: key.id, mode: Mode::Live };
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for n in 1..=5 {
        let Answer { request, .. } = dispatcher.create(&caller, greeting(n)).await?;
        let said = request.result.as_ref().and_then(|result| result.get("text")).and_then(Value::as_str);
        let why = request.reason().map(upivia_domain::budget::ReasonCode::as_str);
        println!("{n}: {} {}", request.state.wire(), said.or(why).unwrap_or_default());
        *seen.entry(request.state.wire()).or_default() += 1;
    }

    let ledger = verify_ledger(&*store).await?;
    verify_audit(&*store).await?;
    println!("the ledger verifies: {ledger:?}");
    if seen != BTreeMap::from([("executed", 3), ("blocked", 2)]) {
        return Err(format!("three greetings a day were allowed, but: {seen:?}").into());
    }
    Ok(())
}

fn greeting(n: u32) -> NewRequest {
    NewRequest {
        service: None,
        operation: OPERATION.to_owned(),
        payload: json!({ "name": format!("guest {n}") }),
        metadata: None,
        idempotency_key: None,
        trace: None,
    }
}
