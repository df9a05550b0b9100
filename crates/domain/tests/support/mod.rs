//! A small world around one snapshot: it loads what the ledger asks for, as an adapter does, and keeps every row.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::{collections::HashMap, sync::Arc};

use serde_json::json;
use upivia_domain::{
    AgentId, ApprovalId, CommandId, CredentialId, Mode, NanoUsd, NodeId, OrgId, RequestId, TeamId, Timestamp, UserId,
    agent::AgentStatus,
    audit::{ChainVerifier, JournalEvent},
    binding::BindingTerms,
    budget::{Account, AccountOwner, Meter, MeterKey, SystemAccount},
    catalog::OperationName,
    dispatch::{Basis, Content, IdempotencyKey, ProviderName, ServiceRequest},
    identity::{Actor, CredentialStatus},
    ledger::{
        Admit, AdmitKind, ApprovalTerms, Command, Evidence, Fail, LedgerVerifier, OrgHead, Outcome, Refusal, Screening,
        Settle, Snapshot, Start, Transfer, TransferPurpose, apply, meters_needed,
    },
    policy::{AgentPolicy, CredentialPolicy},
    time::{Calendar, Zone},
};
use uuid::Uuid;

pub const ORG: OrgId = OrgId::new(Uuid::from_u128(1));
pub const NODE: NodeId = NodeId::new(Uuid::from_u128(2));
pub const OWNER: UserId = UserId::new(Uuid::from_u128(3));
pub const TEAM: TeamId = TeamId::new(Uuid::from_u128(4));
pub const TERMS: ApprovalTerms = ApprovalTerms { lifetime_seconds: 3_600, most_pending: 20 };

pub fn agent_id(n: u8) -> AgentId {
    AgentId::new(Uuid::from_u128(100 + u128::from(n)))
}

pub fn key_id(n: u8) -> CredentialId {
    CredentialId::new(Uuid::from_u128(200 + u128::from(n)))
}

pub fn operation(name: &str) -> OperationName {
    name.parse().unwrap()
}

/// An agent with a live key, a test key and one binding for `email.send`.
pub fn agent(n: u8, terms: BindingTerms) -> AgentPolicy {
    let key = |mode| CredentialPolicy { mode, status: CredentialStatus::ACTIVE };
    AgentPolicy {
        id: agent_id(n),
        status: AgentStatus::Active,
        owner: OWNER,
        own_account: false,
        month_cap: None,
        ancestors: Vec::new(),
        origin: None,
        team: None,
        allocation: None,
        bindings: HashMap::from([(operation("email.send"), terms)]),
        credentials: HashMap::from([(key_id(n), key(Mode::Live)), (key_id(n + 100), key(Mode::Test))]),
        tasks: Vec::new(),
    }
}

pub struct World {
    pub snapshot: Snapshot,
    pub now: Timestamp,
    pub journal: Vec<JournalEvent>,
    pub requests: HashMap<RequestId, ServiceRequest>,
    pub meters: HashMap<MeterKey, Meter>,
    next: u128,
}

impl World {
    pub fn new() -> Self {
        let now = Timestamp::parse("2026-03-10T12:00:00Z").unwrap();
        let snapshot = Snapshot::new(OrgHead::new(ORG, Calendar::of(Zone::UTC), now));
        Self { snapshot, now, journal: Vec::new(), requests: HashMap::new(), meters: HashMap::new(), next: 1_000 }
    }

    pub fn with(agents: impl IntoIterator<Item = AgentPolicy>, wallet_nanos: i64) -> Self {
        let mut world = Self::new();
        agents.into_iter().for_each(|agent| world.put(agent));
        if wallet_nanos > 0 {
            world.fund(AccountOwner::Wallet, wallet_nanos);
        }
        world
    }

    pub fn put(&mut self, agent: AgentPolicy) {
        self.snapshot.policy.agents.insert(agent.id, Arc::new(agent));
    }

    pub fn edit(&mut self, n: u8, change: impl FnOnce(&mut AgentPolicy)) {
        let mut agent = (**self.snapshot.policy.agents.get(&agent_id(n)).unwrap()).clone();
        change(&mut agent);
        self.put(agent);
    }

    pub fn fund(&mut self, owner: AccountOwner, nanos: i64) {
        let transfer = self.transfer(
            Account::System(SystemAccount::External),
            Account::Owned(owner),
            nanos,
            TransferPurpose::Funding,
        );
        self.apply(&transfer).unwrap();
    }

    pub fn uuid(&mut self) -> Uuid {
        self.next += 1;
        Uuid::from_u128(self.next)
    }

    pub fn command_id(&mut self) -> CommandId {
        CommandId::new(self.uuid())
    }

    pub fn transfer(&mut self, from: Account, to: Account, nanos: i64, purpose: TransferPurpose) -> Command {
        Command::Transfer(Transfer {
            id: self.command_id(),
            org: ORG,
            mode: Mode::Live,
            from,
            to,
            amount: NanoUsd::from_nanos(nanos),
            purpose,
            actor: Actor::Operator,
            note: "test".to_owned(),
            trace: None,
        })
    }

    pub fn admit(&mut self, n: u8, nanos: i64) -> Admit {
        let name = operation("email.send");
        let uuid = self.uuid();
        Admit {
            id: RequestId::new(uuid),
            org: ORG,
            agent: agent_id(n),
            credential: key_id(n),
            mode: Mode::Live,
            idempotency_key: None,
            content: Content::new(agent_id(n), &name, &json!({ "nanos": nanos }), None, [7; 16]),
            operation: name,
            kind: AdmitKind::Dispatch(Start::DispatchNow),
            screening: Screening::Accepted { estimate: NanoUsd::from_nanos(nanos), applied_max_tokens: None },
            price_version: Some(1),
            provider: Some(ProviderName::new("sandbox")),
            contexts: Vec::new(),
            owner: NODE,
            approval: (ApprovalId::new(uuid), TERMS),
            trace: None,
        }
    }

    pub fn keyed(&mut self, n: u8, nanos: i64, key: &str) -> Admit {
        Admit { idempotency_key: Some(key.parse::<IdempotencyKey>().unwrap()), ..self.admit(n, nanos) }
    }

    pub fn settle(&mut self, request: RequestId, nanos: i64) -> Command {
        Command::Settle(Settle {
            id: self.command_id(),
            org: ORG,
            request,
            evidence: Evidence::Owner(NODE),
            cost: NanoUsd::from_nanos(nanos),
            basis: Basis::ProviderUsage,
            result: Arc::new(json!({ "ok": true })),
            external_id: None,
        })
    }

    pub fn fail(&mut self, request: RequestId, never_sent: bool) -> Command {
        let code = upivia_domain::budget::ReasonCode::AdapterError;
        let evidence = Evidence::Owner(NODE);
        Command::Fail(Fail {
            id: self.command_id(),
            org: ORG,
            request,
            evidence,
            code,
            detail: "no".to_owned(),
            charge: None,
            never_sent,
        })
    }

    /// Loads what the command needs, applies it, and keeps what changed.
    pub fn apply(&mut self, command: &Command) -> Result<Outcome, Refusal> {
        for key in meters_needed(&self.snapshot, command, self.now) {
            let stored = self.meters.get(&key).copied();
            self.snapshot.load_meter(key, stored);
        }
        let result = apply(&mut self.snapshot, command, self.now);
        let changes = self.snapshot.changes();
        if result.is_err() {
            assert!(changes.journal.is_empty() && changes.new_requests.is_empty(), "a refused command wrote something");
            assert!(
                changes.new_meters.is_empty()
                    && changes.changed_meters.is_empty()
                    && changes.changed_requests.is_empty()
            );
        }
        self.meters.extend(changes.new_meters.into_iter().chain(changes.changed_meters));
        self.journal.extend(changes.journal);
        let changed = changes.changed_requests.into_iter().map(|(_, request)| request);
        self.requests.extend(changes.new_requests.into_iter().chain(changed).map(|request| (request.id, request)));
        result
    }

    /// Applies a command on a request that must not be refused.
    pub fn request(&mut self, command: &Command) -> ServiceRequest {
        match self.apply(command).unwrap() {
            Outcome::Request { request, .. } => *request,
            Outcome::Recorded { .. } | Outcome::Spawned { .. } => panic!("not a request"),
        }
    }

    pub fn admitted(&mut self, n: u8, nanos: i64) -> ServiceRequest {
        let admit = self.admit(n, nanos);
        self.request(&Command::Admit(Box::new(admit)))
    }

    pub fn account(&self, owner: AccountOwner) -> Meter {
        self.meters.get(&MeterKey::Account(Mode::Live, owner)).copied().unwrap_or_default()
    }

    /// Every invariant that rows can prove.
    pub fn verify(&self) {
        let mut chain = ChainVerifier::new(ORG);
        self.journal.iter().try_for_each(|event| chain.push(event)).unwrap();
        chain.finish(self.snapshot.head().seq, &self.snapshot.head().hash).unwrap();
        let mut ledger = LedgerVerifier::new(ORG);
        self.journal.iter().try_for_each(|event| ledger.event(event)).unwrap();
        self.requests.values().try_for_each(|request| ledger.request(request)).unwrap();
        self.meters.iter().try_for_each(|(key, meter)| ledger.meter(key, meter)).unwrap();
        ledger.finish(self.snapshot.head()).unwrap();
    }
}
