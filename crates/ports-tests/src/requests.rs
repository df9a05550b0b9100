//! Commands of a tenant's requests.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    ApprovalId, CommandId, Mode, NanoUsd, NodeId, RequestId,
    budget::{Account, AccountOwner, ReasonCode},
    dispatch::{Basis, Content, ProviderName, ServiceRequest},
    identity::Actor,
    ledger::{
        Adjust, Admit, AdmitKind, ApprovalTerms, Approve, BeginDispatch, Evidence, Expire, Fail, LiftSuspension,
        MarkRunning, MarkUnknown, Reject, RepairClock, Resolution, Resolve, Screening, Settle, Start, TakeOver,
        Transfer, TransferPurpose, Void,
    },
};

use crate::{
    seed::email,
    tenant::{Spender, Tenant},
};

/// An hour to answer, three questions at a time.
pub(crate) const APPROVAL: ApprovalTerms = ApprovalTerms { lifetime_seconds: 3_600, most_pending: 3 };
/// How long the calls of a dead process may still be on their way.
pub(crate) const SEND_TIMEOUT_MICROS: i64 = 30_000_000;

impl Tenant {
    pub(crate) fn command_id(&self) -> CommandId {
        CommandId::new(self.world.mint.uuid())
    }

    /// A live request that costs at most so much and is dispatched at once.
    pub(crate) fn admit(&self, estimate: NanoUsd) -> Admit {
        self.admit_by(self.spender, estimate)
    }

    /// The same with test money.
    pub(crate) fn admit_test(&self, estimate: NanoUsd) -> Admit {
        Admit { mode: Mode::Test, credential: self.spender.test, ..self.admit(estimate) }
    }

    /// The same with an idempotency key and that payload.
    pub(crate) fn admit_keyed(&self, estimate: NanoUsd, key: &str, payload: &Value) -> Admit {
        let content = self.content(self.spender, payload);
        Admit { idempotency_key: Some(key.parse().unwrap()), content, ..self.admit(estimate) }
    }

    /// One that waits for [`BeginDispatch`].
    pub(crate) fn admit_later(&self, estimate: NanoUsd) -> Admit {
        Admit { kind: AdmitKind::Dispatch(Start::Later), ..self.admit(estimate) }
    }

    /// A live request of that agent.
    pub(crate) fn admit_by(&self, spender: Spender, estimate: NanoUsd) -> Admit {
        Admit {
            id: RequestId::new(self.world.mint.uuid()),
            org: self.org,
            agent: spender.agent,
            credential: spender.live,
            mode: Mode::Live,
            idempotency_key: None,
            operation: email(),
            kind: AdmitKind::Dispatch(Start::DispatchNow),
            content: self.content(spender, &json!({ "to": "ada@example.com" })),
            screening: Screening::Accepted { estimate, applied_max_tokens: None },
            price_version: Some(1),
            provider: Some(ProviderName::new("sandbox")),
            contexts: Vec::new(),
            owner: self.node,
            approval: (ApprovalId::new(self.world.mint.uuid()), APPROVAL),
            trace: None,
        }
    }

    pub(crate) fn content(&self, spender: Spender, payload: &Value) -> Content {
        Content::new(spender.agent, &email(), payload, None, self.world.mint.uuid().into_bytes())
    }

    pub(crate) fn lift(&self, mode: Mode) -> LiftSuspension {
        LiftSuspension {
            id: self.command_id(),
            org: self.org,
            mode,
            operation: email(),
            actor: Actor::User { user: self.owner, credential: None },
            reason: "the price was corrected".to_owned(),
            trace: None,
        }
    }

    pub(crate) fn repair_clock(&self) -> RepairClock {
        RepairClock { id: self.command_id(), org: self.org, actor: Actor::Operator }
    }

    pub(crate) fn begin(&self, request: RequestId) -> BeginDispatch {
        BeginDispatch { id: self.command_id(), org: self.org, request, owner: self.node }
    }

    pub(crate) fn running(&self, request: RequestId) -> MarkRunning {
        let external_id = "call-1815".to_owned();
        let evidence = Evidence::Owner(self.node);
        MarkRunning { id: self.command_id(), org: self.org, request, evidence, external_id }
    }

    pub(crate) fn unknown(&self, request: RequestId) -> MarkUnknown {
        MarkUnknown { id: self.command_id(), org: self.org, request, owner: self.node }
    }

    pub(crate) fn take_over(&self, request: RequestId, to: NodeId) -> TakeOver {
        let (id, org, from) = (self.command_id(), self.org, self.node);
        TakeOver { id, org, request, from, to, send_timeout_micros: SEND_TIMEOUT_MICROS }
    }

    pub(crate) fn settle(&self, request: RequestId, cost: NanoUsd) -> Settle {
        Settle {
            id: self.command_id(),
            org: self.org,
            request,
            evidence: Evidence::Owner(self.node),
            cost,
            basis: Basis::ProviderUsage,
            result: Arc::new(json!({ "message_id": "m-1" })),
            external_id: None,
        }
    }

    pub(crate) fn fail(&self, request: RequestId) -> Fail {
        Fail {
            id: self.command_id(),
            org: self.org,
            request,
            evidence: Evidence::Owner(self.node),
            code: ReasonCode::AdapterError,
            detail: "the mailbox is full".to_owned(),
            charge: None,
            never_sent: false,
        }
    }

    pub(crate) fn void(&self, request: RequestId) -> Void {
        Void { id: self.command_id(), org: self.org, request, owner: self.node, detail: "going down".to_owned() }
    }

    pub(crate) fn resolve(&self, request: RequestId, resolution: Resolution) -> Resolve {
        let actor = Actor::User { user: self.owner, credential: None };
        let reason = "the provider's statement says so".to_owned();
        Resolve { id: self.command_id(), org: self.org, request, actor, resolution, reason }
    }

    /// Today's approval of a question.
    pub(crate) fn approve(&self, asked: &ServiceRequest) -> Approve {
        let fresh = self.admit(asked.estimate);
        let admit = Admit { id: asked.id, content: asked.content.clone(), ..fresh };
        let (approval, _) = asked.approval.expect("a question");
        Approve { id: self.command_id(), approval, actor: Actor::User { user: self.owner, credential: None }, admit }
    }

    pub(crate) fn reject(&self, asked: &ServiceRequest) -> Reject {
        let (approval, _) = asked.approval.expect("a question");
        let (id, actor) = (self.command_id(), Actor::User { user: self.owner, credential: None });
        Reject { id, org: self.org, request: asked.id, approval, actor, trace: None }
    }

    pub(crate) fn expire(&self, asked: &ServiceRequest) -> Expire {
        let (approval, _) = asked.approval.expect("a question");
        Expire { id: self.command_id(), org: self.org, request: asked.id, approval, node: self.node }
    }

    pub(crate) fn adjust(&self, request: RequestId, cost: NanoUsd) -> Adjust {
        let (basis, actor) = (Basis::ProviderUsage, Actor::Operator);
        Adjust { id: self.command_id(), org: self.org, request, cost, basis, actor }
    }

    /// A transfer of live money between owned accounts.
    pub(crate) fn allocation(&self, from: AccountOwner, to: AccountOwner, amount: NanoUsd) -> Transfer {
        let (from, to, purpose) = (Account::Owned(from), Account::Owned(to), TransferPurpose::Allocation);
        Transfer { from, to, purpose, ..self.funding(Mode::Live, AccountOwner::Wallet, amount) }
    }

    /// Live money of the wallet that is taken away again.
    pub(crate) fn reversal(&self, amount: NanoUsd) -> Transfer {
        let funding = self.funding(Mode::Live, AccountOwner::Wallet, amount);
        Transfer { from: funding.to, to: funding.from, purpose: TransferPurpose::Reversal, ..funding }
    }
}
