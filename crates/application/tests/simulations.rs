//! A rehearsal is the decision: whatever was bought, capped, paused or owed before, it says what the same request then
//! meets, writes nothing, and names to the nanodollar what money would allow.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Deed, MODEL, World, catalog, mail};
use upivia_application::{
    access::UserCaller,
    dispatch::NewRequest,
    simulations::{Affordable, Rehearsal, Simulation, Simulations},
};
use upivia_domain::{
    ApprovalId, CommandId, Mode, NanoUsd, NodeId, RequestId, Timestamp,
    agent::AgentStatus,
    binding::{Binding, BindingTerms},
    budget::{Account, AccountOwner, ReasonCode, SystemAccount},
    dispatch::{Content, ProviderName, RequestState, ServiceRequest},
    identity::{Actor, OrgRole},
    ledger::{Admit, AdmitKind, ApprovalTerms, Command, Outcome, Screening, Start, Transfer, TransferPurpose},
    ports::{
        AgentQueries, Applied, ApplyMode, BoxFuture, Ids, LedgerScanner, LedgerStore, LockWait, StoreError, Tx,
        transact,
    },
    team::Allocation,
};

const MODE: ApplyMode = ApplyMode { lock: LockWait::Wait, again: false };

const OPERATIONS: [&str; 2] = ["email.send", "text_generation.generate"];

/// Something that happened before.
#[derive(Debug, Clone)]
enum Step {
    Bind { text: bool, cap: Option<i64>, count: Option<u32>, threshold: Option<i64> },
    Unbind { text: bool },
    AgentCap(Option<i64>),
    TeamCap(Option<i64>),
    Status(AgentStatus),
    Pool(i64),
    Allocate { nanos: i64, day: Option<i64>, month: Option<i64>, life: Option<i64> },
    TakeAway(i64),
    Buy { text: bool, tokens: u32, deed: Deed },
    Wait(i64),
}

/// What is asked in the end.
#[derive(Debug, Clone)]
struct Question {
    operation: &'static str,
    tokens: Option<u32>,
    mode: Mode,
}

/// Around the prices: a mail costs 100,000,000 nanodollars, a text up to 200,000,000, and there are 1,000,000,000.
fn nanos() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), 1_i64..400_000_000, Just(100_000_000), 400_000_000_i64..2_000_000_000]
}

fn cap() -> impl Strategy<Value = Option<i64>> {
    prop::option::of(nanos())
}

fn step() -> impl Strategy<Value = Step> {
    let deed = prop_oneof![
        4 => Just(Deed::Execute), 2 => Just(Deed::Unknown), 2 => Just(Deed::Accept), 1 => Just(Deed::Reject)
    ];
    let status =
        prop_oneof![4 => Just(AgentStatus::Active), 1 => Just(AgentStatus::Paused), 1 => Just(AgentStatus::Disabled)];
    prop_oneof![
        6 => (any::<bool>(), cap(), prop::option::of(0_u32..4), cap())
            .prop_map(|(text, cap, count, threshold)| Step::Bind { text, cap, count, threshold }),
        1 => any::<bool>().prop_map(|text| Step::Unbind { text }),
        2 => cap().prop_map(Step::AgentCap),
        1 => cap().prop_map(Step::TeamCap),
        2 => status.prop_map(Step::Status),
        1 => nanos().prop_map(Step::Pool),
        1 => (nanos(), cap(), cap(), cap()).prop_map(|(nanos, day, month, life)| Step::Allocate { nanos, day, month, life }),
        1 => (1_i64..1_500_000_000).prop_map(Step::TakeAway),
        8 => (any::<bool>(), 1_u32..20_000, deed).prop_map(|(text, tokens, deed)| Step::Buy { text, tokens, deed }),
        1 => (1_i64..40 * 86_400).prop_map(Step::Wait),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let operation = prop_oneof![
        3 => Just("email.send"), 5 => Just("text_generation.generate"), 1 => Just("platform.check_budget")
    ];
    let mode = prop_oneof![8 => Just(Mode::Live), 1 => Just(Mode::Test)];
    (operation, prop::option::weighted(0.8, 1_u32..20_000), mode).prop_map(|(operation, tokens, mode)| Question {
        operation,
        tokens,
        mode,
    })
}

fn request(operation: &str, tokens: Option<u32>) -> NewRequest {
    let payload = match operation {
        "text_generation.generate" => {
            json!({ "model": "a/b", "messages": [{ "role": "user", "content": "Hi." }], "max_tokens": tokens })
        }
        "email.send" => json!({ "to": "ada@example.com" }),
        _ => json!({}),
    };
    NewRequest { operation: operation.to_owned(), payload, ..mail("", None) }
}

struct Stage {
    world: World,
    simulations: Simulations,
    person: UserCaller,
}

impl Stage {
    async fn new() -> Self {
        let world = World::patient().await;
        let simulations = Simulations::new(world.store.clone(), Arc::clone(&world.dispatcher), world.ids.clone());
        let agent = world.store.agent(world.caller.org, world.caller.agent).await.unwrap().unwrap();
        let (org, user, email) = (world.caller.org, agent.owner, "a@b.c".parse().unwrap());
        let person = UserCaller::of_role(org, user, None, OrgRole::Owner, email);
        Self { world, simulations, person }
    }

    async fn change(
        &self,
        work: impl for<'t> FnOnce(&'t mut dyn Tx) -> BoxFuture<'t, Result<(), StoreError>> + Send + 'static,
    ) {
        transact(&*self.world.store, &[self.world.caller.org], work).await.unwrap();
    }

    async fn take(&self, step: Step) {
        let (org, agent) = (self.world.caller.org, self.world.caller.agent);
        let money = |nanos: Option<i64>| nanos.map(NanoUsd::from_nanos);
        let row = self.world.store.agent(org, agent).await.unwrap().unwrap();
        let (team, user) = (row.team.unwrap(), row.owner);
        match step {
            Step::Bind { text, cap, count, threshold } => {
                let operation = OPERATIONS[usize::from(text)].parse().unwrap();
                let terms =
                    BindingTerms { month_cap: money(cap), day_count: count, approval_threshold: money(threshold) };
                self.change(move |tx| {
                    Box::pin(async move { tx.bindings().put(org, &Binding { agent, operation, terms }).await })
                })
                .await;
            }
            Step::Unbind { text } => {
                let operation = OPERATIONS[usize::from(text)].parse().unwrap();
                self.change(move |tx| Box::pin(async move { tx.bindings().remove(org, agent, &operation).await }))
                    .await;
            }
            Step::AgentCap(cap) => {
                let row = upivia_domain::agent::Agent { month_cap: money(cap), ..row };
                self.change(move |tx| Box::pin(async move { tx.agents().update(&row).await })).await;
            }
            Step::Status(status) => {
                let row = upivia_domain::agent::Agent { status, ..row };
                self.change(move |tx| Box::pin(async move { tx.agents().update(&row).await })).await;
            }
            Step::TeamCap(cap) => {
                self.change(move |tx| {
                    Box::pin(async move {
                        let row = tx.teams().find(org, team).await?.unwrap();
                        tx.teams().update(&upivia_domain::team::Team { month_cap: money(cap), ..row }).await
                    })
                })
                .await;
            }
            Step::Pool(nanos) => {
                self.change(move |tx| {
                    Box::pin(async move {
                        let row = tx.teams().find(org, team).await?.unwrap();
                        tx.teams().update(&upivia_domain::team::Team { has_pool: true, ..row }).await
                    })
                })
                .await;
                self.transfer(wallet(), Account::Owned(AccountOwner::Pool(team)), nanos, TransferPurpose::Allocation)
                    .await;
            }
            Step::Allocate { nanos, day, month, life } => {
                let (day_cap, month_cap, life_cap) = (money(day), money(month), money(life));
                let allocation = Allocation { team, user, day_cap, month_cap, life_cap };
                self.change(move |tx| Box::pin(async move { tx.teams().put_allocation(org, &allocation).await })).await;
                let worker = Account::Owned(AccountOwner::Worker(team, user));
                self.transfer(wallet(), worker, nanos, TransferPurpose::Allocation).await;
            }
            Step::TakeAway(nanos) => {
                let outside = Account::System(SystemAccount::External);
                self.transfer(wallet(), outside, nanos, TransferPurpose::Reversal).await;
            }
            Step::Buy { text, tokens, deed } => {
                self.world.deed(deed);
                let request = request(OPERATIONS[usize::from(text)], Some(tokens));
                self.world.dispatcher.create(&self.world.caller, request).await.unwrap();
            }
            Step::Wait(seconds) => self.world.clock.advance_seconds(seconds),
        }
    }

    /// Whether it is possible or not: a refusal is a state of affairs too.
    async fn transfer(&self, from: Account, to: Account, nanos: i64, purpose: TransferPurpose) {
        let (id, org) = (CommandId::new(self.world.ids.uuid()), self.world.caller.org);
        let (amount, actor, note) = (NanoUsd::from_nanos(nanos), Actor::Operator, String::new());
        let transfer = Transfer { id, org, mode: Mode::Live, from, to, amount, purpose, actor, note, trace: None };
        self.world.store.apply(&[Arc::new(Command::Transfer(transfer))], MODE).await.unwrap();
    }

    async fn rehearse(&self, question: &Question) -> Simulation {
        let (agent, mode) = (self.world.caller.agent, question.mode);
        let request = request(question.operation, question.tokens);
        self.simulations.check(&self.person, Rehearsal { agent, mode, request }).await.unwrap()
    }

    /// Everything that there is, as text.
    async fn everything(&self) -> String {
        let (store, org, agent) = (&self.world.store, self.world.caller.org, self.world.caller.agent);
        let mut scan = store.scan().await.unwrap();
        let mut meters = scan.meters(org).await.unwrap();
        meters.sort_by_key(|(key, _)| key.to_string());
        let ledger = (scan.heads().await.unwrap(), scan.journal(org, 0, u32::MAX).await.unwrap(), meters);
        let requests = scan.requests(org, None, u32::MAX).await.unwrap();
        let (agents, teams) = (store.agents(org, None).await.unwrap(), store.teams(org).await.unwrap());
        format!("{:?}", (ledger, requests, agents, teams, store.bindings(org, agent).await.unwrap()))
    }

    async fn ask(&self, question: &Question) -> ServiceRequest {
        self.world.deed(Deed::Unknown);
        let request = request(question.operation, question.tokens);
        let caller = match question.mode {
            Mode::Live => self.world.caller,
            Mode::Test => self.world.test_caller().await,
        };
        let answer = self.world.dispatcher.create(&caller, request).await.unwrap();
        (*answer.request).clone()
    }

    /// The codes of money that a live request of that estimate meets.
    async fn short_of_money(&self, operation: &str, estimate: i64) -> Vec<ReasonCode> {
        let operation: upivia_domain::catalog::OperationName = operation.parse().unwrap();
        let caller = self.world.caller;
        let id = RequestId::new(self.world.ids.uuid());
        let approval =
            (ApprovalId::new(self.world.ids.uuid()), ApprovalTerms { lifetime_seconds: 60, most_pending: 20 });
        let admit = Admit {
            id,
            org: caller.org,
            agent: caller.agent,
            credential: caller.credential,
            mode: Mode::Live,
            idempotency_key: None,
            content: Content::new(caller.agent, &operation, &json!({}), None, [0; 16]),
            operation,
            kind: AdmitKind::Dispatch(Start::DispatchNow),
            screening: Screening::Accepted { estimate: NanoUsd::from_nanos(estimate), applied_max_tokens: None },
            price_version: None,
            provider: Some(ProviderName::new("counting")),
            contexts: Vec::new(),
            owner: NodeId::new(self.world.ids.uuid()),
            approval,
            trace: None,
        };
        let batch = [Arc::new(Command::Admit(Box::new(admit)))];
        let applied = self.world.store.apply(&batch, MODE).await.unwrap().remove(0);
        let Applied::Done(Ok(Outcome::Request { request, .. })) = applied else { panic!("{applied:?}") };
        request.reasons.iter().map(|reason| reason.code).filter(|code| is_about_money(*code)).collect()
    }
}

fn wallet() -> Account {
    Account::Owned(AccountOwner::Wallet)
}

const fn is_about_money(code: ReasonCode) -> bool {
    matches!(
        code,
        ReasonCode::MonthlyBudgetExceeded
            | ReasonCode::AgentBudgetExceeded
            | ReasonCode::WorkerBudgetExceeded
            | ReasonCode::TeamBudgetExceeded
            | ReasonCode::InsufficientBalance
    )
}

/// Rehearsed and asked are the same; what was held then goes on to a provider.
fn is_the_same(foreseen: &Simulation, met: &ServiceRequest) -> Result<(), TestCaseError> {
    let codes =
        |reasons: &[upivia_domain::budget::Reason]| reasons.iter().map(|reason| reason.code).collect::<Vec<_>>();
    prop_assert_eq!(codes(&foreseen.reasons), codes(&met.reasons), "{:?}", met);
    prop_assert_eq!(foreseen.estimate, met.estimate);
    let met = match met.state {
        RequestState::Unknown | RequestState::Running => RequestState::Dispatching,
        state => state,
    };
    prop_assert_eq!(foreseen.state, met);
    Ok(())
}

/// The largest number of tokens that fits is that, and one more does not fit or cannot be asked for.
fn tokens_are_exact(affordable: &Affordable, payload: &Value) -> Result<(), TestCaseError> {
    let catalog = catalog();
    let operation = catalog.find(&OPERATIONS[1].parse().unwrap()).unwrap();
    let cost = |tokens: u32| {
        let mut payload = payload.clone();
        payload["max_tokens"] = json!(tokens);
        catalog.quote(operation, &payload, Timestamp::default()).unwrap().estimate
    };
    let most = affordable.max_tokens.unwrap_or(0);
    prop_assert!(most == 0 || cost(most) <= affordable.cost, "{affordable:?}");
    prop_assert!(most == MODEL.largest_max_tokens || cost(most + 1) > affordable.cost, "{affordable:?}");
    Ok(())
}

async fn play(steps: Vec<Step>, question: Question) -> Result<(), TestCaseError> {
    let stage = Stage::new().await;
    for step in steps {
        stage.take(step).await;
    }
    let before = stage.everything().await;
    let foreseen = stage.rehearse(&question).await;
    prop_assert_eq!(&foreseen, &stage.rehearse(&question).await, "a rehearsal changed the next one");
    prop_assert_eq!(before, stage.everything().await, "a rehearsal left something");
    if let Some(affordable) = foreseen.affordable.filter(|_| question.mode == Mode::Live) {
        if question.operation == OPERATIONS[1] {
            tokens_are_exact(&affordable, &request(question.operation, question.tokens).payload)?;
        }
        let cost = affordable.cost.nanos();
        prop_assert_ne!(stage.short_of_money(question.operation, cost + 1).await, vec![], "a nano more passes");
    }
    let met = stage.ask(&question).await;
    is_the_same(&foreseen, &met)
}

/// What fits passes. Apart from the question, for it takes the money.
async fn spend_all(steps: Vec<Step>, question: Question) -> Result<(), TestCaseError> {
    let stage = Stage::new().await;
    for step in steps {
        stage.take(step).await;
    }
    let Some(affordable) = stage.rehearse(&question).await.affordable else { return Ok(()) };
    let short = stage.short_of_money(question.operation, affordable.cost.nanos()).await;
    prop_assert_eq!(short, vec![], "{:?} does not pass", affordable);
    stage.world.verify().await;
    Ok(())
}

fn run(work: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn a_rehearsal_is_the_decision_and_leaves_nothing(
        steps in prop::collection::vec(step(), 0..14),
        question in question(),
    ) {
        run(play(steps, question))?;
    }

    #[test]
    fn the_largest_amount_that_is_named_passes(steps in prop::collection::vec(step(), 0..14), question in question()) {
        run(spend_all(steps, Question { mode: Mode::Live, ..question }))?;
    }
}
