//! What can be asked of the ledger. Every command has an id minted before its first try, so a replay is harmless.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    AgentId, ApprovalId, CommandId, CredentialId, Mode, NanoUsd, NodeId, OrgId, RequestId, Timestamp,
    budget::{Account, ReasonCode},
    catalog::{OperationName, PayloadProblem},
    dispatch::{Basis, Content, IdempotencyKey, ProviderName},
    identity::Actor,
    policy::SpendContext,
};

/// One command.
#[derive(Debug, Clone)]
pub enum Command {
    /// Decide about a request.
    Admit(Box<Admit>),
    /// The provider is about to be called.
    BeginDispatch(BeginDispatch),
    /// The provider accepted and reports later.
    MarkRunning(MarkRunning),
    /// Nobody knows whether the provider executed.
    MarkUnknown(MarkUnknown),
    /// Carry on what a dead process left.
    TakeOver(TakeOver),
    /// Executed, for that cost.
    Settle(Settle),
    /// Not executed.
    Fail(Fail),
    /// Take back what was admitted and certainly never sent.
    Void(Void),
    /// A person ends a request whose outcome nobody knows.
    Resolve(Resolve),
    /// An ended request turns out to have cost something else.
    Adjust(Adjust),
    /// A person says yes to a question.
    Approve(Box<Approve>),
    /// A person says no.
    Reject(Reject),
    /// Nobody answered in time.
    Expire(Expire),
    /// Move money between accounts of an organization.
    Transfer(Transfer),
    /// An agent gives money to a child that it makes.
    Spawn(Spawn),
    /// What a spawned agent that has ended did not spend goes back.
    ReturnUnspent(ReturnUnspent),
    /// A person lets an operation be bought again that cost more than its holds too often.
    LiftSuspension(LiftSuspension),
    /// An operator takes an organization's time back to the clock's.
    RepairClock(RepairClock),
}

/// What the checks outside the lane said about operation and payload; read at its place in the decision.
#[derive(Debug, Clone)]
pub enum Screening {
    /// The payload fits the schema and costs at most `estimate`.
    Accepted {
        /// The most that it can cost.
        estimate: NanoUsd,
        /// Applied because the request named none.
        applied_max_tokens: Option<u32>,
    },
    /// The catalogue has no such operation.
    UnknownOperation,
    /// The payload does not fit, or has no price.
    InvalidPayload(PayloadProblem),
}

/// How an admitted request starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The admission itself writes `dispatching`: one commit fewer; a crash before the send ends as unknown.
    DispatchNow,
    /// The hold waits for [`BeginDispatch`].
    Later,
}

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdmitKind {
    /// A provider executes it.
    Dispatch(Start),
    /// `platform.check_budget`: the ledger itself answers about this agent; no binding, no hold, no count.
    BudgetReport {
        /// The asking agent, or one that it spawned.
        about: AgentId,
    },
}

/// Decide about a request and hold its money.
#[derive(Debug, Clone)]
pub struct Admit {
    /// The request's id and the command's.
    pub id: RequestId,
    /// Whose.
    pub org: OrgId,
    /// Who asks.
    pub agent: AgentId,
    /// With which key.
    pub credential: CredentialId,
    /// The key's world.
    pub mode: Mode,
    /// The caller's key of the attempt.
    pub idempotency_key: Option<IdempotencyKey>,
    /// What is asked.
    pub operation: OperationName,
    /// Dispatch or report.
    pub kind: AdmitKind,
    /// With what.
    pub content: Content,
    /// Schema and price.
    pub screening: Screening,
    /// The version of the price that the estimate was made with, for the journal; absent where nothing was priced.
    pub price_version: Option<u32>,
    /// Who would execute it; absent = nobody is configured for the operation in this mode.
    pub provider: Option<ProviderName>,
    /// What it is part of.
    pub contexts: Vec<SpendContext>,
    /// The process that will carry it on.
    pub owner: NodeId,
    /// The id of an approval, should one be needed, and how long it may wait.
    pub approval: (ApprovalId, ApprovalTerms),
    /// The HTTP request's id.
    pub trace: Option<Arc<str>>,
}

/// How approvals of this installation work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovalTerms {
    /// How long a person has, in seconds.
    pub lifetime_seconds: i64,
    /// How many may be pending per agent.
    pub most_pending: u32,
}

/// The provider is about to be called.
#[derive(Debug, Clone, Copy)]
pub struct BeginDispatch {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// The caller must still own it.
    pub owner: NodeId,
}

/// The provider accepted and reports later.
#[derive(Debug, Clone)]
pub struct MarkRunning {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// Who knows.
    pub evidence: Evidence,
    /// The provider's own id of it.
    pub external_id: String,
}

/// Nobody knows whether the provider executed.
#[derive(Debug, Clone)]
pub struct MarkUnknown {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// Who says so.
    pub owner: NodeId,
}

/// Carry on what a dead process left.
#[derive(Debug, Clone, Copy)]
pub struct TakeOver {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// The dead process.
    pub from: NodeId,
    /// The new owner.
    pub to: NodeId,
    /// How long the dead process's calls might still be on their way, in microseconds.
    pub send_timeout_micros: i64,
}

/// Where an outcome is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The process that called the provider.
    Owner(NodeId),
    /// The provider itself, later: a callback or a question.
    Provider,
}

/// Executed, for that cost.
#[derive(Debug, Clone)]
pub struct Settle {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// Who knows.
    pub evidence: Evidence,
    /// What it cost.
    pub cost: NanoUsd,
    /// How that is known.
    pub basis: Basis,
    /// For the agent.
    pub result: Arc<Value>,
    /// The provider's own id of it.
    pub external_id: Option<String>,
}

/// Not executed.
#[derive(Debug, Clone)]
pub struct Fail {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// Who knows.
    pub evidence: Evidence,
    /// Why.
    pub code: ReasonCode,
    /// For the agent.
    pub detail: String,
    /// What it cost all the same.
    pub charge: Option<(NanoUsd, Basis)>,
    /// Certainly nothing reached the provider: units of counts are given back.
    pub never_sent: bool,
}

/// Take back what was admitted and certainly never sent.
#[derive(Debug, Clone)]
pub struct Void {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// The caller must still own it.
    pub owner: NodeId,
    /// Why, for the agent.
    pub detail: String,
}

/// How a person ends an unknown outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It was executed; charge this, at most the hold.
    Charge(NanoUsd),
    /// It was not executed; free the hold.
    Release,
}

/// A person, or the system by an operation's declared deadline, ends a request whose outcome nobody knows.
#[derive(Debug, Clone)]
pub struct Resolve {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// Who.
    pub actor: Actor,
    /// How.
    pub resolution: Resolution,
    /// Why, for the audit trail.
    pub reason: String,
}

/// An ended request turns out to have cost something else.
#[derive(Debug, Clone)]
pub struct Adjust {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub request: RequestId,
    /// What it cost in truth.
    pub cost: NanoUsd,
    /// How that is known.
    pub basis: Basis,
    /// Who says so.
    pub actor: Actor,
}

/// A person says yes to a question: the request is decided anew, without its threshold.
#[derive(Debug, Clone)]
pub struct Approve {
    /// The command.
    pub id: CommandId,
    /// Which question.
    pub approval: ApprovalId,
    /// Who.
    pub actor: Actor,
    /// The request asked again: its own id, agent, key and content; today's price, provider and owner.
    pub admit: Admit,
}

impl Approve {
    /// The request that waits.
    pub const fn request(&self) -> RequestId {
        self.admit.id
    }
}

/// A person says no to a question.
#[derive(Debug, Clone)]
pub struct Reject {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// About which request.
    pub request: RequestId,
    /// Which question.
    pub approval: ApprovalId,
    /// Who.
    pub actor: Actor,
    /// The HTTP request's id.
    pub trace: Option<Arc<str>>,
}

/// Nobody answered in time; does nothing before that.
#[derive(Debug, Clone, Copy)]
pub struct Expire {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// About which request.
    pub request: RequestId,
    /// Which question.
    pub approval: ApprovalId,
    /// The process that noticed.
    pub node: NodeId,
}

/// Why money moves without a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferPurpose {
    /// Money comes in; debts are paid first.
    Funding,
    /// Money that came in is taken away again; what is no longer there becomes a debt.
    Reversal,
    /// Money moves between accounts that are owned.
    Allocation,
    /// Money leaves the books for good: what a closed organization had left is paid out.
    Payout,
}

impl TransferPurpose {
    /// The name in the audit trail.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::Reversal => "reversal",
            Self::Allocation => "allocation",
            Self::Payout => "payout",
        }
    }
}

/// Move money between accounts of an organization.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Live or test.
    pub mode: Mode,
    /// From where.
    pub from: Account,
    /// To where.
    pub to: Account,
    /// How much; more than zero.
    pub amount: NanoUsd,
    /// Why.
    pub purpose: TransferPurpose,
    /// Who.
    pub actor: Actor,
    /// For people, for example `opening test money`.
    pub note: String,
    /// The HTTP request's id.
    pub trace: Option<Arc<str>>,
}

/// An agent gives money to a child that it makes. The child's rows, its origin apart, are there already: whoever applies
/// this inserts them before, and writes the origin of the outcome afterwards, in the same transaction.
#[derive(Debug, Clone)]
pub struct Spawn {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// The mode of the parent's key: no other money moves.
    pub mode: Mode,
    /// Who gives.
    pub parent: AgentId,
    /// With which key it asks.
    pub credential: CredentialId,
    /// Who gets it.
    pub child: AgentId,
    /// How much; may be nothing.
    pub amount: NanoUsd,
    /// A digest of what was asked for, so that a repeat can be told from something else; absent = nobody repeats it.
    pub asked: Option<Arc<str>>,
    /// The HTTP request's id.
    pub trace: Option<Arc<str>>,
}

/// What a spawned agent that has ended, or is ending, does not hold for open requests goes back to where it came from.
/// Nothing happens where there is nothing, or where no agent gave anything.
#[derive(Debug, Clone)]
pub struct ReturnUnspent {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Who has ended.
    pub agent: AgentId,
    /// Who ended it.
    pub actor: Actor,
    /// The HTTP request's id.
    pub trace: Option<Arc<str>>,
}

/// A person lets an operation be bought again that cost more than its holds too often.
#[derive(Debug, Clone)]
pub struct LiftSuspension {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// In which world of money.
    pub mode: Mode,
    /// Which operation.
    pub operation: OperationName,
    /// Who.
    pub actor: Actor,
    /// Why, for the audit trail.
    pub reason: String,
    /// The HTTP request's id.
    pub trace: Option<Arc<str>>,
}

/// An operator takes an organization's time back to the clock's, after a clock that ran ahead was put right. Usage stays
/// where it was counted.
#[derive(Debug, Clone, Copy)]
pub struct RepairClock {
    /// The command.
    pub id: CommandId,
    /// Whose.
    pub org: OrgId,
    /// Who.
    pub actor: Actor,
}

impl Command {
    /// The id under which a replay finds the recorded outcome.
    pub fn id(&self) -> CommandId {
        match self {
            Self::Admit(admit) => admit.id.into(),
            Self::BeginDispatch(command) => command.id,
            Self::MarkRunning(command) => command.id,
            Self::MarkUnknown(command) => command.id,
            Self::TakeOver(command) => command.id,
            Self::Settle(command) => command.id,
            Self::Fail(command) => command.id,
            Self::Void(command) => command.id,
            Self::Resolve(command) => command.id,
            Self::Approve(command) => command.id,
            Self::Reject(command) => command.id,
            Self::Expire(command) => command.id,
            Self::Adjust(command) => command.id,
            Self::Transfer(command) => command.id,
            Self::Spawn(command) => command.id,
            Self::ReturnUnspent(command) => command.id,
            Self::LiftSuspension(command) => command.id,
            Self::RepairClock(command) => command.id,
        }
    }

    /// Whose ledger it is about.
    pub fn org(&self) -> OrgId {
        match self {
            Self::Admit(admit) => admit.org,
            Self::BeginDispatch(command) => command.org,
            Self::MarkRunning(command) => command.org,
            Self::MarkUnknown(command) => command.org,
            Self::TakeOver(command) => command.org,
            Self::Settle(command) => command.org,
            Self::Fail(command) => command.org,
            Self::Void(command) => command.org,
            Self::Resolve(command) => command.org,
            Self::Approve(command) => command.admit.org,
            Self::Reject(command) => command.org,
            Self::Expire(command) => command.org,
            Self::Adjust(command) => command.org,
            Self::Transfer(command) => command.org,
            Self::Spawn(command) => command.org,
            Self::ReturnUnspent(command) => command.org,
            Self::LiftSuspension(command) => command.org,
            Self::RepairClock(command) => command.org,
        }
    }

    /// The request it is about; some are about none.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::Admit(admit) => Some(admit.id),
            Self::BeginDispatch(command) => Some(command.request),
            Self::MarkRunning(command) => Some(command.request),
            Self::MarkUnknown(command) => Some(command.request),
            Self::TakeOver(command) => Some(command.request),
            Self::Settle(command) => Some(command.request),
            Self::Fail(command) => Some(command.request),
            Self::Void(command) => Some(command.request),
            Self::Resolve(command) => Some(command.request),
            Self::Approve(command) => Some(command.request()),
            Self::Reject(command) => Some(command.request),
            Self::Expire(command) => Some(command.request),
            Self::Adjust(command) => Some(command.request),
            Self::Transfer(_)
            | Self::Spawn(_)
            | Self::ReturnUnspent(_)
            | Self::LiftSuspension(_)
            | Self::RepairClock(_) => None,
        }
    }
}

impl ApprovalTerms {
    /// Until when an approval asked for at that instant may be given.
    pub const fn expires_at(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(self.lifetime_seconds)
    }
}
