//! Delegated tasks: one is counted without being named, several have to be told apart, and no cap is ever passed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use proptest::prelude::*;
use serde_json::json;
use support::{World, agent, agent_id, operation};
use upivia_domain::{
    DelegationId, Mode, NanoUsd, RequestId,
    binding::BindingTerms,
    budget::{AccountOwner, Meter, MeterKey, Period, ReasonCode, Scope, Window},
    catalog::PayloadProblem,
    dispatch::{RequestState, ServiceRequest},
    ledger::{Admit, AdmitKind, Command, Refusal},
    policy::{AgentPolicy, SpendContext, TaskTerms},
};
use uuid::Uuid;

const FREE: BindingTerms = BindingTerms { month_cap: None, day_count: None, approval_threshold: None };
const FIELD: &str = "metadata.delegated_task_id";

fn task_id(n: u8) -> DelegationId {
    DelegationId::new(Uuid::from_u128(300 + u128::from(n)))
}

fn task(n: u8, cap: Option<i64>) -> TaskTerms {
    TaskTerms { id: task_id(n), cap: cap.map(NanoUsd::from_nanos), operations: None }
}

fn with_tasks(tasks: Vec<TaskTerms>) -> World {
    World::with([AgentPolicy { tasks, ..agent(0, FREE) }], 10_000)
}

/// A request that names these tasks.
fn ask(world: &mut World, n: u8, nanos: i64, named: &[u8]) -> Result<ServiceRequest, Refusal> {
    let contexts = named.iter().map(|n| SpendContext::Delegation(task_id(*n))).collect();
    let admit = Admit { contexts, ..world.admit(n, nanos) };
    world.apply(&Command::Admit(Box::new(admit))).map(|outcome| match outcome {
        upivia_domain::ledger::Outcome::Request { request, .. } => *request,
        _ => panic!("not a request"),
    })
}

/// What a task shows.
fn meter(world: &World, n: u8) -> Meter {
    let window = Window { scope: Scope::Delegation(task_id(n)), period: Period::Life };
    world.meters.get(&MeterKey::Window(Mode::Live, window)).copied().unwrap_or_default()
}

/// Ends a task as a use-case does: it is no more among the open ones, but still known to have been this agent's.
fn end(world: &mut World, n: u8) {
    world.edit(0, |agent| agent.tasks.retain(|task| task.id != task_id(n)));
    world.snapshot.policy.given.insert(task_id(n), agent_id(0));
}

#[track_caller]
fn blocked(request: &ServiceRequest, code: ReasonCode) {
    let reason = request.reasons.first().map(|reason| (reason.code, reason.scope));
    assert_eq!((request.state, reason), (RequestState::Blocked, Some((code, "delegation"))), "{:?}", request.reasons);
}

#[track_caller]
fn names_the_field(refused: Result<ServiceRequest, Refusal>) {
    match refused {
        Err(Refusal::InvalidPayload(PayloadProblem { field, .. })) => assert_eq!(field, FIELD),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_only_open_task_counts_whether_it_is_named_or_not() {
    let mut world = with_tasks(vec![task(1, Some(100))]);
    assert_eq!(ask(&mut world, 0, 60, &[]).unwrap().state, RequestState::Dispatching);
    blocked(&ask(&mut world, 0, 41, &[]).unwrap(), ReasonCode::AgentBudgetExceeded);
    assert_eq!(ask(&mut world, 0, 40, &[1]).unwrap().state, RequestState::Dispatching);
    let full = ask(&mut world, 0, 1, &[]).unwrap();
    blocked(&full, ReasonCode::AgentBudgetExceeded);
    let reason = &full.reasons[0];
    assert_eq!((reason.limit, reason.held, reason.requested, reason.resets_at), (Some(100), 100, 1, None));
    world.verify();
}

#[test]
fn of_several_open_tasks_one_is_named() {
    let mut world = with_tasks(vec![task(1, Some(10)), task(2, None)]);
    names_the_field(ask(&mut world, 0, 1, &[]));
    names_the_field(ask(&mut world, 0, 1, &[9]));
    ask(&mut world, 0, 7, &[1]).unwrap();
    ask(&mut world, 0, 900, &[2]).unwrap();
    assert_eq!((meter(&world, 1).held.nanos(), meter(&world, 2).held.nanos()), (7, 900));
    world.verify();
}

#[test]
fn a_task_that_is_over_has_no_room_left_not_even_for_what_is_free() {
    let mut world = with_tasks(vec![task(1, Some(100)), task(2, Some(100))]);
    ask(&mut world, 0, 30, &[1]).unwrap();
    end(&mut world, 1);
    for nanos in [1, 0] {
        let refused = ask(&mut world, 0, nanos, &[1]).unwrap();
        blocked(&refused, ReasonCode::AgentBudgetExceeded);
        assert_eq!((refused.reasons[0].limit, refused.reasons[0].retryable), (Some(30), false));
    }
    assert_eq!(ask(&mut world, 0, 100, &[]).unwrap().state, RequestState::Dispatching, "the other is the only one now");
    world.verify();
}

#[test]
fn a_task_narrows_what_is_bound_and_grants_nothing() {
    let only = |name: &str| TaskTerms { operations: Some(vec![operation(name)]), ..task(1, None) };
    let mut world = with_tasks(vec![only("web_search.search")]);
    blocked(&ask(&mut world, 0, 1, &[1]).unwrap(), ReasonCode::PolicyViolation);
    let search = Admit { operation: operation("web_search.search"), ..world.admit(0, 1) };
    let unbound = world.request(&Command::Admit(Box::new(search)));
    assert_eq!(unbound.reasons[0].scope, "binding", "what is not bound stays so");
    let mut world = with_tasks(vec![only("email.send")]);
    assert_eq!(ask(&mut world, 0, 1, &[]).unwrap().state, RequestState::Dispatching);
}

#[test]
fn a_task_is_told_after_the_agents_own_limit_and_before_the_wallet() {
    let mut world = with_tasks(vec![task(1, Some(3))]);
    world.edit(0, |agent| {
        agent.month_cap = Some(NanoUsd::from_nanos(5));
        let terms = BindingTerms { month_cap: Some(NanoUsd::from_nanos(4)), ..FREE };
        agent.bindings.insert(operation("email.send"), terms);
    });
    let refused = ask(&mut world, 0, 20_000, &[]).unwrap();
    let told: Vec<_> = refused.reasons.iter().map(|reason| (reason.code, reason.scope)).collect();
    let expected = [
        (ReasonCode::MonthlyBudgetExceeded, "binding"),
        (ReasonCode::AgentBudgetExceeded, "agent"),
        (ReasonCode::AgentBudgetExceeded, "delegation"),
        (ReasonCode::InsufficientBalance, "organization"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_descends_from_an_agent_counts_in_its_task_too() {
    let mut world = with_tasks(vec![task(1, Some(50))]);
    world.put(AgentPolicy { own_account: true, ancestors: vec![agent_id(0)], ..agent(1, FREE) });
    world.fund(AccountOwner::Agent(agent_id(1)), 1_000);
    ask(&mut world, 0, 20, &[]).unwrap();
    ask(&mut world, 1, 30, &[]).unwrap();
    blocked(&ask(&mut world, 1, 1, &[1]).unwrap(), ReasonCode::AgentBudgetExceeded);
    assert_eq!(meter(&world, 1).held.nanos(), 50);
    world.edit(1, |child| child.tasks = vec![task(2, Some(5))]);
    names_the_field(ask(&mut world, 0, 1, &[2]));
    world.verify();
}

#[test]
fn a_task_of_somebody_else_is_none_of_ones_own() {
    let mut world = with_tasks(vec![task(1, None)]);
    world.put(AgentPolicy { tasks: vec![task(2, None)], ..agent(1, FREE) });
    world.snapshot.policy.given.insert(task_id(2), agent_id(1));
    names_the_field(ask(&mut world, 0, 1, &[2]));
    assert_eq!(world.requests.len(), 0, "nothing was written");
}

#[test]
fn a_budget_report_tells_what_the_task_leaves() {
    let mut world = with_tasks(vec![task(1, Some(30_000_000))]);
    world.fund(AccountOwner::Wallet, 1_000_000_000);
    ask(&mut world, 0, 10_000_000, &[]).unwrap();
    let report = |world: &mut World| {
        let kind = AdmitKind::BudgetReport { about: agent_id(0) };
        let admit = Admit { kind, ..world.admit(0, 0) };
        world.request(&Command::Admit(Box::new(admit))).result.unwrap()
    };
    let told = report(&mut world);
    assert_eq!((&told["remaining_cents"], &told["delegated_tasks"][0]["remaining_cents"]), (&json!(2), &json!(2)));
    world.edit(0, |agent| agent.tasks.push(task(2, None)));
    let told = report(&mut world);
    assert_eq!((&told["remaining_cents"], &told["delegated_tasks"][1]["remaining_cents"]), (&json!(99), &json!(null)));
}

/// What may happen to two tasks of one agent.
#[derive(Debug, Clone)]
enum Step {
    Admit { task: u8, nanos: i64 },
    Settle { pick: usize, percent: i64 },
    Fail { pick: usize, never_sent: bool },
    Close { task: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1..=2_u8, 0..60_i64).prop_map(|(task, nanos)| Step::Admit { task, nanos }),
        3 => (any::<usize>(), 0..=100_i64).prop_map(|(pick, percent)| Step::Settle { pick, percent }),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(pick, never_sent)| Step::Fail { pick, never_sent }),
        1 => (1..=2_u8).prop_map(|task| Step::Close { task }),
    ]
}

/// A run of such steps, with what the tasks must show written down beside it.
struct Run {
    world: World,
    open: Vec<(RequestId, u8, i64)>,
    spent: [i64; 3],
    closed: [bool; 3],
}

const CAPS: [i64; 3] = [0, 100, 37];

impl Run {
    fn new() -> Self {
        let world = with_tasks(vec![task(1, Some(CAPS[1])), task(2, Some(CAPS[2]))]);
        Self { world, open: Vec::new(), spent: [0; 3], closed: [false; 3] }
    }

    fn held(&self, task: u8) -> i64 {
        self.open.iter().filter(|(_, of, _)| *of == task).map(|(_, _, nanos)| nanos).sum()
    }

    fn take(&mut self, pick: usize) -> Option<(RequestId, u8, i64)> {
        (!self.open.is_empty()).then(|| self.open.remove(pick % self.open.len()))
    }

    fn play(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Admit { task, nanos } => {
                let of = usize::from(task);
                let fits = !self.closed[of] && (nanos == 0 || self.spent[of] + self.held(task) + nanos <= CAPS[of]);
                let request = ask(&mut self.world, 0, nanos, &[task]).unwrap();
                prop_assert_eq!(request.state == RequestState::Dispatching, fits, "{:?}", request.reasons);
                if fits {
                    self.open.push((request.id, task, nanos));
                }
            }
            Step::Settle { pick, percent } => {
                if let Some((id, task, nanos)) = self.take(pick) {
                    let cost = nanos * percent / 100;
                    let settle = self.world.settle(id, cost);
                    self.world.request(&settle);
                    self.spent[usize::from(task)] += cost;
                }
            }
            Step::Fail { pick, never_sent } => {
                if let Some((id, ..)) = self.take(pick) {
                    let fail = self.world.fail(id, never_sent);
                    self.world.request(&fail);
                }
            }
            Step::Close { task } => {
                end(&mut self.world, task);
                self.closed[usize::from(task)] = true;
            }
        }
        Ok(())
    }

    /// What is spent and held for a task never exceeds its cap, and is what was done.
    fn holds(&self) -> Result<(), TestCaseError> {
        for task in 1..=2_u8 {
            let (of, meter) = (usize::from(task), meter(&self.world, task));
            let shown = (meter.posted.nanos(), meter.held.nanos());
            prop_assert_eq!(shown, (self.spent[of], self.held(task)));
            prop_assert!(shown.0 + shown.1 <= CAPS[of]);
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn no_task_ever_spends_more_than_its_cap(steps in proptest::collection::vec(step(), 1..120)) {
        let mut run = Run::new();
        for step in &steps {
            run.play(step)?;
            run.holds()?;
        }
        run.world.verify();
    }
}
