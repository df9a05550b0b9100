//! Random trees under one root, random commands in random order: no tree does more than its root may, money neither comes nor
//! goes, and what nobody spent is back in the end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use support::{NODE, ORG, World, agent, agent_id, key_id, operation};
use upivia_domain::{
    CommandId, CredentialId, Mode, NanoUsd, RequestId,
    agent::{AgentStatus, MAX_DEPTH, Origin},
    binding::BindingTerms,
    budget::{Account, AccountOwner, LimitUnit, MeterKey, Period, Scope, SystemAccount, Window},
    dispatch::{Basis, RequestState, ServiceRequest},
    identity::{Actor, CredentialStatus},
    ledger::{
        Adjust, Admit, Approve, Command, MarkUnknown, Outcome, Refusal, ReturnUnspent, Spawn, SpawnProblem,
        TransferPurpose,
    },
    policy::{AgentPolicy, CredentialPolicy},
    time::Zone,
};

const WALLET: i64 = 700;
const MONTH_CAP: i64 = 450;
const AGENT_CAP: i64 = 600;
const DAY_COUNT: u32 = 9;
const THRESHOLD: i64 = 60;

#[derive(Debug, Clone)]
enum Step {
    Spawn { parent: usize, nanos: i64, mode: Mode, narrow: Option<i64> },
    Admit { agent: usize, nanos: i64, mode: Mode },
    Approve { pick: usize },
    Settle { pick: usize, part: i64 },
    Fail { pick: usize, never_sent: bool },
    Unknown { pick: usize },
    Adjust { pick: usize, nanos: i64 },
    Pause { agent: usize },
    Unbind { agent: usize },
    End { agent: usize },
    Sweep,
    Wait { seconds: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (pick, agent) = (0_usize..1_000, 0_usize..1_000);
    let mode = || prop_oneof![3 => Just(Mode::Live), 1 => Just(Mode::Test)];
    prop_oneof![
        4 => (agent.clone(), 0_i64..250, mode(), prop::option::weighted(0.3, 0_i64..100))
            .prop_map(|(parent, nanos, mode, narrow)| Step::Spawn { parent, nanos, mode, narrow }),
        8 => (agent.clone(), 1_i64..90, mode()).prop_map(|(agent, nanos, mode)| Step::Admit { agent, nanos, mode }),
        1 => pick.clone().prop_map(|pick| Step::Approve { pick }),
        4 => (pick.clone(), 0_i64..=100).prop_map(|(pick, part)| Step::Settle { pick, part }),
        1 => (pick.clone(), any::<bool>()).prop_map(|(pick, never_sent)| Step::Fail { pick, never_sent }),
        1 => pick.clone().prop_map(|pick| Step::Unknown { pick }),
        2 => (pick, 0_i64..90).prop_map(|(pick, nanos)| Step::Adjust { pick, nanos }),
        1 => agent.clone().prop_map(|agent| Step::Pause { agent }),
        1 => agent.clone().prop_map(|agent| Step::Unbind { agent }),
        2 => agent.prop_map(|agent| Step::End { agent }),
        1 => Just(Step::Sweep),
        // Never beyond the month.
        1 => (0_i64..20_000).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

fn terms() -> BindingTerms {
    BindingTerms {
        month_cap: Some(NanoUsd::from_nanos(MONTH_CAP)),
        day_count: Some(DAY_COUNT),
        approval_threshold: Some(NanoUsd::from_nanos(THRESHOLD)),
    }
}

struct Run {
    world: World,
    /// How many agents there are; 0 is the root.
    agents: u8,
    approved: HashSet<RequestId>,
    given_back: HashSet<RequestId>,
    /// What late evidence added to costs, which nobody could have refused.
    late: HashMap<Mode, i64>,
}

impl Run {
    fn new() -> Self {
        let root = AgentPolicy { month_cap: Some(NanoUsd::from_nanos(AGENT_CAP)), ..agent(0, terms()) };
        let mut world = World::with([root], WALLET);
        let (from, to) = (Account::System(SystemAccount::External), Account::Owned(AccountOwner::Wallet));
        let Command::Transfer(funding) = world.transfer(from, to, WALLET, TransferPurpose::Funding) else { panic!() };
        world.apply(&Command::Transfer(upivia_domain::ledger::Transfer { mode: Mode::Test, ..funding })).unwrap();
        let (approved, given_back, late) = Default::default();
        Self { world, agents: 1, approved, given_back, late }
    }

    fn one(&self, pick: usize) -> u8 {
        u8::try_from(pick % usize::from(self.agents)).unwrap()
    }

    fn policy(&self, n: u8) -> &AgentPolicy {
        &self.world.snapshot.policy.agents[&agent_id(n)]
    }

    fn meter(&self, key: &MeterKey) -> (i64, i64) {
        let meter = self.world.meters.get(key).copied().unwrap_or_default();
        (meter.posted.nanos(), meter.held.nanos())
    }

    fn account(&self, mode: Mode, owner: AccountOwner) -> (i64, i64) {
        self.meter(&MeterKey::Account(mode, owner))
    }

    fn funds(&self, mode: Mode, n: u8) -> i64 {
        let owner = if n == 0 { AccountOwner::Wallet } else { AccountOwner::Agent(agent_id(n)) };
        let (posted, held) = self.account(mode, owner);
        posted - held
    }

    fn root_month(&self, mode: Mode) -> i64 {
        let period = Period::Month(Zone::UTC.month(self.world.now));
        let (posted, held) = self.meter(&MeterKey::Window(mode, Window { scope: Scope::Agent(agent_id(0)), period }));
        posted + held
    }

    fn is_active(&self, n: u8) -> bool {
        let path = self.policy(n).ancestors.iter().chain([&self.policy(n).id]);
        path.map(|id| &self.world.snapshot.policy.agents[id]).all(|one| one.status == AgentStatus::Active)
    }

    /// The agent's key of that mode; whoever has none tries another one's.
    fn key(&self, n: u8, mode: Mode) -> CredentialId {
        let own = self.policy(n).credentials.iter().find(|(_, key)| key.mode == mode).map(|(id, _)| *id);
        own.unwrap_or(match mode {
            Mode::Live => key_id(100),
            Mode::Test => key_id(0),
        })
    }

    fn below(&self, n: u8) -> Vec<u8> {
        let mut below: Vec<u8> =
            (0..self.agents).filter(|one| self.policy(*one).ancestors.contains(&agent_id(n))).collect();
        below.sort_by_key(|one| std::cmp::Reverse(self.policy(*one).ancestors.len()));
        below
    }

    fn requests(&self, wanted: impl Fn(&ServiceRequest) -> bool) -> Vec<RequestId> {
        let mut ids: Vec<_> = self.world.requests.values().filter(|one| wanted(one)).map(|one| one.id).collect();
        ids.sort_unstable();
        ids
    }

    fn picked(&self, pick: usize, wanted: impl Fn(&ServiceRequest) -> bool) -> Option<RequestId> {
        let ids = self.requests(wanted);
        (!ids.is_empty()).then(|| ids[pick % ids.len()])
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Spawn { parent, nanos, mode, narrow } => self.spawn(self.one(parent), nanos, mode, narrow),
            Step::Admit { agent, nanos, mode } => self.admit(self.one(agent), nanos, mode),
            Step::Approve { pick } => self.approve(pick),
            Step::Settle { pick, part } => {
                let Some(id) = self.picked(pick, |one| one.state.holds_money()) else { return };
                let cost = self.world.requests[&id].held_amount().nanos() * part / 100;
                let command = self.world.settle(id, cost);
                self.world.request(&command);
            }
            Step::Fail { pick, never_sent } => {
                let Some(id) = self.picked(pick, |one| one.state.holds_money()) else { return };
                let command = self.world.fail(id, never_sent);
                if self.world.apply(&command).is_ok() && never_sent {
                    self.given_back.insert(id);
                }
            }
            Step::Unknown { pick } => {
                let Some(request) = self.picked(pick, |one| one.state == RequestState::Dispatching) else { return };
                let id = self.world.command_id();
                self.world.request(&Command::MarkUnknown(MarkUnknown { id, org: ORG, request, owner: NODE }));
            }
            Step::Adjust { pick, nanos } => self.adjust(pick, nanos),
            Step::Pause { agent } => self.toggle(self.one(agent)),
            Step::Unbind { agent } => self.unbind(self.one(agent)),
            Step::End { agent } => self.end(self.one(agent)),
            Step::Sweep => self.sweep(),
            Step::Wait { seconds } => self.world.now = self.world.now.plus_seconds(seconds),
        }
    }

    fn spawn(&mut self, parent: u8, nanos: i64, mode: Mode, narrow: Option<i64>) {
        let child = self.agents;
        let ancestors: Vec<_> = self.policy(parent).ancestors.iter().copied().chain([agent_id(parent)]).collect();
        let narrowing = BindingTerms { month_cap: narrow.map(NanoUsd::from_nanos), ..BindingTerms::default() };
        let bindings =
            self.policy(parent).bindings.iter().map(|(name, own)| (name.clone(), own.narrowed_by(&narrowing)));
        let key = CredentialPolicy { mode, status: CredentialStatus::ACTIVE };
        let row = AgentPolicy {
            own_account: true,
            ancestors: ancestors.clone(),
            bindings: bindings.collect(),
            credentials: HashMap::from([(key_id(child), key)]),
            ..agent(child, BindingTerms::default())
        };
        let fits = nanos == 0
            || self.funds(mode, parent) >= nanos && (parent != 0 || self.root_month(mode) + nanos <= AGENT_CAP);
        let has_key = self.policy(parent).credentials.values().any(|key| key.mode == mode);
        let is_active = self.is_active(parent);
        let command = Command::Spawn(Spawn {
            id: self.world.command_id(),
            org: ORG,
            mode,
            parent: agent_id(parent),
            credential: self.key(parent, mode),
            child: agent_id(child),
            amount: NanoUsd::from_nanos(nanos),
            asked: None,
            trace: None,
        });
        self.world.put(row);
        match self.world.apply(&command) {
            Ok(Outcome::Spawned { origin, .. }) => {
                assert!(fits && has_key && is_active && ancestors.len() <= MAX_DEPTH);
                self.adopt(child, *origin);
                let meters = self.world.meters.clone();
                assert!(matches!(self.world.apply(&command), Ok(Outcome::Spawned { .. })));
                assert_eq!(self.world.meters, meters, "a replay moved something");
                return;
            }
            Err(Refusal::CredentialRevoked) => assert!(!has_key),
            Err(Refusal::Unspawnable(SpawnProblem::TooDeep)) => assert!(ancestors.len() > MAX_DEPTH),
            Err(Refusal::NotNow(reasons)) => assert!(!reasons.is_empty() && (!fits || !is_active), "{reasons:?}"),
            other => panic!("{other:?}"),
        }
        self.world.snapshot.policy.agents.remove(&agent_id(child));
    }

    fn adopt(&mut self, child: u8, origin: Origin) {
        self.agents += 1;
        self.world.edit(child, |row| row.origin = Some(origin));
    }

    fn admission(&mut self, n: u8, nanos: i64, mode: Mode) -> Admit {
        let credential = self.key(n, mode);
        Admit { credential, mode, ..self.world.admit(n, nanos) }
    }

    fn admit(&mut self, n: u8, nanos: i64, mode: Mode) {
        let admit = self.admission(n, nanos, mode);
        let is_active = self.is_active(n);
        let bound = self
            .policy(n)
            .ancestors
            .iter()
            .chain([&agent_id(n)])
            .all(|id| self.world.snapshot.policy.agents[id].bindings.contains_key(&operation("email.send")));
        match self.world.apply(&Command::Admit(Box::new(admit))) {
            Ok(Outcome::Request { request, .. }) if request.state == RequestState::Dispatching => {
                assert!(is_active && bound && nanos <= THRESHOLD, "less approval than the root allows");
            }
            Ok(Outcome::Request { request, .. }) => assert_ne!(request.state, RequestState::Executed),
            Err(Refusal::CredentialRevoked) => {
                assert!(self.policy(n).credentials.values().all(|key| key.mode != mode));
            }
            other => panic!("{other:?}"),
        }
    }

    fn approve(&mut self, pick: usize) {
        let Some(id) = self.picked(pick, |one| one.state == RequestState::ApprovalRequired) else { return };
        let asked = self.world.requests[&id].clone();
        let n = (0..self.agents).find(|n| agent_id(*n) == asked.agent).unwrap();
        let fresh = self.admission(n, asked.estimate.nanos(), asked.mode);
        let admit = Admit { id, content: asked.content.clone(), credential: asked.credential, ..fresh };
        let (approval, command) = (asked.approval.unwrap().0, self.world.command_id());
        let approve = Approve { id: command, approval, actor: Actor::Operator, admit };
        match self.world.apply(&Command::Approve(Box::new(approve))) {
            Ok(Outcome::Request { request, .. }) if request.state == RequestState::Dispatching => {
                self.approved.insert(id);
            }
            Ok(_) | Err(Refusal::NotNow(_)) => {}
            other => panic!("{other:?}"),
        }
    }

    fn adjust(&mut self, pick: usize, nanos: i64) {
        let ended = |one: &ServiceRequest| {
            matches!(one.state, RequestState::Executed | RequestState::Failed) && !one.held_amount().is_zero()
        };
        let Some(request) = self.picked(pick, ended) else { return };
        let before = self.world.requests[&request].clone();
        let was = before.charge().map_or(0, |charge| charge.cost.nanos());
        let (id, cost) = (self.world.command_id(), NanoUsd::from_nanos(nanos));
        let adjust = Adjust { id, org: ORG, request, cost, basis: Basis::ProviderUsage, actor: Actor::Operator };
        self.world.request(&Command::Adjust(adjust));
        *self.late.entry(before.mode).or_default() += (nanos - was).max(0);
    }

    fn toggle(&mut self, n: u8) {
        self.world.edit(n, |row| {
            row.status = match row.status {
                AgentStatus::Active => AgentStatus::Paused,
                AgentStatus::Paused => AgentStatus::Active,
                other => other,
            }
        });
    }

    fn unbind(&mut self, n: u8) {
        let alive = matches!(self.policy(n).status, AgentStatus::Active | AgentStatus::Paused);
        self.world.edit(n, |row| {
            let name = operation("email.send");
            if row.bindings.remove(&name).is_none() && alive {
                row.bindings.insert(name, terms());
            }
        });
    }

    /// As the use-case does: the youngest generation first.
    fn end(&mut self, n: u8) {
        if n == 0 {
            return;
        }
        for one in self.below(n).into_iter().chain([n]) {
            if matches!(self.policy(one).status, AgentStatus::Ending | AgentStatus::Deleted) {
                continue;
            }
            self.world.edit(one, |row| {
                (row.status, row.bindings, row.credentials) = (AgentStatus::Ending, HashMap::new(), HashMap::new());
            });
            self.give_back(one);
            self.finish(one);
        }
    }

    fn sweep(&mut self) {
        for one in
            (0..self.agents).rev().filter(|one| self.policy(*one).status == AgentStatus::Ending).collect::<Vec<_>>()
        {
            self.finish(one);
        }
    }

    fn finish(&mut self, n: u8) {
        let open = self.requests(|one| one.agent == agent_id(n) && one.state.holds_money());
        let waits = self.below(n).into_iter().any(|one| self.policy(one).status != AgentStatus::Deleted);
        if open.is_empty() && !waits {
            self.world.edit(n, |row| row.status = AgentStatus::Deleted);
            self.give_back(n);
        }
    }

    fn give_back(&mut self, n: u8) {
        let id: CommandId = self.world.command_id();
        let command = ReturnUnspent { id, org: ORG, agent: agent_id(n), actor: Actor::Operator, trace: None };
        self.world.apply(&Command::ReturnUnspent(command)).unwrap();
    }

    fn compare(&self) {
        for mode in [Mode::Live, Mode::Test] {
            self.compare_money(mode);
            self.compare_limits(mode);
        }
        for n in 0..self.agents {
            let modes: HashSet<Mode> = self.policy(n).credentials.values().map(|key| key.mode).collect();
            assert!(n == 0 || modes.len() <= 1, "a key of another mode");
        }
    }

    /// Neither comes nor goes.
    fn compare_money(&self, mode: Mode) {
        let owners = (1..self.agents).map(|n| AccountOwner::Agent(agent_id(n))).chain([AccountOwner::Wallet]);
        let accounts: Vec<_> = owners.map(|owner| self.account(mode, owner)).collect();
        assert!(accounts.iter().all(|(posted, held)| posted >= held && *held >= 0), "{accounts:?}");
        let paid: i64 = self.of(mode).map(|one| cost(one) - overrun(one)).sum();
        assert_eq!(accounts.iter().map(|(posted, _)| posted).sum::<i64>() + paid, WALLET);
        for n in (1..self.agents).filter(|n| self.policy(*n).status == AgentStatus::Deleted) {
            assert_eq!(self.account(mode, AccountOwner::Agent(agent_id(n))), (0, 0), "an ended agent has nothing");
        }
    }

    fn of(&self, mode: Mode) -> impl Iterator<Item = &ServiceRequest> {
        self.world.requests.values().filter(move |one| one.mode == mode)
    }

    /// The whole tree against what its root may alone.
    fn compare_limits(&self, mode: Mode) {
        let late = self.late.get(&mode).copied().unwrap_or_default();
        let promised =
            |one: &ServiceRequest| cost(one) + if one.state.holds_money() { one.held_amount().nanos() } else { 0 };
        let spent: i64 = self.of(mode).map(promised).sum();
        assert!(spent <= MONTH_CAP + late, "{spent} in the month of one operation");
        let free: i64 = (1..self.agents).map(|n| self.funds(mode, n)).sum();
        assert!(spent + free <= AGENT_CAP + late, "{spent} and {free} to spend");
        let today = Period::Day(Zone::UTC.day(self.world.now));
        let counts = |one: &&ServiceRequest| {
            let windows = one.hold.iter().flat_map(|hold| hold.windows.iter());
            let mut units = windows.filter(|held| held.unit == LimitUnit::Requests && held.window.period == today);
            !self.given_back.contains(&one.id) && units.next().is_some()
        };
        assert!(self.of(mode).filter(counts).count() <= usize::try_from(DAY_COUNT).unwrap(), "more requests in a day");
        let alone = |one: &&ServiceRequest| one.state.holds_money() && !self.approved.contains(&one.id);
        assert!(self.of(mode).filter(alone).all(|one| one.estimate.nanos() <= THRESHOLD));
    }

    /// Everything ends: whatever was not spent is in the wallet again, and counts nowhere.
    fn finish_all(&mut self) {
        for id in self.requests(|one| one.state.holds_money()) {
            let command = self.world.settle(id, 1);
            self.world.request(&command);
        }
        (1..self.agents).for_each(|n| self.end(n));
        self.sweep();
        self.compare();
        for mode in [Mode::Live, Mode::Test] {
            assert!((1..self.agents).all(|n| self.policy(n).status == AgentStatus::Deleted));
            let paid: i64 = self.of(mode).map(|one| cost(one) - overrun(one)).sum();
            assert_eq!(self.account(mode, AccountOwner::Wallet), (WALLET - paid, 0));
            let own: i64 = self.of(mode).filter(|one| one.agent == agent_id(0)).map(overrun).sum();
            assert_eq!(self.root_month(mode), paid + own, "only what was spent counts as given");
        }
        self.world.verify();
    }
}

fn cost(request: &ServiceRequest) -> i64 {
    request.charge().map_or(0, |charge| charge.cost.nanos())
}

fn overrun(request: &ServiceRequest) -> i64 {
    request.charge().map_or(0, |charge| charge.overrun.nanos())
}

fn live_meters(run: &Run) -> HashMap<MeterKey, (i64, i64, i64)> {
    let is_live = |key: &MeterKey| matches!(key, MeterKey::Account(Mode::Live, _) | MeterKey::Window(Mode::Live, _));
    let figures = run.world.meters.iter().filter(|(key, _)| is_live(key));
    figures.map(|(key, meter)| (key.clone(), (meter.posted.nanos(), meter.held.nanos(), meter.count))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Never more money in all, nor per operation and month, nor more requests a day, nor less approval than the root allows.
    #[test]
    fn no_tree_does_more_than_its_root_may(steps in prop::collection::vec(step(), 1..60)) {
        let mut run = Run::new();
        for step in &steps {
            let before = live_meters(&run);
            run.take(step);
            run.compare();
            if matches!(step, Step::Spawn { mode: Mode::Test, .. } | Step::Admit { mode: Mode::Test, .. }) {
                assert_eq!(live_meters(&run), before, "a test key moved live money");
            }
        }
        run.world.verify();
        run.finish_all();
    }
}
