//! An organization with one agent, and the commands of its requests.

use std::{
    fmt::Debug,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::json;
use upivia_domain::{
    AgentId, CredentialId, Mode, NanoUsd, NodeId, OrgId, RequestId, Timestamp, UserId,
    agent::{Agent, AgentKind, AgentStatus, Character},
    audit::{NewEvent, Object},
    binding::{Binding, BindingTerms},
    budget::{Account, AccountOwner, SystemAccount},
    catalog::OperationName,
    dispatch::{Basis, Content, ProviderName},
    identity::{Actor, Credential, CredentialHash, CredentialKind, CredentialStatus, Email, Organization, User},
    ledger::{
        Admit, AdmitKind, ApprovalTerms, Command, Evidence, MarkUnknown, Screening, Settle, Start, TakeOver, Transfer,
        TransferPurpose,
    },
    ports::{Applied, ApplyMode, LedgerStore, LockWait, StoreError, Tx, transact},
    time::{Calendar, Zone},
};
use upivia_ports_tests::{NOON, TestClock};
use upivia_store::Store;

pub const FIRST: ApplyMode = ApplyMode { lock: LockWait::Wait, again: false };
pub const SKIP: ApplyMode = ApplyMode { lock: LockWait::Skip, again: false };

/// What the payload of every request says.
pub const SECRET_PAYLOAD: &str = "meet me at the analytical engine";
/// What the result of every request says.
pub const SECRET_RESULT: &str = "the engine answered";

/// A new id of the kind with that prefix: minted at noon, in order, none twice in one process.
pub fn fresh<T: FromStr<Err: Debug>>(prefix: &str) -> T {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let noon = RequestId::earliest(NOON).to_string();
    let (_, digits) = noon.split_once('_').unwrap();
    format!("{prefix}{}{:06}", &digits[..16], NEXT.fetch_add(1, Ordering::Relaxed)).parse().unwrap()
}

/// Noon, standing still.
pub fn clock() -> Arc<TestClock> {
    TestClock::at(NOON)
}

#[derive(Debug, Clone, Copy)]
pub struct Tenant {
    pub org: OrgId,
    pub agent: AgentId,
    pub credential: CredentialId,
    pub node: NodeId,
}

impl Tenant {
    /// Made through the unit of work, with ten dollars in the live wallet.
    pub async fn found(store: &Store) -> Self {
        let tenant = Self { org: fresh("org_"), agent: fresh("agt_"), credential: fresh("key_"), node: fresh("node_") };
        let made: Result<(), StoreError> =
            transact(store, &[OrgId::PLATFORM], move |tx| Box::pin(async move { tenant.write(tx).await })).await;
        made.unwrap();
        tenant
    }

    /// Its rows and its money, inside a transaction that holds the platform.
    pub async fn write(&self, tx: &mut dyn Tx) -> Result<(), StoreError> {
        let (now, owner): (_, UserId) = (tx.now(), fresh("usr_"));
        let email: Email = format!("{owner}@example.com").parse().unwrap();
        tx.users().insert(&User { id: owner, email, created_at: now }).await?;
        tx.append(OrgId::PLATFORM, event("user.created", owner)).await?;
        let name = "Analytical Engines".parse().unwrap();
        let calendar = Calendar::of(Zone::UTC);
        tx.organizations().insert(&Organization { id: self.org, name, calendar, created_at: now }).await?;
        tx.agents().insert(&self.agent_row(owner, now)).await?;
        tx.credentials().insert(&self.key_row(now)).await?;
        let binding = Binding { agent: self.agent, operation: operation(), terms: BindingTerms::default() };
        tx.bindings().put(self.org, &binding).await?;
        tx.append(self.org, event("organization.created", self.org)).await?;
        tx.apply(&self.funding(NanoUsd::cents(1_000))).await?.unwrap();
        Ok(())
    }

    fn agent_row(&self, owner: UserId, now: Timestamp) -> Agent {
        Agent {
            id: self.agent,
            org: self.org,
            team: None,
            owner,
            name: "Mail clerk".parse().unwrap(),
            description: None,
            icon: None,
            category: None,
            default_model_id: None,
            system_prompt: None,
            character: Character::default(),
            kind: AgentKind::Standard,
            status: AgentStatus::Active,
            month_cap: None,
            ancestors: Vec::new(),
            origin: None,
            created_at: now,
        }
    }

    fn key_row(&self, now: Timestamp) -> Credential {
        let mut hash = [7; 32];
        hash[..16].copy_from_slice(self.credential.uuid().as_bytes());
        Credential {
            id: self.credential,
            org: self.org,
            kind: CredentialKind::AgentKey { agent: self.agent, mode: Mode::Live },
            hash: CredentialHash(hash),
            label: "key".to_owned(),
            status: CredentialStatus::ACTIVE,
            created_at: now,
        }
    }

    /// Money that comes in.
    pub fn funding(&self, amount: NanoUsd) -> Command {
        Command::Transfer(Transfer {
            id: fresh("cmd_"),
            org: self.org,
            mode: Mode::Live,
            from: Account::System(SystemAccount::External),
            to: Account::Owned(AccountOwner::Wallet),
            amount,
            purpose: TransferPurpose::Funding,
            actor: Actor::Operator,
            note: "opening money".to_owned(),
            trace: None,
        })
    }

    /// A request for a cent.
    pub fn admission(&self, id: RequestId) -> Arc<Command> {
        let payload = json!({ "text": SECRET_PAYLOAD });
        let metadata = json!({ "label": SECRET_PAYLOAD });
        Arc::new(Command::Admit(Box::new(Admit {
            id,
            org: self.org,
            agent: self.agent,
            credential: self.credential,
            mode: Mode::Live,
            idempotency_key: Some(id.to_string().parse().unwrap()),
            content: Content::new(self.agent, &operation(), &payload, Some(&metadata), [3; 16]),
            operation: operation(),
            kind: AdmitKind::Dispatch(Start::DispatchNow),
            screening: Screening::Accepted { estimate: NanoUsd::cents(1), applied_max_tokens: Some(16) },
            price_version: Some(1),
            provider: Some(ProviderName::new("sandbox")),
            contexts: Vec::new(),
            owner: self.node,
            approval: (fresh("apr_"), ApprovalTerms { lifetime_seconds: 60, most_pending: 20 }),
            trace: None,
        })))
    }

    /// Its end.
    pub fn settlement(&self, request: RequestId) -> Arc<Command> {
        Arc::new(Command::Settle(Settle {
            id: fresh("cmd_"),
            org: self.org,
            request,
            evidence: Evidence::Provider,
            cost: NanoUsd::cents(1),
            basis: Basis::ProviderUsage,
            result: Arc::new(json!({ "text": SECRET_RESULT })),
            external_id: None,
        }))
    }

    pub fn doubt(&self, request: RequestId) -> Arc<Command> {
        let (id, org, owner) = (fresh("cmd_"), self.org, self.node);
        Arc::new(Command::MarkUnknown(MarkUnknown { id, org, request, owner }))
    }

    pub fn take_over(&self, request: RequestId, to: NodeId) -> Arc<Command> {
        let (id, org, from) = (fresh("cmd_"), self.org, self.node);
        Arc::new(Command::TakeOver(TakeOver { id, org, request, from, to, send_timeout_micros: 1 }))
    }

    /// An admitted request.
    pub async fn admitted(&self, store: &Store) -> RequestId {
        let id: RequestId = fresh("srq_");
        done(store, self.admission(id)).await;
        id
    }
}

/// Applies one command that must succeed.
pub async fn done(store: &Store, command: Arc<Command>) {
    let applied = store.apply(&[command], FIRST).await.unwrap();
    assert!(matches!(applied.as_slice(), [Applied::Done(Ok(_))]), "{applied:?}");
}

fn operation() -> OperationName {
    "email.send".parse().unwrap()
}

pub fn event(kind: &'static str, id: impl ToString) -> NewEvent {
    let object = Object { kind: "row", id: id.to_string() };
    NewEvent { kind, actor: Actor::Operator, agent: None, operation: None, object, detail: json!({}), trace: None }
}
