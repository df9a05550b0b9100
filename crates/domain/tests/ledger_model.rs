//! Random command sequences against a naive model that recounts everything from a list of facts each time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use proptest::prelude::*;
use support::{NODE, ORG, World, agent, agent_id};
use upivia_domain::{
    Mode, NanoUsd, RequestId, Timestamp,
    binding::BindingTerms,
    budget::{AccountOwner, MeterKey, ReasonCode},
    dispatch::{Basis, RequestState, ServiceRequest},
    identity::Actor,
    ledger::{Adjust, Command, MarkUnknown, Outcome, Refusal, Resolution, Resolve, TakeOver},
    time::Zone,
};

const WALLET: i64 = 1_000;
const MONTH_CAP: i64 = 400;
const AGENT_CAP: i64 = 500;
const DAY_COUNT: u32 = 12;
const THRESHOLD: i64 = 150;

#[derive(Debug, Clone)]
enum Step {
    Admit { agent: u8, nanos: i64, key: Option<u8> },
    Settle { pick: usize, nanos: i64 },
    Fail { pick: usize, never_sent: bool },
    Unknown { pick: usize },
    TakeOver { pick: usize },
    Resolve { pick: usize, charge: Option<i64> },
    Adjust { pick: usize, nanos: i64 },
    Fund { nanos: i64 },
    Again { pick: usize },
    Wait { seconds: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let pick = any::<prop::sample::Index>().prop_map(|index| index.index(1_000));
    prop_oneof![
        8 => (0_u8..2, 0_i64..200, prop::option::weighted(0.3, 0_u8..6)).prop_map(|(agent, nanos, key)| Step::Admit { agent, nanos, key }),
        4 => (pick.clone(), 0_i64..260).prop_map(|(pick, nanos)| Step::Settle { pick, nanos }),
        2 => (pick.clone(), any::<bool>()).prop_map(|(pick, never_sent)| Step::Fail { pick, never_sent }),
        1 => pick.clone().prop_map(|pick| Step::Unknown { pick }),
        1 => pick.clone().prop_map(|pick| Step::TakeOver { pick }),
        1 => (pick.clone(), prop::option::of(0_i64..200)).prop_map(|(pick, charge)| Step::Resolve { pick, charge }),
        1 => (pick.clone(), 0_i64..260).prop_map(|(pick, nanos)| Step::Adjust { pick, nanos }),
        1 => (1_i64..300).prop_map(|nanos| Step::Fund { nanos }),
        2 => pick.prop_map(|pick| Step::Again { pick }),
        1 => (0_i64..200_000).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

/// What the model knows of a request. Nothing is kept in sums.
#[derive(Debug, Clone)]
struct Fact {
    id: RequestId,
    agent: u8,
    at: Timestamp,
    hold: i64,
    open: bool,
    counted: bool,
    cost: i64,
    paid: i64,
    key: Option<u8>,
}

#[derive(Default)]
struct Model {
    facts: Vec<Fact>,
    funded: i64,
    suspended: bool,
}

impl Model {
    fn in_month(&self, now: Timestamp, agent: Option<u8>) -> i64 {
        let month = |at| Zone::UTC.month(at);
        // A free request is counted, not weighed: it is in no window of money, whatever a provider says later.
        let of = |fact: &&Fact| {
            fact.hold > 0 && month(fact.at) == month(now) && agent.is_none_or(|agent| fact.agent == agent)
        };
        self.facts.iter().filter(of).map(|fact| fact.cost + if fact.open { fact.hold } else { 0 }).sum()
    }

    fn on_day(&self, now: Timestamp, agent: u8) -> i64 {
        let today = |fact: &&Fact| fact.counted && fact.agent == agent && Zone::UTC.day(fact.at) == Zone::UTC.day(now);
        i64::try_from(self.facts.iter().filter(today).count()).unwrap()
    }

    fn available(&self) -> i64 {
        self.funded - self.facts.iter().map(|fact| fact.paid + if fact.open { fact.hold } else { 0 }).sum::<i64>()
    }

    /// The first code that refuses, by the words of the contract.
    fn refuses(&self, agent: u8, nanos: i64, now: Timestamp) -> Option<ReasonCode> {
        let spent = self.in_month(now, Some(agent));
        if self.suspended {
            Some(ReasonCode::OperationSuspended)
        } else if nanos > 0 && spent + nanos > MONTH_CAP {
            Some(ReasonCode::MonthlyBudgetExceeded)
        } else if self.on_day(now, agent) + 1 > i64::from(DAY_COUNT) {
            Some(ReasonCode::DailyLimitExceeded)
        } else if nanos > 0 && spent + nanos > AGENT_CAP {
            Some(ReasonCode::AgentBudgetExceeded)
        } else if nanos > 0 && self.available() < nanos {
            Some(ReasonCode::InsufficientBalance)
        } else {
            None
        }
    }
}

struct Run {
    world: World,
    model: Model,
    asked: Vec<(Command, Option<RequestState>)>,
    overruns: Vec<Timestamp>,
}

impl Run {
    fn new() -> Self {
        let terms = BindingTerms {
            month_cap: Some(NanoUsd::from_nanos(MONTH_CAP)),
            day_count: Some(DAY_COUNT),
            approval_threshold: Some(NanoUsd::from_nanos(THRESHOLD)),
        };
        let capped = |n| upivia_domain::policy::AgentPolicy {
            month_cap: Some(NanoUsd::from_nanos(AGENT_CAP)),
            ..agent(n, terms)
        };
        let model = Model { funded: WALLET, ..Model::default() };
        Self { world: World::with([capped(0), capped(1)], WALLET), model, asked: Vec::new(), overruns: Vec::new() }
    }

    fn open(&self, pick: usize) -> Option<RequestId> {
        let open: Vec<_> = self.model.facts.iter().filter(|fact| fact.open).map(|fact| fact.id).collect();
        (!open.is_empty()).then(|| open[pick % open.len()])
    }

    fn ended(&self, pick: usize) -> Option<RequestId> {
        let is_ended =
            |id: &RequestId| self.world.requests[id].state.is_ended() && self.world.requests[id].hold.is_some();
        let ended: Vec<_> =
            self.model.facts.iter().filter(|fact| !fact.open).map(|fact| fact.id).filter(is_ended).collect();
        (!ended.is_empty()).then(|| ended[pick % ended.len()])
    }

    fn fact(&mut self, id: RequestId) -> &mut Fact {
        self.model.facts.iter_mut().find(|fact| fact.id == id).unwrap()
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Admit { agent, nanos, key } => self.admit(agent, nanos, key),
            Step::Settle { pick, nanos } => self.end(pick, |world, id| world.settle(id, nanos), Some(nanos), false),
            Step::Fail { pick, never_sent } => self.fail(pick, never_sent),
            Step::Unknown { pick } => self.unknown(pick),
            Step::TakeOver { pick } => self.take_over(pick),
            Step::Resolve { pick, charge } => self.resolve(pick, charge),
            Step::Adjust { pick, nanos } => self.adjust(pick, nanos),
            Step::Fund { nanos } => {
                self.world.fund(AccountOwner::Wallet, nanos);
                self.model.funded += nanos;
            }
            Step::Again { pick } => self.again(pick),
            Step::Wait { seconds } => self.world.now = self.world.now.plus_seconds(seconds),
        }
    }

    fn admit(&mut self, agent: u8, nanos: i64, key: Option<u8>) {
        let admit = match key {
            Some(key) => self.world.keyed(agent, nanos, &key.to_string()),
            None => self.world.admit(agent, nanos),
        };
        let (id, now) = (admit.id, self.world.now);
        let earlier = key
            .and_then(|key| self.model.facts.iter().find(|fact| fact.agent == agent && fact.key == Some(key)).cloned());
        let expected = self.model.refuses(agent, nanos, now);
        let command = Command::Admit(Box::new(admit));
        let result = self.world.apply(&command);
        if let Some(earlier) = earlier {
            return self.check_replay(&earlier, nanos, result);
        }
        let Ok(Outcome::Request { request, replayed: false }) = result else { panic!("{result:?}") };
        self.asked.push((command, Some(request.state)));
        let fact = Fact { id, agent, at: now, hold: nanos, open: false, counted: false, cost: 0, paid: 0, key };
        let fact = match (expected, nanos > THRESHOLD) {
            (Some(code), _) => {
                assert_eq!(
                    (request.state, request.reason()),
                    (RequestState::Blocked, Some(code)),
                    "{:?}",
                    request.reasons
                );
                fact
            }
            (None, true) => {
                assert_eq!(request.state, RequestState::ApprovalRequired);
                Fact { counted: true, ..fact }
            }
            (None, false) => {
                assert_eq!(request.state, RequestState::Dispatching);
                Fact { open: true, counted: true, ..fact }
            }
        };
        self.model.facts.push(fact);
    }

    fn check_replay(&self, earlier: &Fact, nanos: i64, result: Result<Outcome, Refusal>) {
        let same = self.world.requests[&earlier.id].content.payload()["nanos"] == nanos;
        match result {
            Ok(Outcome::Request { request, replayed: true }) => assert!(same && request.id == earlier.id),
            Err(Refusal::IdempotencyConflict { request }) => assert!(!same && request == earlier.id),
            other => panic!("{other:?}"),
        }
    }

    fn end(
        &mut self,
        pick: usize,
        command: impl FnOnce(&mut World, RequestId) -> Command,
        cost: Option<i64>,
        give_back: bool,
    ) {
        let Some(id) = self.open(pick) else { return };
        let command = command(&mut self.world, id);
        let request = self.world.request(&command);
        self.asked.push((command, Some(request.state)));
        let now = self.world.now;
        let fact = self.fact(id);
        fact.open = false;
        fact.counted &= !give_back;
        fact.cost = cost.unwrap_or_default();
        fact.paid = fact.cost.min(fact.hold);
        if fact.cost > fact.hold {
            self.overruns.push(now);
            let today = self.overruns.iter().filter(|at| Zone::UTC.day(**at) == Zone::UTC.day(now)).count();
            self.model.suspended |= today >= 3;
        }
    }

    fn fail(&mut self, pick: usize, never_sent: bool) {
        let Some(id) = self.open(pick) else { return };
        let owned = self.world.requests[&id].owner == Some(NODE);
        if never_sent && !owned {
            let command = self.world.fail(id, true);
            assert_eq!(self.world.apply(&command).unwrap_err(), Refusal::NotOwner);
            return;
        }
        self.end(pick, |world, id| world.fail(id, never_sent), None, never_sent);
    }

    fn unknown(&mut self, pick: usize) {
        let Some(id) = self.open(pick) else { return };
        let command =
            Command::MarkUnknown(MarkUnknown { id: self.world.command_id(), org: ORG, request: id, owner: NODE });
        assert_eq!(self.world.request(&command).state, RequestState::Unknown);
    }

    fn take_over(&mut self, pick: usize) {
        let Some(id) = self.open(pick) else { return };
        let to = upivia_domain::NodeId::new(self.world.uuid());
        let from = self.world.requests[&id].owner.unwrap();
        let command =
            TakeOver { id: self.world.command_id(), org: ORG, request: id, from, to, send_timeout_micros: 60_000_000 };
        let taken = self.world.request(&Command::TakeOver(command));
        assert_eq!((taken.state, taken.owner), (RequestState::Unknown, Some(to)));
    }

    fn resolve(&mut self, pick: usize, charge: Option<i64>) {
        let Some(id) = self.open(pick) else { return };
        let before: ServiceRequest = self.world.requests[&id].clone();
        let resolution = charge.map_or(Resolution::Release, |nanos| Resolution::Charge(NanoUsd::from_nanos(nanos)));
        let (actor, reason) = (Actor::Operator, "test".to_owned());
        let command =
            Command::Resolve(Resolve { id: self.world.command_id(), org: ORG, request: id, actor, resolution, reason });
        let too_much = charge.is_some_and(|nanos| nanos > before.held_amount().nanos());
        let fenced = charge.is_none() && before.fence_until.is_some_and(|fence| self.world.now < fence);
        match (before.state, too_much, fenced) {
            (RequestState::Unknown, false, false) => self.end(pick, |_, _| command, charge, false),
            _ => assert!(self.world.apply(&command).is_err()),
        }
    }

    fn adjust(&mut self, pick: usize, nanos: i64) {
        let Some(id) = self.ended(pick) else { return };
        let available = self.model.available();
        let before = self.world.requests[&id].clone();
        let manual = before.charge().is_some_and(|charge| charge.basis == Basis::Resolution)
            || before.reason() == Some(ReasonCode::ReleasedByOperator);
        let (cost, basis, actor) = (NanoUsd::from_nanos(nanos), Basis::ProviderUsage, Actor::Operator);
        let command =
            Command::Adjust(Adjust { id: self.world.command_id(), org: ORG, request: id, cost, basis, actor });
        self.world.request(&command);
        self.asked.push((command, None));
        let fact = self.fact(id);
        let (delta, overrun) = (nanos - fact.cost, fact.cost - fact.paid);
        fact.cost = nanos;
        if !manual {
            fact.paid += if delta > 0 { delta.min(available) } else { delta + overrun.min(-delta) };
        }
    }

    fn again(&mut self, pick: usize) {
        if self.asked.is_empty() {
            return;
        }
        let (command, _) = self.asked[pick % self.asked.len()].clone();
        let (seq, meters) = (self.world.snapshot.head().seq, self.world.meters.clone());
        self.world.apply(&command).unwrap();
        assert_eq!((self.world.snapshot.head().seq, &self.world.meters), (seq, &meters), "a replay moved something");
    }

    fn compare(&self) {
        let wallet = self.world.account(AccountOwner::Wallet);
        assert_eq!(wallet.available().nanos(), self.model.available());
        assert!(wallet.posted >= wallet.held);
        let month = upivia_domain::budget::Period::Month(Zone::UTC.month(self.world.now));
        for n in 0..2 {
            let window = upivia_domain::budget::Window {
                scope: upivia_domain::budget::Scope::Agent(agent_id(n)),
                period: month,
            };
            let meter = self.world.meters.get(&MeterKey::Window(Mode::Live, window)).copied().unwrap_or_default();
            assert_eq!((meter.posted.nanos() + meter.held.nanos()), self.model.in_month(self.world.now, Some(n)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: decisions, balances and windows are those of the model, and the rows verify.
    #[test]
    fn the_ledger_is_the_model(steps in prop::collection::vec(step(), 1..60)) {
        let mut run = Run::new();
        for step in &steps {
            run.take(step);
            run.compare();
        }
        run.world.verify();
    }
}
