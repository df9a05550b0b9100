//! The use-case behind the one endpoint of an agent.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use upivia_domain::{
    ApprovalId, Mode, OrgId, RequestId, Timestamp,
    catalog::{Catalog, OperationName},
    dispatch::{Content, RequestState, ServiceRequest},
    ledger::{Admit, ApprovalTerms, Command, Outcome, Refusal, Screening},
    ports::{Clock, Entropy, Ids, PayloadCheck, Provider, ProviderRegistry, RequestQueries},
};

use super::{
    DispatchError, NewRequest,
    call::Dispatch,
    flights::{Flight, Flights, Landing},
    lag::{Lag, LagSoFar},
    screening::{Screened, is_answered_by_the_ledger, screen, screen_again},
    steps::{self, Seen, Steps},
};
use crate::{
    access::AgentCaller,
    failpoint::{FailPoint, FailPoints},
    ledger::{GroupCommit, LedgerError},
    node::{Held, Node, Sending},
};

/// How often the row of a request is read that another process carries on.
const POLL: Duration = Duration::from_millis(200);

/// Time limits and terms of dispatch.
#[derive(Debug, Clone, Copy)]
pub struct DispatchSettings {
    /// A POST answers within this, if need be that the request is running.
    pub answer_within: Duration,
    /// A provider's answer later than this is an unknown outcome.
    pub provider_timeout: Duration,
    /// How approvals work.
    pub approval: ApprovalTerms,
}

/// What a dispatcher needs.
pub struct DispatcherParts {
    /// Where decisions are made.
    pub ledger: Arc<GroupCommit>,
    /// Where requests are read.
    pub requests: Arc<dyn RequestQueries>,
    /// What can be bought.
    pub catalog: Arc<Catalog>,
    /// The schemas.
    pub payloads: Arc<dyn PayloadCheck>,
    /// Who executes.
    pub providers: Arc<dyn ProviderRegistry>,
    /// This process.
    pub node: Arc<Node>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Salts.
    pub entropy: Arc<dyn Entropy>,
    /// Places where tests interfere.
    pub failpoints: Arc<dyn FailPoints>,
    /// Limits and terms.
    pub settings: DispatchSettings,
}

/// A request for its caller.
#[derive(Debug, Clone)]
pub struct Answer {
    /// As it stands.
    pub request: Arc<ServiceRequest>,
    /// It was asked for before, under the same idempotency key.
    pub replayed: bool,
}

/// Admits, calls, settles and answers.
pub struct Dispatcher {
    parts: DispatcherParts,
    flights: Flights,
    lag: Lag,
    #[cfg(feature = "bench-hop")]
    hops: bool,
}

impl Dispatcher {
    /// A dispatcher of these parts.
    pub fn new(parts: DispatcherParts) -> Arc<Self> {
        Arc::new(Self {
            parts,
            flights: Flights::default(),
            lag: Lag::default(),
            #[cfg(feature = "bench-hop")]
            hops: false,
        })
    }

    /// One that asks no ledger and sends everything: only for benches, see `hop`.
    #[cfg(feature = "bench-hop")]
    pub fn hopping(parts: DispatcherParts) -> Arc<Self> {
        Arc::new(Self { parts, flights: Flights::default(), lag: Lag::default(), hops: true })
    }

    pub(super) const fn parts(&self) -> &DispatcherParts {
        &self.parts
    }

    /// Decides about a request and carries it out. A caller who goes away changes nothing: the work is in a task.
    ///
    /// # Errors
    ///
    /// Nothing was decided; see [`DispatchError`]. Every decision, also a refusal by policy, is an [`Answer`].
    pub async fn create(self: &Arc<Self>, caller: &AgentCaller, new: NewRequest) -> Result<Answer, DispatchError> {
        #[cfg(feature = "bench-hop")]
        if self.hops {
            return self.hop(caller, &new).await;
        }
        let deadline = Instant::now() + self.parts.settings.answer_within;
        if let Err(reason) = self.parts.node.is_ready() {
            tracing::warn!(reason, "nothing is admitted");
            return Err(DispatchError::Unavailable);
        }
        let screened = screen(&self.parts.catalog, &*self.parts.payloads, caller, &new, self.parts.clock.now())?;
        let (steps, answer) = steps::pair();
        tokio::spawn(Arc::clone(self).carry_out(self.attempt(caller, new, screened), steps));
        match answer.by(deadline).await {
            Seen::Answered(answer) if answer.replayed => self.replay(answer, deadline).await,
            Seen::Answered(answer) => Ok(answer),
            Seen::Refused(error) => Err(error),
            Seen::Admitted(answer) => self.landed(None, answer).await,
            Seen::Nothing => Err(DispatchError::Unavailable),
        }
    }

    /// A request of the caller's own, in the world of its key.
    ///
    /// # Errors
    ///
    /// [`DispatchError::NotFound`] also for requests of others; [`DispatchError::Unavailable`].
    pub async fn find(&self, caller: &AgentCaller, id: RequestId) -> Result<Arc<ServiceRequest>, DispatchError> {
        let found = self.parts.requests.request(caller.org, id).await?;
        let own = found.filter(|request| request.agent == caller.agent && request.mode == caller.mode);
        own.map(Arc::new).ok_or(DispatchError::NotFound("service request"))
    }

    /// How many requests are under way here.
    pub fn in_hand(&self) -> usize {
        self.parts.node.in_hand().len()
    }

    /// How long ends took to be committed after the answers of providers.
    pub fn settle_lag(&self) -> LagSoFar {
        self.lag.so_far()
    }

    pub(super) const fn lag(&self) -> &Lag {
        &self.lag
    }

    /// The command that a request of this caller would become, for a rehearsal.
    pub(crate) fn rehearse(&self, caller: &AgentCaller, new: NewRequest) -> Result<Admit, DispatchError> {
        let screened = screen(&self.parts.catalog, &*self.parts.payloads, caller, &new, self.parts.clock.now())?;
        match &screened.screening {
            Screening::Accepted { .. } => Ok(self.attempt(caller, new, screened).admit),
            Screening::UnknownOperation => Err(Refusal::UnknownOperation.into()),
            Screening::InvalidPayload(problem) => Err(Refusal::InvalidPayload(problem.clone()).into()),
        }
    }

    /// Whether somebody is there to execute an operation in a mode. The ledger itself answers what needs no provider.
    pub fn is_configured(&self, operation: &OperationName, mode: Mode) -> bool {
        is_answered_by_the_ledger(operation) || self.parts.providers.find(operation, mode).is_some()
    }

    /// What can be bought.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.parts.catalog
    }

    /// A stored question asked anew: the same request, key and content; today's price and provider, this process.
    pub(crate) fn again(&self, request: &ServiceRequest) -> Attempt {
        let screened = screen_again(&self.parts.catalog, &*self.parts.payloads, request, self.parts.clock.now());
        let provider = self.parts.providers.find(&request.operation, request.mode);
        let sending = self.parts.node.begin();
        let admit = Admit {
            id: request.id,
            org: request.org,
            agent: request.agent,
            credential: request.credential,
            mode: request.mode,
            idempotency_key: request.idempotency_key.clone(),
            operation: request.operation.clone(),
            kind: screened.kind,
            content: request.content.clone(),
            screening: screened.screening,
            price_version: screened.price_version,
            provider: provider.as_ref().map(|provider| provider.name()),
            contexts: screened.contexts,
            owner: sending.owner,
            approval: (ApprovalId::new(self.parts.ids.uuid()), self.parts.settings.approval),
            trace: None,
        };
        Attempt { admit, provider, forward: screened.forward, quoted_at: screened.quoted_at, sending }
    }

    /// Notes, durably, that this process may begin with a request that is older than what it has in hand.
    pub(crate) async fn take_in_hand(&self, id: RequestId) -> Result<Held, DispatchError> {
        let held = self.parts.node.in_hand().hold(id);
        self.parts.node.extend().await?;
        Ok(held)
    }

    /// Waits for a call that was begun, as long as a POST may take.
    pub(crate) async fn conclude(&self, answer: Answer, landing: Option<Landing>) -> Result<Answer, DispatchError> {
        let deadline = Instant::now() + self.parts.settings.answer_within;
        match landing {
            Some(landing) => self.landed(landing.by(deadline).await, answer).await,
            None => Ok(answer),
        }
    }

    fn attempt(&self, caller: &AgentCaller, new: NewRequest, screened: Screened) -> Attempt {
        let mut salt = [0; 16];
        self.parts.entropy.fill(&mut salt);
        let provider = self.parts.providers.find(&screened.operation, caller.mode);
        let sending = self.parts.node.begin();
        let admit = Admit {
            id: RequestId::new(self.parts.ids.uuid()),
            org: caller.org,
            agent: caller.agent,
            credential: caller.credential,
            mode: caller.mode,
            idempotency_key: new.idempotency_key,
            content: Content::new(caller.agent, &screened.operation, &new.payload, new.metadata.as_ref(), salt),
            operation: screened.operation,
            kind: screened.kind,
            screening: screened.screening,
            price_version: screened.price_version,
            provider: provider.as_ref().map(|provider| provider.name()),
            contexts: screened.contexts,
            owner: sending.owner,
            approval: (ApprovalId::new(self.parts.ids.uuid()), self.parts.settings.approval),
            trace: new.trace,
        };
        Attempt { admit, provider, forward: screened.forward, quoted_at: screened.quoted_at, sending }
    }

    /// From the admission to the end, in one task: it outlives a caller who goes away, and one who waits is woken once.
    async fn carry_out(self: Arc<Self>, attempt: Attempt, steps: Steps) {
        let held = self.parts.node.in_hand().hold(attempt.admit.id);
        self.parts.failpoints.pass(FailPoint::BeforeAdmit);
        let command = Arc::new(Command::Admit(Box::new(attempt.admit.clone())));
        let outcome = match self.parts.ledger.submit(Arc::clone(&command)).await {
            Err(LedgerError::InDoubt) => {
                // It may be there. Whoever asked is told to try again; meanwhile the doubt is ended and, where the
                // admission is there, carried on.
                steps.refuse(DispatchError::Unavailable);
                return self.settle_doubt(command, attempt, held).await;
            }
            Err(error) => return steps.refuse(error.into()),
            Ok(outcome) => outcome,
        };
        self.parts.failpoints.pass(FailPoint::AfterAdmit);
        let answer = match answer_of(outcome) {
            Ok(answer) => answer,
            Err(error) => return steps.refuse(error),
        };
        let Some((dispatch, flight, _)) = self.begin(&answer, attempt) else { return steps.answer(answer) };
        steps.admit(&answer);
        if let Some(request) = self.dispatch(dispatch).await {
            flight.land(Arc::clone(&request));
            steps.answer(Answer { request, replayed: false });
        }
        drop((flight, held));
    }

    /// Starts the call of a request that this attempt admitted; others are carried on by whom they belong to.
    pub(crate) fn carry_on(self: &Arc<Self>, answer: &Answer, attempt: Attempt, held: Held) -> Option<Landing> {
        let (dispatch, flight, landing) = self.begin(answer, attempt)?;
        let dispatcher = Arc::clone(self);
        tokio::spawn(async move {
            if let Some(ended) = dispatcher.dispatch(dispatch).await {
                flight.land(ended);
            }
            drop((flight, held));
        });
        Some(landing)
    }

    fn begin(&self, answer: &Answer, attempt: Attempt) -> Option<(Dispatch, Flight, Landing)> {
        let mine = answer.request.id == attempt.admit.id && answer.request.state == RequestState::Dispatching;
        let provider = attempt.provider.filter(|_| mine)?;
        let (flight, landing) = self.flights.begin(answer.request.id);
        let Attempt { forward, quoted_at, sending, .. } = attempt;
        let request = Arc::clone(&answer.request);
        Some((Dispatch { request, provider, forward, quoted_at, sending }, flight, landing))
    }

    async fn settle_doubt(self: Arc<Self>, command: Arc<Command>, attempt: Attempt, held: Held) {
        loop {
            match self.parts.ledger.submit_again(Arc::clone(&command)).await {
                Ok(outcome) => {
                    if let Ok(answer) = answer_of(outcome) {
                        self.carry_on(&answer, attempt, held);
                    }
                    return;
                }
                Err(LedgerError::Refused(_)) => return,
                Err(LedgerError::Unavailable | LedgerError::InDoubt) => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// A repeat waits for the request that is under way, here or on another node, as the first one does.
    async fn replay(&self, earlier: Answer, deadline: Instant) -> Result<Answer, DispatchError> {
        let id = earlier.request.id;
        let mut answer = Answer { replayed: true, ..earlier };
        while matches!(answer.request.state, RequestState::Admitted | RequestState::Dispatching)
            && Instant::now() < deadline
        {
            let landed = match self.flights.find(id) {
                Some(landing) => landing.by(deadline).await,
                None => None,
            };
            answer.request = match landed {
                Some(outcome) => outcome,
                None => self.read_later(answer.request.org, id, deadline).await?,
            };
        }
        Ok(answer)
    }

    async fn read_later(
        &self,
        org: OrgId,
        id: RequestId,
        deadline: Instant,
    ) -> Result<Arc<ServiceRequest>, DispatchError> {
        tokio::time::sleep_until(deadline.min(Instant::now() + POLL)).await;
        let row = self.parts.requests.request(org, id).await?;
        row.map(Arc::new).ok_or(DispatchError::NotFound("service request"))
    }

    // Without an outcome the row says how far it came: taken over by others, or still under way.
    async fn landed(&self, outcome: Option<Arc<ServiceRequest>>, admitted: Answer) -> Result<Answer, DispatchError> {
        if let Some(request) = outcome {
            return Ok(Answer { request, replayed: false });
        }
        let row = self.parts.requests.request(admitted.request.org, admitted.request.id).await;
        let request = row.ok().flatten().map_or(admitted.request, Arc::new);
        Ok(Answer { request, replayed: false })
    }

    /// The clock of this dispatcher, for answers that speak of time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }
}

/// One admission on its way.
pub(crate) struct Attempt {
    pub(crate) admit: Admit,
    provider: Option<Arc<dyn Provider>>,
    forward: Arc<serde_json::Value>,
    quoted_at: Timestamp,
    sending: Sending,
}

fn answer_of(outcome: Outcome) -> Result<Answer, DispatchError> {
    match outcome {
        Outcome::Request { request, replayed } => Ok(Answer { request: Arc::from(request), replayed }),
        Outcome::Recorded { .. } | Outcome::Spawned { .. } => Err(DispatchError::Unavailable),
    }
}
