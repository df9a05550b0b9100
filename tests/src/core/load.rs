//! Closed-loop callers: each admits and settles, one request after the other.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use serde_json::{Value, json};
use upivia_application::access::AgentCaller;
use upivia_domain::{
    ApprovalId, CommandId, NanoUsd, NodeId, OrgId, RequestId,
    catalog::OperationName,
    dispatch::{Basis, Content, ProviderName, RequestState},
    ledger::{Admit, AdmitKind, ApprovalTerms, Command, Evidence, Outcome, Screening, Settle, Start},
    ports::Ids,
};

use super::Target;

const PRICE: NanoUsd = NanoUsd::from_nanos(1_000_000);
const NODE: NodeId = NodeId::new(OrgId::PLATFORM.uuid());

/// What a run measured.
pub struct Figures {
    /// How many were committed.
    pub commands: usize,
    /// In what time.
    pub elapsed: Duration,
    /// With how many transactions.
    pub commits: u64,
    /// And rows.
    pub rows_written: u64,
    sorted_micros: Vec<u64>,
}

impl Figures {
    /// The latency that so many percent of the commands did not exceed.
    pub fn quantile_micros(&self, percent: usize) -> u64 {
        let last = self.sorted_micros.len().saturating_sub(1);
        self.sorted_micros.get(last * percent / 100).copied().unwrap_or_default()
    }
}

/// Runs so many callers for that long.
///
/// # Errors
///
/// Any command that did not do what it should.
pub async fn run(target: &Target, in_flight: usize, time: Duration) -> Result<Figures> {
    let (began, (commits, rows)) = (Instant::now(), target.written());
    let callers = (0..in_flight).map(|n| Caller::new(target, n)).collect::<Result<Vec<_>>>()?;
    let workers: Vec<_> = callers.into_iter().map(|caller| tokio::spawn(work(caller, began + time))).collect();
    let mut sorted_micros = Vec::new();
    for worker in futures::future::join_all(workers).await {
        sorted_micros.extend(worker??);
    }
    let elapsed = began.elapsed();
    sorted_micros.sort_unstable();
    let (commits_after, rows_after) = target.written();
    let (commits, rows_written) = (commits_after - commits, rows_after - rows);
    Ok(Figures { commands: sorted_micros.len(), elapsed, commits, rows_written, sorted_micros })
}

/// One agent's key, with a mail to send.
pub struct Caller {
    ledger: Arc<upivia_application::ledger::GroupCommit>,
    ids: Arc<upivia_store_memory::SequentialIds>,
    caller: AgentCaller,
    operation: OperationName,
    payload: Value,
    result: Arc<Value>,
}

impl Caller {
    /// The caller of the n-th organization, counted around.
    ///
    /// # Errors
    ///
    /// Never, as long as the operation has a name.
    pub fn new(target: &Target, n: usize) -> Result<Self> {
        let callers = &target.callers;
        Ok(Self {
            ledger: Arc::clone(&target.ledger),
            ids: Arc::clone(&target.ids),
            caller: callers[n % callers.len()],
            operation: "email.send".parse()?,
            payload: json!({ "to": "somebody@example.com", "subject": "Bench", "body": "x".repeat(250) }),
            result: Arc::new(json!({ "message_id": "msg_0123456789", "status": "sent", "text": "y".repeat(400) })),
        })
    }

    /// Asks for one request.
    pub fn admit(&self) -> Command {
        let (caller, operation, id) = (&self.caller, self.operation.clone(), self.ids.uuid());
        Command::Admit(Box::new(Admit {
            id: RequestId::new(id),
            org: caller.org,
            agent: caller.agent,
            credential: caller.credential,
            mode: caller.mode,
            idempotency_key: id.to_string().parse().ok(),
            content: Content::new(caller.agent, &operation, &self.payload, None, *id.as_bytes()),
            operation,
            kind: AdmitKind::Dispatch(Start::DispatchNow),
            screening: Screening::Accepted { estimate: PRICE, applied_max_tokens: None },
            price_version: Some(1),
            provider: Some(ProviderName::new("bench")),
            contexts: Vec::new(),
            owner: NODE,
            approval: (ApprovalId::new(id), ApprovalTerms { lifetime_seconds: 60, most_pending: 20 }),
            trace: None,
        }))
    }

    /// Ends it, for its price.
    pub fn settle(&self, request: RequestId) -> Command {
        Command::Settle(Settle {
            id: CommandId::new(self.ids.uuid()),
            org: self.caller.org,
            request,
            evidence: Evidence::Owner(NODE),
            cost: PRICE,
            basis: Basis::ProviderUsage,
            result: Arc::clone(&self.result),
            external_id: None,
        })
    }

    async fn timed(&self, command: Command, expected: RequestState, micros: &mut Vec<u64>) -> Result<RequestId> {
        let began = Instant::now();
        let outcome = self.ledger.submit(Arc::new(command)).await?;
        micros.push(u64::try_from(began.elapsed().as_micros())?);
        match outcome {
            Outcome::Request { request, .. } if request.state == expected => Ok(request.id),
            other => bail!("expected {expected}, got {other:?}"),
        }
    }
}

async fn work(caller: Caller, until: Instant) -> Result<Vec<u64>> {
    let mut micros = Vec::new();
    while Instant::now() < until {
        let request = caller.timed(caller.admit(), RequestState::Dispatching, &mut micros).await?;
        caller.timed(caller.settle(request), RequestState::Executed, &mut micros).await?;
    }
    Ok(micros)
}
